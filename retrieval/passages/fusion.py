"""Several lists of passages become one: each list's scores as a share of its best, weighed and added.

Reciprocal ranks would forget how much better the first is than the tenth; on questions made of findings that costs
three points in a hundred (docs/evaluation.md). Scores of different kinds are not comparable, shares of the best are.
Pure: no text, no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from retrieval import csr

DEPTH = 200  # places of each list whose passages compete


class Way(StrEnum):
    """How a passage was found."""

    WORDS = "words"
    MEANING = "meaning"
    FINDINGS = "findings"
    DISEASE = "disease"


@dataclass(frozen=True, slots=True)
class Ranked:
    """One list: its first places, and what every passage is worth in it, from 0 to `top`."""

    positions: np.ndarray  # best first, at most DEPTH
    scores: np.ndarray  # as the list itself counts: BM25 points, cosine, likeness
    shares: Mapping[int, float] | np.ndarray  # of `top`, by position; those that are not there are worth nothing
    weight: float
    top: float = 1.0

    def shares_of(self, positions: np.ndarray) -> np.ndarray:
        if isinstance(self.shares, np.ndarray):
            found: np.ndarray = (self.shares[positions] / self.top).astype(np.float64)
            return found
        return np.array([self.shares.get(i, 0.0) / self.top for i in positions.tolist()], dtype=np.float64)


def by_totals(totals: np.ndarray, positions: np.ndarray, unit: float, weight: float) -> Ranked:
    """Of a list that has a total for every passage; `unit`: what one point is in it."""
    found = totals[positions]
    top = float(found[0]) if len(found) else 1.0
    return Ranked(positions, found / unit, totals, weight, max(top, 1e-12))


def by_scores(positions: np.ndarray, scores: np.ndarray, weight: float) -> Ranked:
    """Of a list that knows only its first places: the last of them is worth nearly nothing."""
    if not len(positions):
        return Ranked(positions, scores, {}, weight)
    low, high = float(scores.min()), float(scores.max())
    shares = (scores - low + 1e-6) / (high - low + 1e-6)
    return Ranked(positions, scores, dict(zip(positions.tolist(), shares.tolist(), strict=True)), weight)


def evenly(positions: np.ndarray, scores: np.ndarray, weight: float) -> Ranked:
    """Of a list all of whose passages are worth the same."""
    return Ranked(positions, scores, dict.fromkeys(positions.tolist(), 1.0), weight)


def fused(lists: Iterable[Ranked]) -> list[int]:
    """All passages of the lists, the best first; ties in order of position."""
    every = [one for one in lists if len(one.positions) and one.weight > 0]
    candidates = csr.distinct(np.concatenate([np.zeros(0, dtype=np.int64), *(one.positions for one in every)]))
    worth = np.zeros(len(candidates))
    for one in every:
        worth += one.weight * one.shares_of(candidates)
    found: list[int] = candidates[np.argsort(-worth, kind="stable")].tolist()
    return found
