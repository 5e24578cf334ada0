"""The figures of a run as plain text for a terminal. Percentages; the headline is the first line of each block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diagnosis_app.evaluation.summary import MERGED, NEAR, OMIM_ONLY, WITHOUT

STRATA = {
    "all": "All cases",
    "diagnosable": "Diagnosable",
    "with_published_case": "With another published case",
    "no_published_case": "Diagnosable, no published case",
}
SETS = {
    MERGED: "every disease",
    OMIM_ONLY: "OMIM only",
    WITHOUT[MERGED]: "every disease, without Orphanet's annotations",
    WITHOUT[OMIM_ONLY]: "OMIM only, without Orphanet's annotations",
    NEAR: "or its series or gene (beside, never instead)",
}
WEIGHTINGS = {"per_case": "per case", "macro": "macro by disease", "balanced": "balanced by publication"}
MISSES = {
    "diagnosis_not_in_knowledge": "the diagnosis is not in the knowledge",
    "diagnosis_not_ranked": "the diagnosis is known and not ranked",
    "no_known_finding": "no finding is known to this ontology",
}
_LEVELS = ("r1", "r3", "r5", "r10", "r50")
_HEAD = f"{'':27s}{'R@1':>6s} {'(95 %)':13s}{'R@3':>6s}{'R@5':>6s}{'R@10':>6s} {'(95 %)':13s}{'R@50':>6s}{'MRR':>7s}"


def lines(summary: dict[str, Any]) -> Iterator[str]:
    """Everything of a run, block by block."""
    for stratum, title in STRATA.items():
        found = summary["strata"][stratum]
        counts = found[MERGED]["per_case"]
        yield ""
        yield (
            f"{title}: {number(counts['cases'])} cases, {number(counts['diseases'])} diseases, "
            f"{number(counts['publications'])} publications"
        )
        if counts["cases"]:
            yield from _block(found)
    yield ""
    yield from _beside(summary)


def _block(found: dict[str, Any]) -> Iterator[str]:
    yield _HEAD
    for name, title in SETS.items():
        if name in found:
            yield f"  {title}"
            for weighting, words in WEIGHTINGS.items():
                yield _row(words, found[name][weighting])


def _row(words: str, row: dict[str, Any]) -> str:
    r1, r3, r5, r10, r50 = (row[level] for level in _LEVELS)
    return (
        f"    {words:23s}{percent(r1):>6s} {_interval(r1):13s}{percent(r3):>6s}{percent(r5):>6s}"
        f"{percent(r10):>6s} {_interval(r10):13s}{percent(r50):>6s}{percent(row['mrr']):>7s}"
    )


def _beside(summary: dict[str, Any]) -> Iterator[str]:
    misses = summary["misses"]
    if misses:
        yield f"Misses that were not ranked ({number(sum(misses.values()))}, all counted in the figures above):"
        for reason, count in misses.items():
            yield f"  {number(count):>6s}  {MISSES.get(reason, reason)}"
    adding = summary["adding"]
    if adding:
        yield (
            f"One more documented finding lowers the true disease in {100 * adding['share']:.1f} % "
            f"({adding['lower']} of {number(adding['cases'])} cases; "
            f"out of the first ten in {adding['left_first_ten']}; its own score falls in {adding['score_fell']})."
        )
    found = summary["reliability"]
    if found:
        yield (
            f"Stated probability of the first candidate: mean gap {found['ece']:.3f} "
            f"(10 bins of equal mass, papers weighed alike), AUROC {found['auroc'] or float('nan'):.3f}."
        )
    if summary["milliseconds"] is not None:
        yield f"Median time of a case on one core, all of the above: {summary['milliseconds']:.1f} ms."


def percent(share: dict[str, Any]) -> str:
    return "–" if share["value"] is None else f"{100 * share['value']:.1f}"


def _interval(share: dict[str, Any]) -> str:
    if share["low"] is None:
        return ""
    return f"({100 * share['low']:.1f}–{100 * share['high']:.1f})"


def number(value: int) -> str:
    return f"{value:,}".replace(",", " ")
