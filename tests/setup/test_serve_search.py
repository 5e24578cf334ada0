"""./run and search by meaning: started with the rest, and again when it dies; not missed where it is not installed."""

from __future__ import annotations

import os
import signal
import sys
from io import StringIO
from pathlib import Path

import pytest

from retrieval.search import model_folder
from tests.setup.test_serve import Served, free_port
from tests.setup.test_supervisor import eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.mark.skipif(
    bool(model_folder.missing_packages()),
    reason="needs torch, sentence-transformers and faiss-cpu: ./test installs them unless CLEW_TORCH=off",
)
def test_the_retrieval_process_starts_with_the_rest_and_again_when_it_is_killed(
    tmp_path: Path, knowledge_directory: Path
) -> None:
    served = Served(tmp_path / "var", knowledge_directory, "--port", str(free_port()))
    try:
        served.address()

        def process() -> int | None:
            return next((pid for pid, line in served.children().items() if "manage.py retrieval" in line), None)

        first = process()
        assert first
        assert eventually(lambda: (tmp_path / "var" / "retrieval.sock").exists(), 60)
        os.kill(first, signal.SIGKILL)
        served.wait_for(r"retrieval ended \(signal SIGKILL\); starting it again")
        assert eventually(lambda: process() not in (None, first), 30)
    finally:
        served.end()


def test_where_it_is_not_installed_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from diagnosis_app.operations.management.commands.serve import Command

    out = StringIO()
    monkeypatch.setattr(model_folder, "find_spec", lambda name: None if name == "torch" else name)
    assert Command(stdout=out)._can_search_by_meaning() is False
    assert out.getvalue() == "Without search by meaning: torch not installed (docs/deployment.md).\n"
