"""Embedding as a stage: by a process of its own, with the real model where there is one; what goes wrong is said."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest import embedding, pipeline
from corpus_ingest.errors import EmbeddingFailed
from corpus_ingest.ingestion.control import Interrupted
from retrieval.search import model_folder
from tests.corpus_ingest import texts_world as world

needs_model = pytest.mark.skipif(
    bool(model_folder.missing_packages()),
    reason="needs torch, sentence-transformers and faiss-cpu: ./test installs them unless CLEW_TORCH=off",
)


class Heard:
    """A stage that only listens."""

    def __init__(self) -> None:
        self.ticks: list[tuple[int, int]] = []
        self.counts: dict[str, Any] = {}
        self.words = ""
        self.stop = False

    def tick(self, done: int, total: int) -> None:
        self.ticks.append((done, total))
        if self.stop:
            raise Interrupted("pause")

    def note(self, text: str = "", **counts: Any) -> None:
        self.words, self.counts = text or self.words, {**self.counts, **counts}


@pytest.fixture
def snapshot(places: Path) -> str:
    from corpus_ingest.bringing import bring

    bring("medquad", world.medquad(places / "q.zip"))
    return pipeline.build(places / "knowledge").id


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch, places: Path) -> Callable[[str], None]:
    """Another program in place of the one that embeds, and everything that it needs seems to be there."""

    def put(program: str) -> None:
        path = places / "manage.py"
        path.write_text(program)
        (places / "code").mkdir()
        path.rename(places / "code" / "manage.py")
        monkeypatch.setattr(embedding, "_refuse_unless_here", lambda: None)
        monkeypatch.setattr(embedding.settings, "BASE_DIR", places / "code")

    return put


@needs_model
def test_everything_is_embedded_and_the_next_time_found(places: Path, settings: Any, snapshot: str) -> None:
    settings.EMBEDDER = model_folder.PACKAGED
    for _ in range(2):
        stage = Heard()
        embedding.embed(places / "knowledge", snapshot, stage)
        done, total = stage.ticks[-1]
        assert done == total > 0
        assert stage.counts["passages"] > 0 and stage.counts["terms"] > 0
    (folder,) = (places / "var" / "embeddings").iterdir()
    assert folder.name.startswith(snapshot)


def test_a_missing_model_is_noted_with_its_code_and_nothing_fails(places: Path, snapshot: str) -> None:
    stage = Heard()
    embedding.embed(places / "knowledge", snapshot, stage)
    assert stage.words.startswith("Skipped: no embedder.")
    assert stage.counts["code"] == "search.no_embedder" and stage.counts["hint"]


def test_a_pause_ends_the_process_that_embeds(
    places: Path, snapshot: str, instead: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    instead("import os, sys, time; print('{}', flush=True); open('pid', 'w').write(str(os.getpid())); time.sleep(600)")
    stage = Heard()
    stage.stop = True
    with pytest.raises(Interrupted):
        embedding.embed(places / "knowledge", snapshot, stage)
    pid = places / "code" / "pid"
    assert not pid.exists() or not Path(f"/proc/{pid.read_text()}").exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"error": {"code": "search.no_embedder", "message": "No model.", "hint": "Get one."}}, "search.no_embedder"),
        (None, "ingest.embedding_failed"),
    ],
)
def test_a_process_that_fails_says_why(
    places: Path, snapshot: str, instead: Callable[[str], None], said: Any, code: str
) -> None:
    instead(f"import sys; print({json.dumps(said)!r}); sys.exit(1)")
    with pytest.raises(EmbeddingFailed) as caught:
        embedding.embed(places / "knowledge", snapshot, Heard())
    assert caught.value.code == code and caught.value.hint


def test_a_full_disk_there_is_a_full_disk_here(places: Path, snapshot: str, instead: Callable[[str], None]) -> None:
    instead('import sys; print(\'{"error": {"errno": 28, "message": "No space left"}}\'); sys.exit(1)')
    with pytest.raises(OSError, match="No space left") as caught:
        embedding.embed(places / "knowledge", snapshot, Heard())
    assert caught.value.errno == 28


def test_it_waits_for_whoever_is_embedding_the_same_snapshot(
    places: Path, snapshot: str, instead: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "LOOK", 0.05)
    instead(
        "import os, sys\n"
        "if os.path.exists('again'): sys.exit(0)\n"
        "open('again', 'w')\n"
        'print(\'{"error": {"code": "search.busy", "message": "Another process.", "hint": ""}}\')\n'
        "sys.exit(1)"
    )
    embedding.embed(places / "knowledge", snapshot, Heard())
    assert (places / "code" / "again").exists()


def test_the_process_ends_with_the_one_that_waits_for_it(places: Path) -> None:
    """Started for a process that is not its parent any more, it does nothing."""
    import subprocess

    command = [sys.executable, "manage.py", "knowledge", "embed", "0" * 16, "--for-process", "1"]
    done = subprocess.run(
        command, env={**os.environ, "CLEW_VAR": str(places)}, cwd=embedding.settings.BASE_DIR, check=False, timeout=60
    )
    assert done.returncode == 1
