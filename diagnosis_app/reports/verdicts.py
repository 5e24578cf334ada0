"""What people decided about the candidates of a run, for its report.

Whoever keeps verdicts gives a reader of them here; the report asks every reader and knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from diagnosis_app.reports.content import Verdict
from diagnosis_app.runs.models import Run

Reader = Callable[[Run], Sequence[Verdict]]
_readers: list[Reader] = []


def read_by(reader: Reader) -> Reader:
    """Lets `reader` tell the verdicts on a run; also a decorator."""
    if reader not in _readers:
        _readers.append(reader)
    return reader


def verdicts_of(run: Run) -> tuple[Verdict, ...]:
    """All of them, the oldest first."""
    return tuple(sorted((one for reader in _readers for one in reader(run)), key=lambda one: one.at))
