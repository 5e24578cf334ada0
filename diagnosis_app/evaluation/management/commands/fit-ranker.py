"""manage.py fit-ranker [CASES]: the few numbers of the ranking, learned anew. docs/evaluation.md says how."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from diagnosis_app.errors import ClinicError, Invalid
from diagnosis_app.evaluation import fit_tables, learning
from diagnosis_app.evaluation.fitting import Tell
from diagnosis_app.evaluation.progress import Progress
from retrieval.errors import RetrievalError

INTERRUPTED = 130  # as shells say it


class Command(BaseCommand):
    help = "Fits the weights and the calibration of the ranking to published cases."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add = parser.add_argument
        add(
            "cases",
            type=Path,
            nargs="?",
            metavar="CASES",
            help=f"A zip, a directory or a list of cases; by default {learning.DEVELOPMENT} of the benchmark data.",
        )
        add("--knowledge", metavar="ID", help="Fit the one artefact that this snapshot needs, in it as it is.")
        add("--out", type=Path, metavar="DIR", help="Write the artefacts there instead of beside the code.")
        add("--check", action="store_true", help="Write nothing; say whether the artefacts are what a fit gives now.")
        add("--processes", type=int, default=0, metavar="N", help="Processes (default: one for every core).")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = self._fit(options)
        except (ClinicError, RetrievalError) as error:
            raise CommandError(f"{error.message} {error.hint}".strip()) from None
        except OSError as error:
            raise CommandError(f"{error.filename or settings.VAR_DIR}: {error.strerror}.") from None
        except BrokenProcessPool:
            raise CommandError(
                "A process was ended from outside, perhaps because memory ran out. Nothing was written: run the same "
                "command again, with --processes 1 if memory is short."
            ) from None
        except KeyboardInterrupt:
            self._say("Interrupted. Nothing was written that was not printed as written.")
            code = INTERRUPTED
        if code:
            sys.exit(code)

    def _fit(self, options: dict[str, Any]) -> int:
        folder = options["out"] or learning.shipped()
        if not options["check"]:
            _writable(folder)
        path, apart = learning.cases_at(options["cases"]), False
        for learned in learning.learn(path, options["knowledge"], self._say, self._bar(), options["processes"]):
            for line in fit_tables.lines(learned):
                self.stdout.write(line)
            document = learned.fitted.document
            if options["check"]:
                found = learning.differences(document, folder)
                apart = apart or bool(found)
                self.stdout.write(f"{learned.name}: " + ("is what a fit gives now." if not found else "differs."))
                for one in found:
                    self.stdout.write(f"  {one}")
            else:
                self.stdout.write(f"Written: {learning.keep(document, folder)}")
            self.stdout.flush()
        return int(apart)

    def _bar(self) -> Tell:
        """A bar for each step."""
        bars: dict[str, Progress] = {}
        out = sys.stderr if self.stderr.isatty() else self.stderr  # Django's wrapper would end every step of a bar

        def tell(what: str, done: int, total: int) -> None:
            if what not in bars:
                self._say(what)
                bars[what] = Progress(total, 0, out)
            bars[what].step()
            if done == total:
                bars[what].end()

        return tell

    def _say(self, line: str) -> None:
        """Remarks go to standard error: standard output holds the tables."""
        self.stderr.write(line, self.style.NOTICE)


def _writable(folder: Path) -> None:
    """Before minutes of work."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise Invalid(
            f"The artefacts cannot be written to {folder}.",
            hint="Name a directory that exists and that you may write: --out DIR.",
            field="out",
        )
