"""manage.py knowledge embed: embeds a snapshot now, so that the retrieval process finds it done."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from corpus_ingest import retrieval_process
from retrieval.search.embeddings import Embeddings
from retrieval.search.engine import COLLECTIONS
from retrieval.snapshot import open_snapshot

EVERY = 5.0  # seconds between two lines of progress


def run(directory: Path, snapshot_id: str, say: Callable[[str], None]) -> None:
    """What was embedded before is kept, also when it is interrupted in the middle."""
    embedder = retrieval_process.embedder()
    say(f"Embedding with {embedder.name} ({embedder.dimension} numbers a text) on {embedder.device}.")
    opened = open_snapshot(directory / snapshot_id)
    store = Embeddings(retrieval_process.embeddings(), snapshot_id, embedder)
    for name, read in COLLECTIONS.items():
        texts, began = read(opened), time.monotonic()
        store.make(texts, _Progress(say))
        say(f"{name}: {len(texts.ids):,} texts, {time.monotonic() - began:.1f} s.")


class _Progress:
    """A line now and then, with the time that is left at this pace."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._began: tuple[float, int] | None = None
        self._last = 0.0

    def __call__(self, name: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began, self._last = (now, done), now
        elif now - self._last > EVERY and done > self._began[1]:
            self._last = now
            left = (now - self._began[0]) / (done - self._began[1]) * (total - done)
            self._say(f"{name}: {done:,} of {total:,}, about {left:.0f} s left")
