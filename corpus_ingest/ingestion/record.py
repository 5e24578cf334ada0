"""Writes down how far an ingestion has come, as long as the writer holds it. It is the `Watch` of the pipeline.

Every write first touches the row of the ingestion under its fencing token, in the same transaction: if
another worker took over, or a person ended it, nothing is written and the work is interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from corpus_ingest.ingestion import claim
from corpus_ingest.ingestion.claim import Lease
from corpus_ingest.ingestion.control import LOST, Control, Interrupted
from corpus_ingest.models import StageName, StageRecord, StageState

EVERY = 0.5  # seconds between two writes of a stage's progress
Seen = Callable[[StageRecord], None]


class Record:
    """The record of one ingestion for the holder of one fencing token; `seen` is told of every change of a stage."""

    def __init__(self, lease: Lease, control: Control, seen: Seen | None = None) -> None:
        self._lease = lease
        self._control = control
        self._seen = seen
        self._current: Under | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """A transaction in which the ingestion is known to be ours."""
        with transaction.atomic():
            if claim.held(self._lease).update(fence=F("fence")) != 1:
                raise Interrupted(LOST)
            yield

    @contextmanager
    def stage(self, name: str) -> Iterator[Under]:
        """A stage from its first item to its last."""
        self._control.check()
        under = Under(self, StageRecord(ingestion_id=self._lease.ingestion_id, name=StageName(name)))
        under.begin()
        self._current = under
        try:
            yield under
        except Exception as error:
            under.end(StageState.FAILED, getattr(error, "message", "") or type(error).__name__)
            raise
        finally:
            self._current = None
        under.end(StageState.DONE)

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """A step within a stage, which cannot be counted: its words are the stage's note while it lasts."""
        if self._current is not None:
            self._current.say(words)
        yield
        self._control.check()

    def skip(self, name: str, why: str, **counts: Any) -> None:
        """A stage that had nothing to do, and why."""
        self._control.check()
        row = StageRecord(ingestion_id=self._lease.ingestion_id, name=StageName(name))
        row.state, row.note, row.counts = StageState.SKIPPED, why[:300], counts
        row.started_at = row.ended_at = timezone.now()
        self.write(row)

    def write(self, row: StageRecord) -> None:
        fields = ("state", "done", "total", "left", "note", "counts", "started_at", "ended_at")
        with self.held():
            claim.held(self._lease).update(stage=row.name)
            StageRecord.objects.filter(ingestion_id=row.ingestion_id, name=row.name).update(
                **{field: getattr(row, field) for field in fields}
            )
        if self._seen:
            self._seen(row)

    def check(self) -> None:
        self._control.check()


class Under:
    """A stage under way."""

    def __init__(self, record: Record, row: StageRecord) -> None:
        self._record = record
        self.row = row
        self._written = 0.0
        self._said = ""
        self._began: tuple[float, int] | None = None

    def begin(self) -> None:
        self.row.state, self.row.started_at = StageState.RUNNING, timezone.now()
        self._write()

    def tick(self, done: int, total: int) -> None:
        """Between two items: progress is written now and then, and the work ends here if it shall."""
        self._record.check()
        now = time.monotonic()
        if self._began is None:
            self._began = (now, done)
        pace = (now - self._began[0]) / (done - self._began[1]) if done > self._began[1] else None
        self.row.done, self.row.total = done, total
        self.row.left = None if pace is None else round(pace * max(total - done, 0), 1)
        if now - self._written >= EVERY:
            self._write()

    def note(self, text: str = "", **counts: Any) -> None:
        """What the stage found, shown when it has ended."""
        self.row.note = text[:300] or self.row.note
        self.row.counts = {**self.row.counts, **counts}

    def say(self, words: str, *, now: bool = True) -> None:
        """What is being done; `now` False where it is said many times a second."""
        self.row.note = self._said = words[:300]
        self._record.check()
        if now or time.monotonic() - self._written >= EVERY:
            self._write()

    def end(self, state: StageState, note: str = "") -> None:
        self.row.state, self.row.ended_at, self.row.left = state, timezone.now(), None
        if state == StageState.FAILED or self.row.note == self._said:  # the words of a step are for while it lasts
            self.row.note = note[:300]
        self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        self._record.write(self.row)
