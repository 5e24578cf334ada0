"""manage.py benchmark ranking|investigation|dialogue CASES, benchmark search. docs/evaluation.md says how."""

from __future__ import annotations

import argparse
import getpass
import os
import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from diagnosis_app.cases.finding_list import system_name
from diagnosis_app.errors import ClinicError
from diagnosis_app.evaluation import actions, output, tables
from diagnosis_app.evaluation.carrying_out import Carried, carry_out
from diagnosis_app.evaluation.dialogue import command as dialogue
from diagnosis_app.evaluation.investigating import command as investigating
from diagnosis_app.evaluation.options import add_cases, count, options_of
from diagnosis_app.evaluation.plan import Plan, plan
from diagnosis_app.evaluation.searching import command as searching
from diagnosis_app.evaluation.summary import summary
from retrieval.errors import RetrievalError
from retrieval.evaluation.bench import AS_IS, BLIND

INTERRUPTED = 130  # as shells say it
OTHERS: dict[str, tuple[Any, str]] = {  # the module that measures, and what an interruption leaves
    "search": (searching, "What was embedded is kept; nothing was written to OUT."),
    "investigation": (investigating, "Nothing was written to OUT."),
    "dialogue": (dialogue, "The same command goes on from here. Nothing was written to OUT."),
}


class Command(BaseCommand):
    help = "Measures the ranking on cases whose diagnosis is known, and the search over texts."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="ranking|investigation|dialogue|search")
        search = what.add_parser("search", help="Recall of the passage that answers: words, meaning, and both.")
        searching.add_arguments(search)
        whole = what.add_parser("investigation", help="The true diagnosis before and after a whole run, blinded.")
        add_cases(whole)
        talk = what.add_parser("dialogue", help="What asking is worth: policies by turn, on patients who answer.")
        dialogue.add_arguments(talk)
        ranking = what.add_parser("ranking", help="Recall and rank of the true diagnosis, publication-blind.")
        add_cases(ranking)
        add = ranking.add_argument
        add("--protocol", choices=[BLIND, AS_IS], help=f"{BLIND} wherever the cases name their publications.")
        add(
            "--match-publications",
            type=Path,
            nargs="+",
            action="extend",
            default=[],
            metavar="PATH",
            help="Cases without publications take those of the same patient here (by diagnosis and observed terms).",
        )
        add("--genes", type=count, default=0, metavar="N", help="Give N candidate genes: the true ones and decoys.")
        add("--seed", type=count, default=0, metavar="S", help="Of the draw of decoys (default: 0).")
        add("--no-store", action="store_true", help="Do not keep the run for the page Evaluation.")

    def handle(self, *args: Any, **options: Any) -> None:
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end it the same way
        try:
            code = self._other(options) if options["what"] in OTHERS else self._ranking(options)
            self.stdout.flush()
        except BrokenPipeError:  # the reader of our pipe has seen enough; what was to be kept is kept
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
        except (ClinicError, RetrievalError) as error:
            raise CommandError(f"{error.message} {error.hint}".strip()) from None
        except OSError as error:
            raise CommandError(f"{error.filename or settings.VAR_DIR}: {error.strerror}.") from None
        finally:
            signal.signal(signal.SIGTERM, before)
        if code:
            sys.exit(code)

    def _other(self, options: dict[str, Any]) -> int:
        measurement, left = OTHERS[options["what"]]
        try:
            measurement.run(options, self._say, self.stdout.write)
        except KeyboardInterrupt:
            self._say(f"Interrupted. {left}")
            return INTERRUPTED
        return 0

    def _ranking(self, options: dict[str, Any]) -> int:
        if options["json"]:
            output.check(options["json"])
        made = plan(options_of(options), self._say)
        self._say(
            f"{len(made.cases.cases)} cases of {made.cases.name}, {made.protocol}; bank: {made.bank.name}"
            f" ({made.bank.size} cases); snapshot {made.snapshot.id}; ranker {made.versions['ranker']}."
        )
        out = sys.stderr if self.stderr.isatty() else self.stderr  # Django's wrapper would end every step of a bar
        carried = carry_out(made, Path(settings.VAR_DIR) / "evaluation" / "unfinished", out)
        if carried.resumed:
            self._say(f"{carried.resumed} cases were there from an interrupted run.")
        found = summary(carried.judged, system_name=lambda system: named(made, system))
        kept = self._keep(made, carried, found, options) if carried.finished else ""
        for line in (*tables.lines(found), f"{carried.seconds:.1f} s.", kept):
            self.stdout.write(line)
        if not carried.finished:
            total = len(made.cases.cases)
            self._say(
                f"Interrupted after {len(carried.judged)} of {total} cases: these figures are of those alone. "
                "The same command goes on from here. Nothing was written to OUT or stored."
            )
            return INTERRUPTED
        return 0

    def _keep(self, made: Plan, carried: Carried, found: dict[str, Any], options: dict[str, Any]) -> str:
        """Writes OUT and stores the run, before anything is printed; returns what became of it."""
        document = output.document(carried.judged, found, made.versions, carried.seconds)
        if options["json"]:
            output.write(options["json"], document)
        if options["no_store"]:
            return ""
        try:
            run = actions.store(_who(), document)
        except DatabaseError:
            return "The run was not stored: the database is not prepared. ./run prepares it, or manage.py migrate."
        return f"Stored as run {run.pk}; the page Evaluation shows it."

    def _say(self, line: str) -> None:
        """Remarks go to standard error: standard output holds the tables."""
        self.stderr.write(line, self.style.NOTICE)


def named(made: Plan, system: str) -> str:
    ontology = made.snapshot.ontology
    index = ontology.index(system)
    return system_name(ontology.label(index)) if index is not None else system


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command"
