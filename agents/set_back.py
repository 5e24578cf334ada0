"""Passages that colleagues marked as wrong for a disease: in which order a search then reads.

One rule: for that disease a marked passage stands behind all others, and it is kept only where no other passage about
the disease was found. For every other disease it counts as before. A passage is known by its id, which is made of its
document, its section and its words: the same text keeps its mark in the next snapshot. Pure; it knows no reader.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.passages.search import Hit

SetBack = Mapping[str, frozenset[str]]  # disease id -> passage ids


def set_back(pinned: Mapping[str, Iterable[str]]) -> SetBack:
    """From JSON, as a run pins it."""
    return {disease: frozenset(passages) for disease, passages in pinned.items()}


@dataclass(frozen=True, slots=True)
class Arranged:
    """What a search found, in the order in which it is read."""

    kept: tuple[tuple[str, Hit], ...]  # (disease, passage) that may become evidence, the best first
    found: int
    off: int  # about none of the diseases
    behind: tuple[str, ...]  # passages that stood back, for one disease at least


def arranged(hits: Sequence[Hit], about: Collection[str], marked: SetBack, limit: int) -> Arranged:
    """`about` are the diseases that were asked about; at most `limit` passages are looked at."""
    front: list[tuple[str, Hit]] = []
    back: list[tuple[str, Hit]] = []
    stood: dict[str, None] = {}
    for hit in hits:
        asked = [one for one in hit.diseases if one in about]
        free = [one for one in asked if hit.passage not in marked.get(one, ())]
        if len(free) < len(asked):
            stood[hit.passage] = None
        if asked and not free:
            back.append((asked[0], hit))
        else:
            front.append((free[0] if free else "", hit))
    front, back = front[:limit], back[: max(limit - len(front), 0)]
    served = {one for _, hit in front for one in hit.diseases if hit.passage not in marked.get(one, ())}
    first = [pair for pair in front if pair[0]]
    alone = [pair for pair in back if pair[0] not in served]
    return Arranged((*first, *alone), len(front) + len(back), len(front) - len(first), tuple(stood))
