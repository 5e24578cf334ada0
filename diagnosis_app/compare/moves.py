"""Which candidates of two runs are one disease, where each stands on either side, and who passed whom.

Pure. A disease is known again by any id that it shares, as an alert knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from diagnosis_app.compare.causes import Between, Cause, Traced, trace
from diagnosis_app.compare.sums import Change, Sum, changes
from diagnosis_app.reanalysis.first_five import same_disease

LEVEL = 0.05  # log-odds: a smaller change moves nothing that a page shows
BEYOND = 10  # candidates that one run alone kept are worked out for the other, the highest first: some take a while
SHARE = 0.1  # of what moved those that passed it: a smaller change of its own is not why it moved


UNRANKED: Literal["unranked"] = "unranked"
Found = Sum | Literal["unranked"] | None  # of a candidate that was not kept; None where nothing can be told
Look = Callable[[tuple[str, ...]], Found]


@dataclass(frozen=True, slots=True)
class TermChange:
    change: Change
    traced: Traced


@dataclass(frozen=True, slots=True)
class Move:
    """One disease on both sides. `passed` are those that it passed, or that passed it."""

    a: Sum | None
    b: Sum | None
    terms: tuple[TermChange, ...] = ()  # empty where one side kept no sum
    passed: tuple[Move, ...] = field(default=(), repr=False, compare=False)
    unranked: bool = False  # the run that has no sum of it did not rank it at all

    @property
    def one(self) -> Sum:
        found = self.b or self.a
        assert found is not None  # noqa: S101  a move has at least one side
        return found

    @property
    def amount(self) -> float | None:
        """By how much the score changed; None where one side kept none."""
        return self.b.score - self.a.score if self.a is not None and self.b is not None else None

    @property
    def moved(self) -> bool:
        return self.a is None or self.b is None or self.a.rank != self.b.rank

    @property
    def up(self) -> bool:
        return self.a is None or (self.b is not None and self.b.rank < self.a.rank)

    @property
    def only_passed(self) -> bool:
        """Its own score did not go where it went, or by far less than what went past it."""
        if self.amount is None or not self.passed:
            return False
        own = self.amount if self.up else -self.amount
        most = max((abs(other.amount) for other in self.passed if other.amount is not None), default=0.0)
        return own < max(LEVEL, SHARE * most)

    @property
    def cause(self) -> Cause | None:
        """What moved its score most in the direction in which it went; None where it was only passed."""
        if self.only_passed or not self.terms:
            return None
        way = 1 if self.up else -1
        weights: dict[Cause, float] = {}
        for term in self.terms:
            weights[term.traced.cause] = weights.get(term.traced.cause, 0.0) + way * term.change.amount
        best = max(weights, key=lambda cause: (weights[cause], cause))
        return best if weights[best] > LEVEL else None


@dataclass(frozen=True, slots=True)
class Moves:
    """Every kept candidate of either run, once."""

    all: tuple[Move, ...]
    kept_a: int
    kept_b: int

    def first(self, among: int) -> tuple[Move, ...]:
        """Those among the first on either side, in the order of the second run."""
        return tuple(one for one in self.all if self.best(one) <= among)

    def moved(self) -> tuple[Move, ...]:
        """The largest move first."""
        found = [one for one in self.all if one.moved]
        return tuple(sorted(found, key=lambda one: (-self.distance(one), self.best(one), one.one.disease)))

    def distance(self, one: Move) -> int:
        return abs(self.rank_a(one) - self.rank_b(one))

    def best(self, one: Move) -> int:
        return min(self.rank_a(one), self.rank_b(one))

    def rank_a(self, one: Move) -> int:
        """Its rank; of one that was not kept, the first place at which it can have stood."""
        return one.a.rank if one.a is not None else self.kept_a + 1

    def rank_b(self, one: Move) -> int:
        return one.b.rank if one.b is not None else self.kept_b + 1


def moves(between: Between, look_a: Look = lambda _ids: None, look_b: Look = lambda _ids: None) -> Moves:
    """`look_a` and `look_b` tell the sum of a candidate that the run did not keep, where it can be told."""
    older, newer = between.a.sums, between.b.sums
    pairs = _pairs(older, newer)
    alone = sorted((one.rank, at) for at, pair in enumerate(pairs) for one in pair if one and None in pair)
    looked = {at for _rank, at in alone[:BEYOND]}
    made = [
        _looked(one, other, between, look_a, look_b) if at in looked else Move(one, other, _traced(one, other, between))
        for at, (one, other) in enumerate(pairs)
    ]
    found = Moves(tuple(made), between.a.kept, between.b.kept)
    all_ = tuple(replace(one, passed=_passed(one, found)) for one in found.all)
    return Moves(all_, between.a.kept, between.b.kept)


def _looked(a: Sum | None, b: Sum | None, between: Between, look_a: Look, look_b: Look) -> Move:
    """One that only one run kept, with its sum in the other one."""
    one, others, look = (a, between.b.sums, look_b) if a is not None else (b, between.a.sums, look_a)
    assert one is not None  # noqa: S101  a pair has at least one side
    if any(same_disease(one.ids, other.ids) for other in others):
        return Move(a, b)  # it is counted there together with another one
    found = look((one.disease, *(name for name in one.ids if name != one.disease)))
    if not isinstance(found, Sum):
        return Move(a, b, unranked=found == UNRANKED)
    a, b = (a or found), (b or found)
    return Move(a, b, _traced(a, b, between))


def _pairs(older: Sequence[Sum], newer: Sequence[Sum]) -> list[tuple[Sum | None, Sum | None]]:
    """In the order of the second run, then what is in the first alone."""
    left = list(older)
    found: list[tuple[Sum | None, Sum | None]] = []
    for one in newer:
        was = next((other for other in left if same_disease(one.ids, other.ids)), None)
        if was is not None:
            left.remove(was)
        found.append((was, one))
    return [*found, *((one, None) for one in left)]


def _traced(a: Sum | None, b: Sum | None, between: Between) -> tuple[TermChange, ...]:
    if a is None or b is None:
        return ()
    return tuple(TermChange(change, trace(change, between)) for change in changes(a, b))


def _passed(one: Move, moves: Moves) -> tuple[Move, ...]:
    """Those that stand on its other side now, the largest change first."""
    if not one.moved:
        return ()
    a, b = moves.rank_a(one), moves.rank_b(one)

    def crossed(other: Move) -> bool:
        if _untold(one.a, other.a) or _untold(one.b, other.b):
            return False
        was, now = moves.rank_a(other), moves.rank_b(other)
        return (was < a and now > b) if one.up else (was > a and now < b)

    found = [other for other in moves.all if other is not one and crossed(other)]
    return tuple(sorted(found, key=lambda other: (-abs(other.amount or 0.0), other.one.disease)))


def _untold(one: Sum | None, other: Sum | None) -> bool:
    """Which of two stood first, where both stand beyond what was kept and the sum of one is not known."""
    return (one is None and (other is None or not other.kept)) or (other is None and one is not None and not one.kept)
