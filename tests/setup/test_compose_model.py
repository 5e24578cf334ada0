"""The language model that docker-compose.yml fetches and serves: pinned, offline where it serves, and its folder alone.

The two scripts in the file are run as they stand, with `hf` and `python3` replaced by what notes how it was called.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.environment import ROOT
from tests.setup.test_compose import load

NAME, REVISION = "Qwen/Qwen3-8B", "b968826d9c46dd6066d109eabc6255188de91218"
LARGER = ("Qwen/Qwen3-32B", "9216db5781bf21249d130ec9da846c4624c16137")


def service(name: str, **variables: str) -> dict[str, Any]:
    return load(**variables)["services"][name]


def test_the_language_model_reports_nothing_and_answers_within_its_grammar():
    vllm = service("vllm")
    assert vllm["environment"]["VLLM_NO_USAGE_STATS"] == "1"
    options = dict(option.partition("=")[::2] for option in vllm["command"])
    assert json.loads(options["--structured-outputs-config"])["disable_any_whitespace"] is True


def test_the_workers_model_and_the_folder_of_vllms_are_two_settings():
    document = load(CLEW_MODEL="http://vllm:8000/v1#clew", CLEW_VLLM_MODEL="qwen")
    services = document["services"]
    assert services["worker"]["environment"]["CLEW_MODEL"] == "http://vllm:8000/v1#clew"
    assert "--model=/models/qwen" in services["vllm"]["command"]
    assert "--served-model-name=clew" in services["vllm"]["command"]
    assert load()["services"]["worker"]["environment"]["CLEW_MODEL"] == "", "unset, there is none"


def test_what_is_fetched_is_what_is_served_and_pinned_by_its_commit():
    assert service("fetch-model")["command"] == [NAME, REVISION] and re.fullmatch("[0-9a-f]{40}", REVISION)
    assert f"--model=/models/{NAME}/{REVISION}" in service("vllm")["command"]
    assert service("fetch-model")["image"] == service("vllm")["image"]


def test_what_serves_is_offline_and_what_fetches_sees_the_models_alone():
    serves, fetches = service("vllm"), service("fetch-model")
    assert serves["environment"]["HF_HUB_OFFLINE"] == serves["environment"]["TRANSFORMERS_OFFLINE"] == "1"
    assert serves["networks"] == ["inside"] and serves["volumes"] == ["./models:/models:ro"]
    assert fetches["networks"] == ["outward"] and fetches["volumes"] == ["./models:/models"]
    assert not {"ports", "secrets", "depends_on"} & {*serves, *fetches}
    assert not any(name.startswith("CLEW_") or "KEY" in name for name in fetches["environment"])
    assert fetches["restart"] == "no" and fetches["profiles"] == ["fetch"]


def test_the_page_names_what_is_pinned():
    page = (ROOT / "docs" / "models.md").read_text()
    for one in (NAME, REVISION, *LARGER):
        assert one in page


# --- the scripts ------------------------------------------------------------------------


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The folder of models, beside commands that note their arguments and fetch one file."""
    tools = tmp_path / "tools"
    tools.mkdir()
    noting = '#!/bin/sh\nprintf "%s\\n" "$@" >"{}"\n'
    fetching = noting + 'mkdir -p "$6"; [ -z "$BREAKS" ] || exit 1; touch "$6/config.json"\n'
    for name, text in (("python3", noting), ("hf", fetching)):
        (tools / name).write_text(text.format(tmp_path / f"{name}.called"))
        (tools / name).chmod(0o755)
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def run(models: Path, one: dict[str, Any], *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [part.replace("/models", str(models)) for part in [*one["entrypoint"], *(arguments or one["command"])]]
    path = f"{models.parent / 'tools'}:{os.environ['PATH']}"
    variables = {name: str(value) for name, value in one["environment"].items()} | {"PATH": path, "BREAKS": ""} | more
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=20)


def called(models: Path, name: str) -> list[str]:
    file = models.parent / f"{name}.called"
    return file.read_text().splitlines() if file.exists() else []


def test_without_the_files_nothing_is_served_and_the_line_says_what_to_do(models: Path):
    done = run(models, service("vllm"))
    assert done.returncode == 1 and not called(models, "python3")
    assert (
        done.stderr
        == f"There is no {models}/{NAME}/{REVISION}. Bring it there once: docker compose run --rm fetch-model\n"
    )


def test_what_was_fetched_is_served_with_its_parser(models: Path):
    fetched = run(models, service("fetch-model"))
    assert fetched.returncode == 0 and (models / NAME / REVISION / "config.json").exists()
    assert called(models, "hf")[:4] == ["download", NAME, "--revision", REVISION]
    assert run(models, service("vllm")).returncode == 0
    given = called(models, "python3")
    assert given[:3] == ["-m", "vllm.entrypoints.openai.api_server", f"--model={models}/{NAME}/{REVISION}"]
    assert given[-1] == "--reasoning-parser=qwen3" and "--served-model-name=clew" in given


def test_a_fetch_that_breaks_off_leaves_nothing_that_would_be_served(models: Path):
    assert run(models, service("fetch-model"), BREAKS="1").returncode != 0
    assert run(models, service("vllm")).returncode == 1
    assert run(models, service("fetch-model")).returncode == 0, "and goes on"
    assert run(models, service("vllm")).returncode == 0


def test_what_is_there_is_not_fetched_again(models: Path):
    (models / NAME / REVISION).mkdir(parents=True)
    assert run(models, service("fetch-model")).returncode == 0 and not called(models, "hf")


@pytest.mark.parametrize("revision", ["main", "b968826", REVISION.upper(), f"{REVISION}0", ""])
def test_a_revision_that_may_change_is_refused(models: Path, revision: str):
    done = run(models, service("fetch-model"), NAME, revision)
    assert done.returncode == 2 and "commit" in done.stderr and not called(models, "hf")


@pytest.mark.parametrize(
    ("variables", "folder", "parser"),
    [
        ({"CLEW_VLLM_MODEL": "mine"}, "mine", ""),  # as it was before a model was pinned
        ({"CLEW_VLLM_MODEL": "mine", "CLEW_VLLM_PARSER": "deepseek_r1"}, "mine", "deepseek_r1"),
        ({"CLEW_VLLM_MODEL": "/".join(LARGER), "CLEW_VLLM_PARSER": "qwen3"}, "/".join(LARGER), "qwen3"),
        ({"CLEW_VLLM_PARSER": "other"}, f"{NAME}/{REVISION}", "other"),
    ],
)
def test_a_model_of_ones_own_is_served_as_it_is_named(models: Path, variables: dict, folder: str, parser: str):
    (models / folder).mkdir(parents=True)
    assert run(models, service("vllm", **variables, CLEW_VLLM_LENGTH="16384")).returncode == 0
    given = called(models, "python3")
    assert f"--model={models}/{folder}" in given and "--max-model-len=16384" in given
    assert [one for one in given if one.startswith("--reasoning-parser")] == [f"--reasoning-parser={parser}"]
