"""Carries out a plan on all cores, keeping what is done, and judges the outcomes."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from diagnosis_app.errors import Unavailable
from diagnosis_app.evaluation.checkpoint import Checkpoint
from diagnosis_app.evaluation.plan import ADDING, Plan
from diagnosis_app.evaluation.progress import Progress, Written
from diagnosis_app.evaluation.summary import Judged
from retrieval.evaluation import SolvedCase, parallel
from retrieval.evaluation.bench import OpenBench, Outcome
from retrieval.evaluation.strata import StratumOf
from retrieval.model import Profile

UNREADABLE = "unreadable: "


@dataclass(frozen=True)
class Carried:
    """What came of it; `finished` is false when somebody interrupted it."""

    judged: list[Judged]
    finished: bool
    seconds: float
    resumed: int  # cases whose outcome was there from an interrupted run


def carry_out(plan: Plan, folder: Path, out: Written | None = None) -> Carried:
    """Every case of the plan. Ctrl-C returns what is done; the next call goes on from there."""
    started = time.monotonic()
    checkpoint = Checkpoint.of(folder, *plan.key())
    cases = plan.cases.cases
    digests = [case.digest() for case in cases]
    known = checkpoint.done()
    found = {at: known[digest] for at, digest in enumerate(digests) if digest in known}
    resumed = len(found)
    # Cases of one paper side by side: what is blinded for one serves the next.
    todo = sorted(
        ((at, case) for at, case in enumerate(cases) if at not in found), key=lambda one: (one[1].publications, one[0])
    )
    progress = Progress(len(cases), resumed, out or sys.stderr)
    finished = True
    try:
        with checkpoint.keeping() as keeper:
            for at, outcome in parallel.spread(_opening(plan), todo, processes=plan.options.processes):
                keeper.keep(digests[at], outcome)
                found[at] = outcome
                progress.step()
    except KeyboardInterrupt:
        finished = False
    except BrokenProcessPool:
        raise Unavailable(
            "A process of the benchmark was ended from outside, perhaps because memory ran out.",
            hint="What is done is kept: run the same command again, with --processes 1 if memory is short.",
        ) from None
    finally:
        progress.end()
    if finished:
        checkpoint.forget()
    judged = [_judged(plan, cases[at], found[at]) for at in sorted(found)]
    if finished:
        judged += [_unreadable(name, reason) for name, reason in plan.cases.unreadable]
    return Carried(judged, finished, time.monotonic() - started, resumed)


def _opening(plan: Plan) -> OpenBench:
    return OpenBench(
        snapshot=plan.snapshot.directory,
        protocol=plan.protocol,
        prevalence=settings.PREVALENCE,
        genes=plan.options.genes,
        seed=plan.options.seed,
        adding=ADDING,
    )


def _judged(plan: Plan, case: SolvedCase, outcome: Outcome) -> Judged:
    hidden: Sequence[str] = case.publications if plan.protocol == "publication-blind" else ()
    return Judged(case, plan.strata.of(case.diagnoses, hidden), outcome)


def _unreadable(name: str, reason: str) -> Judged:
    return Judged(SolvedCase(name, Profile(), ()), StratumOf(False, 0), Outcome(failed=f"{UNREADABLE}{reason}"))
