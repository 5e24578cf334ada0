"""manage.py benchmark dialogue CASES: who asks best, turn by turn."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any

from django.conf import settings

from agents.virtual_clinic import SHOWN, Mode
from diagnosis_app.evaluation import output
from diagnosis_app.evaluation.checkpoint import Checkpoint
from diagnosis_app.evaluation.code import fingerprint_of_agents
from diagnosis_app.evaluation.dialogue import policies
from diagnosis_app.evaluation.dialogue.measuring import TURNS, OpenDialogues, Talked
from diagnosis_app.evaluation.dialogue.summary import POLICIES, Judged, lines, summary
from diagnosis_app.evaluation.options import add_cases, count, options_of
from diagnosis_app.evaluation.plan import Plan, plan
from diagnosis_app.evaluation.progress import Progress
from retrieval.evaluation import SolvedCase, parallel
from retrieval.evaluation.strata import StratumOf
from retrieval.model import Profile

Say = Callable[[str], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cases(parser)
    add = parser.add_argument
    add("--shown", type=count, default=SHOWN, metavar="N", help=f"Findings known at the beginning (default: {SHOWN}).")
    add("--excluded-too", action="store_true", help="What the record states as absent is an answer, too.")
    add("--answerable", action="store_true", help="Only what the record answers may be asked: what choosing is worth.")


def run(options: dict[str, Any], say: Say, write: Say) -> None:
    """Ctrl-C leaves what is done; the same command goes on from there."""
    if options["json"]:
        output.check(options["json"])
    made = plan(options_of(options), say)
    opening = _opening(made, options)
    say(
        f"{len(made.cases.cases)} cases of {made.cases.name}, {made.protocol}; bank: {made.bank.name}"
        f" ({made.bank.size} cases); snapshot {made.snapshot.id}; {opening.shown} findings shown, {TURNS} turns."
    )
    started = time.monotonic()
    judged = carried(made, opening, Path(settings.VAR_DIR) / "evaluation" / "unfinished")
    seconds = time.monotonic() - started
    found = summary(judged, [name for name in POLICIES if name != policies.MODEL or opening.model])
    if options["json"]:
        how = {"shown": opening.shown, "mode": str(opening.mode), "answerable": opening.answerable, "turns": TURNS}
        document = {
            "cases": [_case(one) for one in judged],
            "summary": found,
            "versions": {**made.versions, "agents": fingerprint_of_agents(), "dialogue": how},
            "seconds": round(seconds, 1),
        }
        output.write(options["json"], document)
    for line in (*lines(found), f"{seconds:.1f} s."):
        write(line)


def carried(made: Plan, opening: OpenDialogues, folder: Path) -> list[Judged]:
    """Every case, those of one paper side by side: what is blinded for one serves the next."""
    cases = made.cases.cases
    how = (opening.shown, str(opening.mode), opening.answerable, opening.model is not None)
    checkpoint = Checkpoint.at(folder, Talked.back, "dialogue", *made.key(), fingerprint_of_agents(), *how)
    digests, known = [case.digest() for case in cases], checkpoint.done()
    found = {at: known[digest] for at, digest in enumerate(digests) if digest in known}
    todo = sorted(
        ((at, case) for at, case in enumerate(cases) if at not in found), key=lambda one: (one[1].publications, one[0])
    )
    progress = Progress(len(cases), len(found), sys.stderr)
    try:
        with checkpoint.keeping() as keeper:
            for at, talked in parallel.spread(opening, todo, processes=made.options.processes):
                keeper.keep(digests[at], talked)
                found[at] = talked
                progress.step()
    finally:
        progress.end()
    checkpoint.forget()
    return [_judged(made, cases[at], found[at]) for at in sorted(found)] + [
        Judged(SolvedCase(name, Profile(), ()), StratumOf(False, 0), Talked(failed=f"unreadable: {reason}"))
        for name, reason in made.cases.unreadable
    ]


def _judged(made: Plan, case: SolvedCase, talked: Talked) -> Judged:
    hidden = case.publications if made.protocol == "publication-blind" else ()
    return Judged(case, made.strata.of(case.diagnoses, hidden), talked)


def _case(one: Judged) -> dict[str, Any]:
    return {
        "id": one.case.id,
        "publications": list(one.case.publications),
        "diagnoses": list(one.case.diagnoses),
        "diagnosable": one.stratum.diagnosable,
        "published_cases": one.stratum.published_cases,
        "begun": one.talked.begun,
        "held_back": one.talked.held_back,
        "failed": one.talked.failed,
        "policies": {
            name: {
                "ranks": [rank if isfinite(rank) else None for rank in played.ranks],
                "turns": played.turns,
                "answered": played.answered,
                "free": played.free,
                "failed": played.failed,
            }
            for name, played in one.talked.by.items()
        },
    }


def _opening(made: Plan, options: dict[str, Any]) -> OpenDialogues:
    return OpenDialogues(
        made.snapshot.directory,
        made.protocol,
        settings.PREVALENCE,
        shown=options["shown"],
        mode=Mode.EXCLUDED if options["excluded_too"] else Mode.PRESENT,
        answerable=options["answerable"],
        model=policies.connected(),
    )
