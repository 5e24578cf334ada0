"""What one snapshot has that another has not: counted, with the first examples of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from retrieval.snapshot import Snapshot

EXAMPLES = 20  # of each kind and each way


@dataclass(frozen=True, slots=True)
class Example:
    """One thing that is new, other or gone. `before` and `after` are words for a reader, in no markup."""

    id: str
    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing: sources, terms, diseases, annotations, genes, mappings, cases, documents, passages."""

    name: str
    before: int  # how many there were
    after: int
    added: int
    changed: int
    gone: int
    examples: Mapping[str, tuple[Example, ...]]  # "added", "changed", "gone"


@dataclass(frozen=True, slots=True)
class Difference:
    a: str
    b: str
    parts: tuple[Part, ...]

    @property
    def same(self) -> bool:
        return not any(part.added or part.changed or part.gone for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def difference(a: Snapshot, b: Snapshot) -> Difference:
    """From `a` to `b`. Parts that neither has are left out."""
    raise NotImplementedError
