"""How steady the leader is: every finding is left out once, and the rest is ranked again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from retrieval.ranking.reading import Reading, related

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology


@dataclass(frozen=True, slots=True)
class Without:
    """Who leads when one finding is left out, and where the leader then stands."""

    finding: str
    leader: str
    leader_name: str
    rank_of_leader: int  # of the leader of the full profile


@dataclass(frozen=True, slots=True)
class Stability:
    """`kept` of the tries in `without` leave the leader first."""

    leader: str | None
    leader_name: str
    without: tuple[Without, ...]
    kept: int


def leave_one_out(
    ontology: Ontology,
    reading: Reading,
    order_of: Callable[[Reading], np.ndarray],
    named: Callable[[int], tuple[str, str]],
) -> Stability:
    """Ranks once more for every finding that counts; present findings first."""
    order = order_of(reading)
    if not len(order) or not (reading.present or reading.excluded):
        return Stability(None, "", (), 0)
    first = int(order[0])
    leader, leader_name = named(first)
    without = []
    for at, counted in enumerate((*reading.present, *reading.excluded)):
        rest = order_of(_left_out(ontology, reading, at))
        now = int(rest[0])
        rank = int(np.flatnonzero(rest == first)[0]) + 1
        without.append(Without(counted.finding, *named(now), rank))
    return Stability(leader, leader_name, tuple(without), sum(one.rank_of_leader == 1 for one in without))


def _left_out(ontology: Ontology, reading: Reading, at: int) -> Reading:
    if at >= len(reading.present):
        place = at - len(reading.present)
        return replace(reading, excluded=reading.excluded[:place] + reading.excluded[place + 1 :])
    kept = (counted for place, counted in enumerate(reading.present) if place != at)
    return replace(reading, present=related(ontology, kept))
