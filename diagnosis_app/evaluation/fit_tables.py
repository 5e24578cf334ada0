"""The figures of a fit as plain text: what it reaches on cases it has not seen. Percentages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diagnosis_app.evaluation.fitting import DISEASES, PAPERS
from diagnosis_app.evaluation.learning import Learned
from diagnosis_app.evaluation.tables import STRATA, WEIGHTINGS, number
from retrieval.evaluation.measures import LEVELS, Interval, Measured, Weighting, difference, measure
from retrieval.evaluation.strata import Stratum
from retrieval.ranking.calibration import POPULATION
from retrieval.ranking.fusion import WITH_CASES

TITLES = {True: "With published cases", False: "Annotations alone"}
FOLDS = {PAPERS: "folds by publication", DISEASES: "folds by disease"}
_SHOWN = (1, 3, 10)


def lines(learned: Learned) -> Iterator[str]:
    document = learned.fitted.document
    yield ""
    yield f"{TITLES[learned.name == WITH_CASES]} ({learned.name})"
    yield "  weights: " + ", ".join(f"{name} {value:g}" for name, value in document["weights"].items())
    for stratum in Stratum:
        inside = learned.holds(stratum)
        if inside.any():
            yield from _stratum(learned, stratum)
    yield from _calibration(document["calibration"])


def _stratum(learned: Learned, stratum: Stratum) -> Iterator[str]:
    inside = learned.holds(stratum)
    groups = learned.groups.where(inside)
    ranks = {kind: found[inside] for kind, found in learned.fitted.ranks.items()}
    yield ""
    yield f"  {STRATA[stratum.value]}: {number(int(inside.sum()))} cases"
    for kind, words in FOLDS.items():
        yield f"    {words:42s}R@1 (95 %)            R@3 (95 %)            R@10 (95 %)"
        for weighting in Weighting:
            found = measure(ranks[kind].tolist(), groups, weighting)
            yield f"      {WEIGHTINGS[weighting.value]:40s}" + "".join(_cell(found, level) for level in _SHOWN)
    shares, intervals = difference(ranks[DISEASES].tolist(), ranks[PAPERS].tolist(), groups, Weighting.BALANCED)
    yield "    by disease less by publication, balanced  " + "".join(
        _signed(float(shares[LEVELS.index(level)]), intervals[LEVELS.index(level)]) for level in _SHOWN
    )


def _cell(found: Measured, level: int) -> str:
    low, high = found.recall_interval[level].low, found.recall_interval[level].high
    return f"{100 * found.recall[level]:5.1f} {f'({100 * low:.1f}–{100 * high:.1f})':16s}"


def _signed(value: float, interval: Interval) -> str:
    return f"{100 * value:+5.1f} {f'({100 * interval.low:+.1f} to {100 * interval.high:+.1f})':16s}"


def _calibration(found: dict[str, Any]) -> Iterator[str]:
    measured = found["measured"]
    yield ""
    yield (
        f"  Stated probability of the first candidate: mean gap {measured['expected_calibration_error']:.3f}, "
        f"AUROC {measured['area_under_curve']:.3f} (all cases, by publication, papers weighed alike)."
    )
    yield f"  Of {POPULATION}:"
    for word, held in found["held"].items():
        share = f"{100 * held['right'] / held['of']:.0f} %" if held["of"] else "–"
        yield f"    {word.replace('_', ' '):14s}{share:>6s} of {held['of']:.0f} publications"
