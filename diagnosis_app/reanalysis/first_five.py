"""The first five of a ranking, and whether two of them are the same list of diseases.

A disease is known again by any id it shares: its name, its first id and its score may change while
it keeps its place. Pure: no database, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval.model import ScoredDisease
from retrieval.ranking import Ranking

FIRST = 5


@dataclass(frozen=True, slots=True)
class Placed:
    rank: int
    id: str
    ids: tuple[str, ...]
    name: str
    score: float
    strength: str = ""
    other: int | None = None  # its rank in the other list; None where it is not ranked there

    def as_json(self) -> dict[str, Any]:
        return {
            "rank": self.rank,
            "id": self.id,
            "ids": list(self.ids),
            "name": self.name,
            "score": round(self.score, 3),
            "strength": self.strength,
            "other": self.other,
        }


def first_five(ranking: Ranking) -> tuple[ScoredDisease, ...]:
    """Empty where there were too few findings for a list: then none was shown."""
    return ranking.candidates[:FIRST] if ranking.outcome == "ranked" else ()


def placed(one: ScoredDisease, other: int | None = None) -> Placed:
    return Placed(one.rank, one.id, one.ids or (one.id,), one.name, one.score, str(one.strength or ""), other)


def read(data: Mapping[str, Any]) -> Placed:
    return Placed(
        int(data["rank"]),
        str(data["id"]),
        tuple(data.get("ids") or (data["id"],)),
        str(data["name"]),
        float(data["score"]),
        str(data.get("strength") or ""),
        data.get("other"),
    )


def same_disease(one: Sequence[str], other: Sequence[str]) -> bool:
    return not set(one).isdisjoint(other)


def same_list(before: Sequence[Placed], after: Sequence[Placed]) -> bool:
    return len(before) == len(after) and all(
        same_disease(one.ids, other.ids) for one, other in zip(before, after, strict=True)
    )
