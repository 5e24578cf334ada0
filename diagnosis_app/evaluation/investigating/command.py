"""manage.py benchmark investigation CASES: the instant ranking and the ranking after the run, side by side."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import mean, median
from typing import Any

from django.conf import settings

from diagnosis_app.evaluation import output
from diagnosis_app.evaluation.investigating.measuring import OpenInvestigations, Went
from diagnosis_app.evaluation.options import options_of
from diagnosis_app.evaluation.plan import Plan, plan
from diagnosis_app.evaluation.progress import Progress
from diagnosis_app.evaluation.tables import MISSES, number, percent
from retrieval.evaluation import SolvedCase, parallel
from retrieval.evaluation.measures import Groups, Weighting, measure
from retrieval.evaluation.strata import Stratum, StratumOf

Say = Callable[[str], None]
LEVELS = (1, 3, 5, 10)
TITLES = {Stratum.ALL: "All cases", Stratum.DIAGNOSABLE: "Diagnosable"}


@dataclass(frozen=True, slots=True)
class Judged:
    case: SolvedCase
    stratum: StratumOf
    went: Went


def run(options: dict[str, Any], say: Say, write: Say) -> None:
    if options["json"]:
        output.check(options["json"])
    made = plan(options_of(options), say)
    say(
        f"{len(made.cases.cases)} cases of {made.cases.name}, {made.protocol}; bank: {made.bank.name}"
        f" ({made.bank.size} cases); snapshot {made.snapshot.id}; ranker {made.versions['ranker']}. Nobody answers."
    )
    started = time.monotonic()
    judged = carried(made)
    seconds = time.monotonic() - started
    found = {str(stratum): summary(judged, stratum) for stratum in TITLES}
    if options["json"]:
        document = {
            "cases": [_case(one) for one in judged],
            "summary": found,
            "versions": made.versions,
            "seconds": round(seconds, 1),
        }
        output.write(options["json"], document)
    for line in lines(found):
        write(line)
    write(f"{seconds:.1f} s.")


def carried(made: Plan) -> list[Judged]:
    """Every case, those of one paper side by side: what is blinded for one serves the next."""
    cases = made.cases.cases
    todo = sorted(enumerate(cases), key=lambda one: (one[1].publications, one[0]))
    progress, found = Progress(len(cases), 0, sys.stderr), {}
    opening = OpenInvestigations(made.snapshot.directory, made.protocol, settings.PREVALENCE)
    try:
        for at, went in parallel.spread(opening, todo, processes=made.options.processes):
            found[at] = went
            progress.step()
    finally:
        progress.end()
    hidden = made.protocol == "publication-blind"
    return [
        Judged(cases[at], made.strata.of(cases[at].diagnoses, cases[at].publications if hidden else ()), found[at])
        for at in sorted(found)
    ]


def summary(judged: Sequence[Judged], stratum: Stratum) -> dict[str, Any]:
    chosen = [one for one in judged if one.stratum.holds(stratum)]
    ran = [one.went for one in chosen if one.went.outcome]
    times = sorted(went.seconds for went in ran)
    return {
        "cases": len(chosen),
        "before": _recall([one.went.rank_before for one in chosen], chosen),
        "after": _recall([one.went.rank for one in chosen], chosen),
        "felled": sum(one.went.felled for one in chosen),
        "risen": sum(one.went.rank < one.went.rank_before for one in chosen),
        "outcomes": dict(sorted(Counter(went.outcome for went in ran).items())),
        "misses": dict(sorted(Counter(one.went.failed for one in chosen if one.went.failed).items())),
        "objected": sum(went.objections > 0 for went in ran),
        "sent_back": sum(went.sent_back > 0 for went in ran),
        "statements": {"kept": sum(w.kept for w in ran), "removed": sum(w.removed for w in ran)},
        "steps": {"mean": round(mean(w.steps for w in ran), 1), "most": max(w.steps for w in ran)} if ran else None,
        "seconds": {"median": round(median(times), 3), "p95": round(times[int(0.95 * (len(times) - 1))], 3)}
        if ran
        else None,
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    for stratum, title in TITLES.items():
        one = found[str(stratum)]
        yield ""
        yield f"{title}: {number(one['cases'])} cases"
        if not one["cases"]:
            continue
        yield f"  {'':27s}" + "".join(f"{f'R@{level}':>7s}" for level in LEVELS)
        for weighting in Weighting:
            for name, words in (("before", "instant ranking"), ("after", "after the run")):
                row = one[name][weighting.value]
                shown = "".join(f"{percent({'value': row[f'r{level}']}):>7s}" for level in LEVELS)
                yield f"  {words:17s}{weighting.value:10s}{shown}"
        share = 100 * one["felled"] / one["cases"]
        yield f"  The true disease falls in {share:.1f} % ({one['felled']}) and rises in {one['risen']}."
        if one["steps"]:
            yield (
                f"  Steps: {one['steps']['mean']} on average, {one['steps']['most']} at the most; "
                f"seconds: median {one['seconds']['median']:.2f}, 95th percentile {one['seconds']['p95']:.2f}."
            )
            yield (
                f"  Objections in {one['objected']} runs, sent back in {one['sent_back']}; statements kept "
                f"{number(one['statements']['kept'])}, removed {number(one['statements']['removed'])}."
            )
        for reason, count in one["misses"].items():
            yield f"  {number(count):>6s}  {MISSES.get(reason, reason)} (counted as a miss)"


def _recall(ranks: Sequence[float], chosen: Sequence[Judged]) -> dict[str, dict[str, float | None]]:
    if not chosen:
        return {}
    groups = Groups.of([one.case.diagnoses for one in chosen], [one.case.publications for one in chosen])
    found = {}
    for weighting in Weighting:
        measured = measure(ranks, groups, weighting)
        found[weighting.value] = {f"r{level}": round(measured.recall[level], 5) for level in LEVELS}
    return found  # type: ignore[return-value]


def _case(one: Judged) -> dict[str, Any]:
    went = one.went
    return {
        "id": one.case.id,
        "publications": list(one.case.publications),
        "diagnoses": list(one.case.diagnoses),
        "rank": went.rank if isfinite(went.rank) else None,
        "rank_before": went.rank_before if isfinite(went.rank_before) else None,
        "felled": went.felled,
        "diagnosable": one.stratum.diagnosable,
        "published_cases": one.stratum.published_cases,
        "outcome": went.outcome,
        "reasons": list(went.reasons),
        "steps": went.steps,
        "objections": went.objections,
        "sent_back": went.sent_back,
        "seconds": round(went.seconds, 3),
        "failed": went.failed,
    }
