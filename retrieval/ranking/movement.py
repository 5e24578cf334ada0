"""What the last change moved: who rose, fell, entered or left among the first candidates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.ranking.ranker import Ranking

FIRST = 10


@dataclass(frozen=True, slots=True)
class Move:
    """One disease's way from one rank to another; None is beyond the ranks that were kept."""

    id: str
    name: str
    before: int | None
    after: int | None
    change: float | None  # of its score, where both are known


def movement(before: Ranking, after: Ranking, *, first: int = FIRST) -> tuple[Move, ...]:
    """Diseases that are or were among the first and changed place, by their new rank; leavers last."""
    was = {candidate.id: candidate for candidate in before.candidates}
    now = {candidate.id: candidate for candidate in after.candidates}
    concerned = list(after.candidates[:first]) + [
        c for c in before.candidates[:first] if c.id not in {a.id for a in after.candidates[:first]}
    ]
    moves = []
    for candidate in concerned:
        old, new = was.get(candidate.id), now.get(candidate.id)
        if (old and old.rank) != (new and new.rank):
            moves.append(
                Move(
                    id=candidate.id,
                    name=candidate.name,
                    before=old.rank if old else None,
                    after=new.rank if new else None,
                    change=new.score - old.score if old and new else None,
                )
            )
    return tuple(moves)
