"""Holds a source against what its kind promises, and against its version before.

A release that lost a column or a fifth of its rows is damaged or changed its form, far more often than the
world has shrunk: it is refused, and what was there stays. Counts alone are compared, no content.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from corpus_ingest import memo, shelf, sources
from corpus_ingest.kind import SourceKind
from corpus_ingest.source import Parsed
from retrieval.errors import RetrievalError

LOST = 0.2  # share of a count whose loss refuses a source
SMALL = 25  # below it a fifth is chance
_NOTES = ".counts"
_NOT_COUNTED = frozenset({"rejects"})


class SourceRefused(RetrievalError):
    """The source can be read, and holds less than it must, or less than the one before."""

    code = "knowledge.source_refused"


@dataclass(frozen=True, slots=True)
class Problem:
    """One count that is too small. `what` is a kind of record, or a column of it: `rows`, `rows.frequency`."""

    what: str
    found: int
    wanted: int  # what must be there, or what was there before
    before: bool  # whether `wanted` is the version before

    def __str__(self) -> str:
        if not self.before:
            return f"{self.what}: {self.found:,}, and at least {self.wanted:,} are expected"
        return f"{self.what}: {self.found:,}, and {self.wanted:,} in the version before"


def measure(parsed: Parsed) -> dict[str, int]:
    """How many records of each kind there are, and in how many of them each column says something."""
    found: Counter[str] = Counter()
    for part in fields(Parsed):
        if part.name not in _NOT_COUNTED:
            found.update(_measured(part.name, getattr(parsed, part.name)))
    return {name: n for name, n in sorted(found.items()) if n}


def verify(
    parsed: Parsed | Mapping[str, int], at_least: Mapping[str, int], before: Mapping[str, int] | None = None
) -> tuple[Problem, ...]:
    """What is missing: against the least that its kind promises, and against the counts of the version before."""
    counts = measure(parsed) if isinstance(parsed, Parsed) else parsed
    short = [Problem(name, counts.get(name, 0), n, False) for name, n in at_least.items() if counts.get(name, 0) < n]
    lost = [
        Problem(name, counts.get(name, 0), n, True)
        for name, n in sorted((before or {}).items())
        if n >= SMALL and counts.get(name, 0) < n * (1 - LOST)
    ]
    return (*short, *lost)


def accept(kind: SourceKind, parsed: Parsed, *, accept_smaller: bool = False) -> None:
    """Raises SourceRefused where `verify` finds a problem; the version before is the one a build would take now."""
    before = None if accept_smaller or kind.many else counts_before(kind)
    if problems := verify(parsed, kind.at_least, before):
        shown = "; ".join(str(one) for one in problems[:5])
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise SourceRefused(
            f"{kind.title} is refused: {shown}{more}. What was there stays.",
            hint="Load an intact release. If it is meant to be smaller, say so: --accept-smaller."
            if any(one.before for one in problems)
            else "Load an intact release.",
        )


def counts_before(kind: SourceKind) -> dict[str, int] | None:
    """Of what a build would take of this kind now; None where there is nothing, or it cannot be read any more."""
    found: Counter[str] = Counter()
    kept = shelf.files(kind.name)
    try:
        if kept:
            for one in kept:
                found.update(_of_kept(one, kind))
        elif kind.packaged:
            source = kind.packaged()
            found.update(measure(source.parse(source.fetch())))
    except (RetrievalError, OSError):
        return None  # what is damaged is no measure for what replaces it
    return dict(found) or None


def _of_kept(one: shelf.Kept, kind: SourceKind) -> Mapping[str, int]:
    """Counted once for a file and a state of the code: a note beside it remembers, and may be deleted."""
    note = one.path.parent / _NOTES / f"{one.sha256}-{memo.fingerprint(())[:12]}.json"
    try:
        known: dict[str, int] = {str(name): int(n) for name, n in json.loads(note.read_text("utf-8")).items()}
        return known
    except (OSError, ValueError, AttributeError, TypeError):
        source = sources.kept_source(one, kind)
        counts = measure(source.parse(source.fetch()))
    note.parent.mkdir(mode=0o700, exist_ok=True)
    draft = note.with_suffix(".draft")
    draft.write_text(json.dumps(counts, sort_keys=True), "utf-8")
    draft.replace(note)
    return counts


def _measured(name: str, records: Iterable[Any]) -> Iterable[str]:
    columns: tuple[str, ...] | None = None
    for record in records:
        yield name
        if columns is None:
            columns = tuple(field.name for field in fields(record))
        for column in columns:
            if getattr(record, column) not in (None, "", (), 0, False):
                yield f"{name}.{column}"
