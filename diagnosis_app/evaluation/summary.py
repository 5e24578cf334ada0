"""From outcomes to the figures that are printed, stored and shown: shares 0..1 with their intervals.

Every case stays in every denominator of its stratum. Only counts and shares leave this module;
what is plain here is plain JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median
from typing import Any

import numpy as np

from retrieval.evaluation import reliability
from retrieval.evaluation.bench import Outcome
from retrieval.evaluation.measures import (
    LEVELS,
    Groups,
    Interval,
    Measured,
    Weighting,
    curve,
    measure,
    weights,
)
from retrieval.evaluation.solved import SolvedCase
from retrieval.evaluation.strata import Stratum, StratumOf
from retrieval.model import Strength

MERGED, OMIM_ONLY = "merged", "omim_only"
WITHOUT = {MERGED: "merged_without_orphanet", OMIM_ONLY: "omim_only_without_orphanet"}
NEAR = "series_or_gene"
FINDINGS = ((1, 3), (4, 6), (7, 10), (11, 20), (21, None))
SMALL = 20  # cases; an organ system with fewer is not shown
WITHIN = 10

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """One case with its stratum and what became of it."""

    case: SolvedCase
    stratum: StratumOf
    outcome: Outcome


def summary(judged: Sequence[Judged], *, system_name: Callable[[str], str]) -> Json:
    """All figures of a run."""
    groups = Groups.of([one.case.diagnoses for one in judged], [one.case.publications for one in judged])
    outcomes = [one.outcome for one in judged]
    return {
        "cases": len(judged),
        "publications": len(set(groups.paper.tolist())),
        "diseases": len(set(groups.disease.tolist())),
        "misses": dict(sorted(Counter(one.failed for one in outcomes if one.failed).items())),
        "genes_listed": sum(one.listed_genes > 0 for one in outcomes),
        "strata": {stratum.value: _stratum(stratum, judged, groups) for stratum in Stratum},
        "adding": _adding(outcomes),
        "reliability": _reliability(outcomes, groups),
        "by_system": _by_system(judged, groups, system_name),
        "by_findings": _by_findings(judged, groups),
        "milliseconds": round(1000 * median([one.seconds for one in outcomes]), 2) if outcomes else None,
    }


def _stratum(stratum: Stratum, judged: Sequence[Judged], groups: Groups) -> Json:
    """Each candidate set under each weighting, and the curves of the headline set."""
    chosen = np.array([one.stratum.holds(stratum) for one in judged], dtype=np.bool_)
    inside = [one.outcome for one, holds in zip(judged, chosen.tolist(), strict=True) if holds]
    members = groups.where(chosen)
    return {
        name: {weighting.value: _measured(measure(ranks, members, weighting)) for weighting in Weighting}
        for name, ranks in candidate_sets(inside).items()
    } | {
        "curve": {
            weighting.value: curve([one.rank for one in inside], weights(members, weighting)) for weighting in Weighting
        }
    }


def candidate_sets(outcomes: Sequence[Outcome]) -> dict[str, list[float]]:
    """Ranks by candidate set. The sets without Orphanet's rows are there only if the knowledge has such rows."""
    found = {MERGED: [one.rank for one in outcomes], OMIM_ONLY: [one.rank_omim for one in outcomes]}
    if any(one.without is not None for one in outcomes):
        found[WITHOUT[MERGED]] = [one.rank if one.without is None else one.without for one in outcomes]
        found[WITHOUT[OMIM_ONLY]] = [
            one.rank_omim if one.without_omim is None else one.without_omim for one in outcomes
        ]
    found[NEAR] = [one.near for one in outcomes]
    return found


def _measured(found: Measured) -> Json:
    shares = {f"r{level}": _share(found.recall[level], found.recall_interval[level]) for level in LEVELS}
    return {
        "cases": found.cases,
        "diseases": found.diseases,
        "publications": found.publications,
        **shares,
        "mrr": _share(found.mrr, found.mrr_interval),
    }


def _share(value: float, interval: Interval) -> Json:
    return {"value": _number(value), "low": _number(interval.low), "high": _number(interval.high)}


def _number(value: float) -> float | None:
    return round(value, 5) if isfinite(value) else None


def _adding(outcomes: Sequence[Outcome]) -> Json | None:
    """How often one more documented finding made it worse."""
    asked = [one for one in outcomes if one.before is not None and one.after is not None]
    if not asked:
        return None
    worse = [one for one in asked if (one.after or 0) > (one.before or 0)]
    lost = [one for one in asked if (one.before or 0) <= WITHIN < (one.after or 0)]
    return {
        "cases": len(asked),
        "lower": len(worse),
        "share": round(len(worse) / len(asked), 5),
        "score_fell": sum(bool(one.lowered) for one in asked),
        "left_first_ten": len(lost),
    }


def _reliability(outcomes: Sequence[Outcome], groups: Groups) -> Json | None:
    """Whether the probability stated of the first candidate came true, over all cases that were ranked."""
    stated = np.array([one.stated is not None for one in outcomes], dtype=np.bool_)
    if not stated.any():
        return None
    members = groups.where(stated)
    weight = weights(members, Weighting.BALANCED)
    said = [one.stated for one in outcomes if one.stated is not None]
    true = [one.rank <= 1 for one in outcomes if one.stated is not None]
    points = reliability.points(said, true, weight, groups=members)
    spoken = [one for one in outcomes if one.stated is not None]
    return {
        "words": _words(spoken, members, weight),
        "cases": len(said),
        "ece": round(reliability.expected_calibration_error(said, true, weight), 5),
        "auroc": _number(reliability.area_under_curve(said, true, weight)),
        "points": [
            {
                "stated": round(one.stated, 5),
                "observed": round(one.observed, 5),
                "low": _number(one.interval.low) if one.interval else None,
                "high": _number(one.interval.high) if one.interval else None,
                "cases": one.cases,
            }
            for one in points
        ],
    }


def _words(outcomes: Sequence[Outcome], groups: Groups, weight: np.ndarray) -> list[Json]:
    """How often the first candidate was right, by the word it was given; strongest word first."""
    true = np.array([one.rank <= 1 for one in outcomes], dtype=np.float64)
    found = []
    for word in Strength:
        mine = np.array([one.word == word.value for one in outcomes], dtype=np.bool_)
        if mine.any():
            (point,) = reliability.points(
                np.zeros(int(mine.sum())), true[mine], weight[mine], bins=1, groups=groups.where(mine)
            )
            low, high = (point.interval.low, point.interval.high) if point.interval else (None, None)
            found.append(
                {
                    "word": word.value,
                    "cases": point.cases,
                    "observed": round(point.observed, 5),
                    "low": _number(low) if low is not None else None,
                    "high": _number(high) if high is not None else None,
                }
            )
    return found


def _by_system(judged: Sequence[Judged], groups: Groups, name: Callable[[str], str]) -> list[Json]:
    """Diagnosable cases by the organ systems of their findings; a case belongs to each of its systems."""
    members: dict[str, list[int]] = {}
    for at, one in enumerate(judged):
        if one.stratum.diagnosable:
            for system in one.outcome.systems:
                members.setdefault(system, []).append(at)
    rows = [(name(system), at) for system, at in members.items() if len(at) >= min(SMALL, max(len(judged) // 20, 1))]
    rows.sort(key=lambda row: (-len(row[1]), row[0]))
    return [{"name": label} | _within(judged, groups, at) for label, at in rows]


def _by_findings(judged: Sequence[Judged], groups: Groups) -> list[Json]:
    found = []
    for low, high in FINDINGS:
        at = [
            place
            for place, one in enumerate(judged)
            if one.stratum.diagnosable and low <= one.outcome.findings <= (high or one.outcome.findings)
        ]
        if at:
            found.append({"from": low, "to": high} | _within(judged, groups, at))
    return found


def _within(judged: Sequence[Judged], groups: Groups, at: Sequence[int]) -> Json:
    """R@10, papers weighed alike, of some cases."""
    members = groups.where(np.array(at, dtype=np.int64))
    ranks = [judged[place].outcome.rank for place in at]
    share = curve(ranks, weights(members, Weighting.BALANCED), (WITHIN,))[0][1]
    return {"cases": len(at), "r10": round(share, 5)}
