"""manage.py knowledge embed: embeds a snapshot now, so that the retrieval process finds it done."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from corpus_ingest import retrieval_process
from retrieval.errors import RetrievalError
from retrieval.search.embeddings import Embeddings, Progress
from retrieval.search.engine import COLLECTIONS
from retrieval.search.texts import Texts
from retrieval.snapshot import open_snapshot

EVERY = 5.0  # seconds between two lines of progress
NICE = 10
_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
Say = Callable[[str], None]


def run(directory: Path, snapshot_id: str, say: Say) -> None:
    """What was embedded before is kept, also when it is interrupted in the middle."""
    embedder = retrieval_process.embedder()
    say(f"Embedding with {embedder.name} ({embedder.dimension} numbers a text) on {embedder.device}.")
    opened = open_snapshot(directory / snapshot_id)
    store = Embeddings(retrieval_process.embeddings(), snapshot_id, embedder)
    for name, read in COLLECTIONS.items():
        texts, began = read(opened), time.monotonic()
        store.make(texts, _Progress(say))
        say(f"{name}: {len(texts.ids):,} texts, {time.monotonic() - began:.1f} s.")


def run_for_process(directory: Path, snapshot_id: str, say: Say, parent: int) -> bool:
    """As `run`, for a process that waits for it: each line is one object of JSON. False after an error.

    Gives way to everything else on the machine, and ends when the one that waits has ended.
    """
    os.nice(NICE)
    _die_with(parent)
    try:
        opened = open_snapshot(directory / snapshot_id)
        collections = [read(opened) for read in COLLECTIONS.values()]
        store = Embeddings(retrieval_process.embeddings(), snapshot_id, retrieval_process.embedder())
        counted = _Counted(say, collections)
        for texts in collections:
            store.make(texts, counted.of(texts))
            counted.done(texts)
    except RetrievalError as error:
        _line(say, error={"code": error.code, "message": error.message, "hint": error.hint})
        return False
    except OSError as error:
        _line(say, error={"errno": error.errno, "message": error.strerror or type(error).__name__})
        return False
    return True


def _die_with(parent: int) -> None:
    """Asks the kernel for SIGTERM when the parent dies (Linux); what was embedded by then is kept."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before that
        raise SystemExit(1)


class _Counted:
    """How many of all texts are embedded, over all collections."""

    def __init__(self, say: Say, collections: list[Texts]) -> None:
        self._say = say
        self._before = 0
        self._all = sum(len(texts.ids) for texts in collections)

    def of(self, texts: Texts) -> Progress:
        return lambda name, done, total: self._tell(texts, done)

    def done(self, texts: Texts) -> None:
        self._tell(texts, len(texts.ids))
        self._before += len(texts.ids)

    def _tell(self, texts: Texts, done: int) -> None:
        total = len(texts.ids)
        of_all = {"done_of_all": self._before + done, "of_all": self._all}
        _line(self._say, collection=texts.name, done=done, total=total, **of_all)


def _line(say: Say, **said: object) -> None:
    say(json.dumps(said, separators=(",", ":")))


class _Progress:
    """A line now and then, with the time that is left at this pace."""

    def __init__(self, say: Say) -> None:
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
