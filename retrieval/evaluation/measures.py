"""Recall, mean reciprocal rank and their intervals, with cases, diseases or papers weighed alike.

A rank is a number from 1, half numbers included (tied candidates share the mean of their places);
what was not listed, failed or took too long has an infinite one and stays in the denominator.
Published cases come in bundles: a few papers hold a fifth of them, so intervals resample papers,
not cases. The same ranks give the same intervals: the seed is a constant.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

import numpy as np

LEVELS = (1, 3, 5, 10, 50)
CURVE = (1, 2, 3, 5, 10, 20, 50, 100)  # ranks at which a page draws the share of cases
RESAMPLES = 1000
SEED = 20250116
COVERED = 0.95
NOT_LISTED = inf


class Weighting(StrEnum):
    PER_CASE = "per_case"
    MACRO = "macro"  # every disease weighs one
    BALANCED = "balanced"  # every publication weighs one


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares 0..1 of one group of cases under one weighting."""

    cases: int
    diseases: int
    publications: int
    recall: dict[int, float]  # level -> share
    mrr: float
    recall_interval: dict[int, Interval]
    mrr_interval: Interval


@dataclass(frozen=True)
class Groups:
    """Which disease and which group of papers each case belongs to, as numbers."""

    disease: np.ndarray  # int64
    paper: np.ndarray  # int64

    @classmethod
    def of(cls, diagnoses: Sequence[Collection[str]], publications: Sequence[Collection[str]]) -> Groups:
        """A case with several diagnosis ids belongs to the first of them; papers that describe a common
        patient are one group; a case without a paper is a group of its own."""
        return cls(
            _numbered([min(ids, default=f"case {at}") for at, ids in enumerate(diagnoses)]),
            _numbered(paper_groups(publications)),
        )

    def where(self, chosen: np.ndarray) -> Groups:
        return Groups(_numbered(self.disease[chosen].tolist()), _numbered(self.paper[chosen].tolist()))

    def __len__(self) -> int:
        return len(self.disease)


def paper_groups(publications: Sequence[Collection[str]]) -> list[str]:
    """Per case the name of its group: cases connected by shared publications are together."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for papers in publications:
        first, *others = sorted(root(paper) for paper in papers) or [""]
        for other in others:
            parent[max(first, other)] = min(first, other)
            first = min(first, other)
    return [root(min(papers)) if papers else f"case {at}" for at, papers in enumerate(publications)]


def weights(groups: Groups, weighting: Weighting) -> np.ndarray:
    """Per case its weight; every group that weighs has a total of one."""
    match weighting:
        case Weighting.PER_CASE:
            return np.ones(len(groups))
        case Weighting.MACRO:
            return _even(groups.disease)
        case Weighting.BALANCED:
            return _even(groups.paper)


def measure(ranks: Sequence[float], groups: Groups, weighting: Weighting, *, resamples: int = RESAMPLES) -> Measured:
    """All measures of one group of cases with their bootstrap intervals."""
    hits = _hits(np.asarray(ranks, dtype=np.float64))
    points = _shares(hits, weights(groups, weighting))
    low, high = _intervals(hits, groups, weighting, resamples)
    found = [Interval(float(a), float(b)) for a, b in zip(low, high, strict=True)]
    return Measured(
        cases=len(groups),
        diseases=_count(groups.disease),
        publications=_count(groups.paper),
        recall=dict(zip(LEVELS, points.tolist(), strict=False)),
        mrr=float(points[-1]),
        recall_interval=dict(zip(LEVELS, found, strict=False)),
        mrr_interval=found[-1],
    )


def curve(ranks: Sequence[float], weight: np.ndarray, levels: Sequence[int] = CURVE) -> list[tuple[int, float]]:
    """The share of cases within the first k, for each k."""
    found = np.asarray(ranks, dtype=np.float64)
    total = float(weight.sum()) or 1.0
    return [(k, float(weight[found <= k].sum()) / total) for k in levels]


def difference(
    ranks: Sequence[float], others: Sequence[float], groups: Groups, weighting: Weighting, *, resamples: int = RESAMPLES
) -> tuple[np.ndarray, list[Interval]]:
    """Paired: how much better the first ranks are than the others on the same cases, per measure."""
    hits = _hits(np.asarray(ranks, dtype=np.float64)) - _hits(np.asarray(others, dtype=np.float64))
    low, high = _intervals(hits, groups, weighting, resamples)
    found = [Interval(float(a), float(b)) for a, b in zip(low, high, strict=True)]
    return _shares(hits, weights(groups, weighting)), found


def resampled(groups: Groups, resamples: int, seed: int = SEED) -> np.ndarray:
    """How often each group of papers was drawn: float32[resamples, groups]. Deterministic."""
    size = _count(groups.paper)
    drawn = np.random.default_rng(seed).multinomial(size, np.full(size, 1.0 / size), size=resamples)
    return drawn.astype(np.float32)


# --- inside ------------------------------------------------------------------


def _hits(ranks: np.ndarray) -> np.ndarray:
    """float64[cases, levels + 1]: within each level, and the reciprocal rank."""
    within = [ranks <= level for level in LEVELS]
    reciprocal = 1.0 / np.maximum(ranks, 1.0)
    return np.stack([*within, reciprocal], axis=1).astype(np.float64)


def _shares(hits: np.ndarray, weight: np.ndarray) -> np.ndarray:
    total = float(weight.sum())
    shares: np.ndarray = weight @ hits / total if total else np.zeros(hits.shape[1])
    return shares


def _intervals(hits: np.ndarray, groups: Groups, weighting: Weighting, resamples: int) -> tuple[np.ndarray, np.ndarray]:
    if not len(groups) or not resamples:
        empty = np.full(hits.shape[1], np.nan)
        return empty, empty
    drawn = resampled(groups, resamples)
    weight, size = weights(groups, weighting), drawn.shape[1]
    above = np.stack([np.bincount(groups.paper, weight * column, size) for column in hits.T], axis=1)
    below = np.bincount(groups.paper, weight, size)
    # The weights are those of the whole: weighing anew what was drawn would favour diseases with many papers.
    estimate = (drawn @ above) / np.maximum(drawn @ below, 1e-12)[:, None]
    tail = (1 - COVERED) / 2
    return np.quantile(estimate, tail, axis=0), np.quantile(estimate, 1 - tail, axis=0)


def _even(group: np.ndarray) -> np.ndarray:
    if not len(group):
        return np.zeros(0)
    even: np.ndarray = 1.0 / np.bincount(group)[group]
    return even


def _count(group: np.ndarray) -> int:
    return int(group.max()) + 1 if len(group) else 0


def _numbered(names: Sequence[Hashable]) -> np.ndarray:
    number: dict[Hashable, int] = {}
    return np.array([number.setdefault(name, len(number)) for name in names], dtype=np.int64)
