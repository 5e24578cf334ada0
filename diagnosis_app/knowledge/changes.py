"""What a draft would change against what is in use, in rows with the first examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus_ingest import library
from corpus_ingest.difference import Difference, Example, difference
from diagnosis_app.knowledge import words
from retrieval.errors import SnapshotMissing

SHOWN = 8  # examples of each kind and each way
_FIRST = ("diseases", "annotations", "cases", "passages")  # what a reader asks about first; these stand also when equal


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    words: str
    before: int
    after: int
    added: int
    changed: int
    gone: int
    examples: tuple[tuple[str, Sequence[Example]], ...]  # (added | changed | gone, the first of them)

    @property
    def same(self) -> bool:
        return not (self.added or self.changed or self.gone)


def changes(before: str, after: str) -> tuple[Row, ...]:
    """From the snapshot in use to the draft. Raises what the library raises if one of them is away."""
    if before == after:
        raise SnapshotMissing("This is the snapshot in use.", hint="Choose a draft.")
    found = _difference(before, after)
    rows = [
        Row(
            name=part.name,
            words=words.difference_name(part.name),
            before=part.before,
            after=part.after,
            added=part.added,
            changed=part.changed,
            gone=part.gone,
            examples=tuple(
                (way, tuple(part.examples[way][:SHOWN]))
                for way in ("added", "changed", "gone")
                if part.examples.get(way)
            ),
        )
        for part in found.parts
    ]
    shown = [one for one in rows if one.name in _FIRST or not one.same]
    return tuple(sorted(shown, key=lambda one: _FIRST.index(one.name) if one.name in _FIRST else len(_FIRST)))


@lru_cache(maxsize=4)  # snapshots never change, so what differs between two never does
def _difference(before: str, after: str) -> Difference:
    return difference(library.snapshot(before), library.snapshot(after))
