"""Two stored sums of one disease, term by term: what came, what went, what weighs differently.

Pure: sums in, changes out. The changes add up to the difference of the two scores. What the stored terms of a
score leave unsaid is a term of its own, so that no difference is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any

TOLERANCE = 1e-6  # scores are stored with nine decimals: what is left beyond this is not rounding
PRIOR, REST, OBJECTION, MODEL = "prior", "rest", "objection", "model"
_OF_A_FINDING = ("finding", "excluded")  # a finding that becomes absent stays one finding


@dataclass(frozen=True, slots=True)
class Term:
    """One contribution as it was stored."""

    kind: str
    value: float
    finding: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return str(self.body.get("label") or "")

    @property
    def key(self) -> tuple[str, ...]:
        """What the term is about: the same on both sides of a comparison."""
        if self.kind == "gene":
            return (self.kind, self.label)
        if self.kind == "objection":
            return (self.kind, str(self.body.get("type")), self.finding, str(self.body.get("other") or ""))
        return (_OF_A_FINDING[0] if self.kind in _OF_A_FINDING else self.kind, self.finding)


@dataclass(frozen=True, slots=True)
class Sum:
    """One candidate of one run."""

    rank: int
    disease: str
    ids: tuple[str, ...]
    name: str
    score: float
    prior: float
    terms: tuple[Term, ...] = ()
    kept: bool = True  # by the run; else worked out anew from its knowledge
    added: bool = False  # by the reasoning model: it stands below those that the run kept by their sums

    @property
    def bare(self) -> float:
        """Without the sceptic's objections and the model's term: by this the run chose whom it kept."""
        return self.score - fsum(term.value for term in self.terms if term.kind in (OBJECTION, MODEL))

    @property
    def unsaid(self) -> float:
        """What the score holds beyond its stored terms; 0 in a sum that adds up."""
        rest = self.score - self.prior - fsum(term.value for term in self.terms)
        return rest if abs(rest) > TOLERANCE else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """One term on both sides; None where that sum has no such term."""

    before: Term | None
    after: Term | None

    @property
    def one(self) -> Term:
        found = self.after or self.before
        assert found is not None  # noqa: S101  a change has at least one side
        return found

    @property
    def amount(self) -> float:
        return (self.after.value if self.after else 0.0) - (self.before.value if self.before else 0.0)


def changes(before: Sum, after: Sum) -> tuple[Change, ...]:
    """Every term of either sum, also those that are the same on both sides; the weightiest change first."""
    older, newer = _by_key(before), _by_key(after)
    found = [Change(older.get(key), newer.get(key)) for key in dict.fromkeys([*newer, *older])]
    return tuple(sorted(found, key=lambda one: -abs(one.amount)))


def total(of: Iterable[Change]) -> float:
    return fsum(one.amount for one in of)


def _by_key(one: Sum) -> dict[tuple[str, ...], Term]:
    terms = [*one.terms, Term(PRIOR, one.prior)]
    if one.unsaid:
        terms.append(Term(REST, one.unsaid))
    grouped: dict[tuple[str, ...], list[Term]] = {}
    for term in terms:
        grouped.setdefault(term.key, []).append(term)
    return {key: _together(same) for key, same in grouped.items()}


def _together(same: Sequence[Term]) -> Term:
    """Terms of one key as one, told by the weightiest of them."""
    if len(same) == 1:
        return same[0]
    told = max(same, key=lambda term: abs(term.value))
    return Term(told.kind, fsum(term.value for term in same), told.finding, told.body)
