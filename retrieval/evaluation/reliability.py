"""Whether stated probabilities come true: expected calibration error, discrimination, points of a curve.

Papers weigh alike here too (pass `measures.weights(groups, Weighting.BALANCED)`): otherwise one
cohort of a hundred patients is the calibration. Bins hold equal mass, so none is empty and the
error is not a matter of where probabilities happen to lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.evaluation.measures import COVERED, RESAMPLES, Groups, Interval, resampled

BINS = 10


@dataclass(frozen=True, slots=True)
class Point:
    """One bin: what was said on average, and how often it was so."""

    stated: float
    observed: float
    weight: float  # share of the whole mass
    cases: int
    interval: Interval | None = None  # of `observed`


def expected_calibration_error(
    stated: Sequence[float] | np.ndarray, came_true: Sequence[bool] | np.ndarray, weight: np.ndarray, bins: int = BINS
) -> float:
    """The mean gap between what was said and what was so, over bins of equal mass."""
    return float(sum(p.weight * abs(p.stated - p.observed) for p in points(stated, came_true, weight, bins)))


def points(
    stated: Sequence[float] | np.ndarray,
    came_true: Sequence[bool] | np.ndarray,
    weight: np.ndarray,
    bins: int = BINS,
    groups: Groups | None = None,
) -> list[Point]:
    """The reliability curve, from low to high; with `groups`, intervals that resample papers."""
    said, true = np.asarray(stated, dtype=np.float64), np.asarray(came_true, dtype=np.float64)
    if not len(said):
        return []
    bin_of = equal_mass(said, weight, bins)
    intervals = _intervals(bin_of, true, weight, bins, groups)
    total, found = float(weight.sum()), []
    for one in range(bins):
        inside = bin_of == one
        mass = float(weight[inside].sum())
        if mass:
            found.append(
                Point(
                    stated=float(weight[inside] @ said[inside]) / mass,
                    observed=float(weight[inside] @ true[inside]) / mass,
                    weight=mass / total,
                    cases=int(inside.sum()),
                    interval=intervals[one],
                )
            )
    return found


def equal_mass(values: np.ndarray, weight: np.ndarray, bins: int) -> np.ndarray:
    """Per value its bin 0..bins-1; equal values share a bin, the one in which their middle lies."""
    distinct, which = np.unique(values, return_inverse=True)
    mass = np.bincount(which, weight, len(distinct))
    total = float(mass.sum())
    if total <= 0:
        return np.zeros(len(values), dtype=np.int64)
    middle = (np.cumsum(mass) - mass / 2) / total
    found: np.ndarray = np.minimum((middle * bins).astype(np.int64), bins - 1)[which]
    return found


def area_under_curve(
    stated: Sequence[float] | np.ndarray, came_true: Sequence[bool] | np.ndarray, weight: np.ndarray
) -> float:
    """AUROC: how often a case that was right was given more than one that was wrong; ties count half.

    NaN when there is nothing to tell apart.
    """
    said, true = np.asarray(stated, dtype=np.float64), np.asarray(came_true, dtype=np.bool_)
    distinct, which = np.unique(said, return_inverse=True)
    right = np.bincount(which, np.where(true, weight, 0.0), len(distinct))
    wrong = np.bincount(which, np.where(true, 0.0, weight), len(distinct))
    pairs = float(right.sum() * wrong.sum())
    below = np.cumsum(wrong) - wrong
    return float((right * (below + wrong / 2)).sum() / pairs) if pairs else float("nan")


def _intervals(
    bin_of: np.ndarray, true: np.ndarray, weight: np.ndarray, bins: int, groups: Groups | None
) -> list[Interval | None]:
    if groups is None:
        return [None] * bins
    drawn = resampled(groups, RESAMPLES)
    tail, found = (1 - COVERED) / 2, list[Interval | None]()
    for one in range(bins):
        mine = np.where(bin_of == one, weight, 0.0)
        mass = drawn @ np.bincount(groups.paper, mine, drawn.shape[1])
        share = drawn @ np.bincount(groups.paper, mine * true, drawn.shape[1])
        seen = share[mass > 0] / mass[mass > 0]
        found.append(
            Interval(float(np.quantile(seen, tail)), float(np.quantile(seen, 1 - tail))) if len(seen) else None
        )
    return found
