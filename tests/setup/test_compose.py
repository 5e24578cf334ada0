"""docker-compose.yml: valid, closed to the outside, and nothing in it that a hospital must not have.

What it says of a language model is tested in `test_compose_model`.
"""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml

from tests.environment import ROOT

SCHEMA = ROOT / "tests" / "vendor" / "compose-spec" / "compose-spec.json"
FILE = ROOT / "docker-compose.yml"
OURS = {"prepare", "web", "worker", "ingest", "reaper", "retrieval"}
END = {"prepare", "fetch-model"}  # the others stay
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::-([^}]*))?\}")


def load(**variables: str) -> dict[str, Any]:
    """The file as compose reads it: interpolated first, then parsed."""
    filled = VARIABLE.sub(lambda match: variables.get(match[1]) or match[2] or "", FILE.read_text())
    return yaml.safe_load(filled.replace("$$", "$"))


def with_profile(document: dict[str, Any], *profiles: str) -> dict[str, Any]:
    services = {
        name: service
        for name, service in document["services"].items()
        if not service.get("profiles") or set(service["profiles"]) & set(profiles)
    }
    return {**document, "services": services}


@pytest.mark.parametrize(
    ("profiles", "services"),
    [
        ((), OURS | {"redis", "postgres"}),
        (("gpu",), OURS | {"redis", "postgres", "vllm"}),
        (("fetch",), OURS | {"redis", "postgres", "fetch-model"}),
    ],
    ids=["default", "gpu", "fetch"],
)
def test_it_is_valid_and_complete_in_every_profile(profiles, services):
    document = with_profile(load(), *profiles)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    assert set(document["services"]) == services


def test_the_schema_would_notice_a_mistake():
    document = load()
    document["services"]["web"]["prots"] = ["8000:8000"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("profile", ["", "gpu", "fetch"])
def test_whatever_a_service_leans_on_is_there(profile):
    document = with_profile(load(), profile)
    for name, service in document["services"].items():
        assert set(service.get("depends_on", {})) <= set(document["services"]), name
        assert set(service.get("networks", [])) <= set(document["networks"]), name
        assert set(service.get("secrets", [])) <= set(document["secrets"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in document["volumes"] or source.startswith((".", "/")), f"{name}: {volume}"


def test_no_service_but_the_one_that_fetches_can_reach_the_internet():
    document = load()
    assert document["networks"]["inside"]["internal"] is True
    assert document["networks"]["door"]["driver_opts"]["com.docker.network.bridge.enable_ip_masquerade"] == "false"
    assert document["services"].pop("fetch-model")["networks"] == ["outward"]
    for name, service in document["services"].items():
        assert set(service["networks"]) <= ({"inside", "door"} if name == "web" else {"inside"}), name
        assert name == "web" or "ports" not in service, f"{name} is open to the outside"


def test_by_default_it_answers_to_this_machine_alone():
    assert load()["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_processes_have_no_more_rights_than_they_need(name):
    service = load()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert re.search(r"^USER clew$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_no_secret_stands_in_the_file():
    for name, service in load()["services"].items():
        for variable, value in service.get("environment", {}).items():
            secret = re.search(r"PASSWORD|SECRET|TOKEN(?!S)|DATABASE_URL|KEY", variable)
            assert not secret or (variable.endswith("_FILE") and value.startswith("/run/secrets/")), (
                f"{name}: {variable}"
            )


def test_settings_in_the_file_exist():
    from diagnosis_app import env

    for name in OURS:
        for variable in load()["services"][name]["environment"]:
            plain = variable.removesuffix("_FILE")
            assert plain in env.DECLARED or plain == "FORWARDED_ALLOW_IPS", f"{name}: {variable}"


def test_the_commands_in_the_file_exist():
    from django.core.management import get_commands

    for name in OURS:
        command = load()["services"][name].get("command", [])
        if command[:2] == ["python", "manage.py"]:
            assert command[2] in get_commands()


def test_the_container_starts_the_worker_as_run_does():
    from diagnosis_app.operations.management.commands.serve import worker_command

    assert load()["services"]["worker"]["command"] == worker_command("python")[2:]
    assert load()["services"]["ingest"]["command"] == worker_command("python", queue="ingest")[2:]


def test_every_service_that_stays_says_how_it_is():
    for name, service in load()["services"].items():
        assert name in END or service["healthcheck"], name


def test_what_can_be_set_from_outside_is_documented():
    page = (ROOT / "docs" / "deployment.md").read_text()
    for variable in {match[1] for match in VARIABLE.finditer(FILE.read_text())}:
        assert f"`{variable}`" in page
