"""`manage.py retrieval` and `manage.py knowledge embed` with the real model, as ./run starts them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from retrieval.search import model_folder
from retrieval.search.client import Ask, Client, Note
from tests.environment import ROOT
from tests.retrieval.search.conftest import SCOLIOSIS, knowledge_with_cases  # noqa: F401 - a fixture

needs_model = pytest.mark.skipif(
    bool(model_folder.missing_packages()),
    reason="needs torch, sentence-transformers and faiss-cpu: ./test installs them unless CLEW_TORCH=off",
)
SECONDS = 120


@pytest.fixture
def variables(tmp_path: Path, knowledge_with_cases: Path) -> dict[str, str]:  # noqa: F811
    return {**os.environ, "CLEW_VAR": str(tmp_path), "CLEW_KNOWLEDGE": str(knowledge_with_cases)}


def manage(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=SECONDS
    )


@needs_model
def test_what_knowledge_embed_made_the_process_finds_and_answers_from(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    embedded = manage(variables, "knowledge", "embed")
    assert embedded.returncode == 0, embedded.stderr
    assert "cases: 5 texts" in embedded.stdout
    snapshot = (Path(variables["CLEW_KNOWLEDGE"]) / "current").read_text().strip()
    (folder,) = (tmp_path / "embeddings").iterdir()
    assert folder.name.startswith(f"{snapshot}-")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.npy")}

    process = subprocess.Popen([sys.executable, "manage.py", "retrieval"], cwd=ROOT, env=variables)
    try:
        client = Client(tmp_path / "retrieval.sock", patience=10)
        until = time.monotonic() + SECONDS
        while (client.status() or {}).get("state") != "ready":
            assert time.monotonic() < until and process.poll() is None
            time.sleep(0.2)
        answer = client.nearest(snapshot, [Ask("terms", ("her back is bent to the side",), 1)])
        assert answer.note is Note.NONE
        assert answer.lists[0] is not None and answer.lists[0][0][0].id == SCOLIOSIS
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.npy")} == before, "nothing was made twice"
        status = manage(variables, "retrieval", "--status")
        assert json.loads(status.stdout)["embedder"]["dimension"] == 384
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def test_nobody_there_is_one_line_and_exit_code_1(variables: dict[str, str]) -> None:
    done = manage(variables, "retrieval", "--status")
    assert done.returncode == 1
    assert "No retrieval process answers" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_that_is_not_there_is_one_line_with_the_remedy(variables: dict[str, str]) -> None:
    done = manage({**variables, "CLEW_EMBEDDER": "/nowhere/model"}, "knowledge", "embed")
    assert done.returncode == 1
    assert "CLEW_EMBEDDER" in done.stderr or "Not installed" in done.stderr
    assert "Traceback" not in done.stderr
