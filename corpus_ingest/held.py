"""What screening held back when a snapshot was built, kept under its id: a build needs no database to say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from corpus_ingest.finished import Finished
from corpus_ingest.screening import Held

STAGE = "held"


def keep(snapshot_id: str, held: Iterable[Held], finished: Finished) -> None:
    finished.put(STAGE, snapshot_id, [asdict(one) for one in held])


def of(snapshot_id: str, finished: Finished) -> list[Held] | None:
    """None where nobody remembers."""
    rows = finished.get(STAGE, snapshot_id)
    return None if rows is None else [Held(**row) for row in rows]
