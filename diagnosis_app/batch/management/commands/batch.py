"""manage.py batch DIR --out DIR: investigates every case of a folder, here and now. docs/commands.md describes it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser, DjangoHelpFormatter

from corpus_ingest import library
from diagnosis_app.api.diagnose.source import shown
from diagnosis_app.batch import files
from diagnosis_app.batch.offline import output
from diagnosis_app.batch.offline.carrying import Carried, Wanted, carry_out, failures
from diagnosis_app.errors import ClinicError, Invalid
from diagnosis_app.evaluation import worlds
from retrieval.errors import RetrievalError
from retrieval.knowledge import Knowledge

NICE = 10  # of 19: whoever works at this machine goes first
TOLD = 20  # files that are named
EXITS = """\
exit codes:
  0  every file was investigated
  1  a file could not be read, or its investigation failed; the others were done
  2  the command was not understood, or refused; or there is no case in DIR
  3  every file was investigated; in at least one there are too few findings for a differential
  4  there is no knowledge, or it is damaged: manage.py knowledge build
  130  interrupted; the same command goes on
"""


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    REFUSED = 2
    INSUFFICIENT = 3
    NO_KNOWLEDGE = 4
    INTERRUPTED = 130  # as shells say it


class Command(BaseCommand):
    help = "Investigates every case of a folder: phenopackets v2, lists of HPO ids, and zips of them."
    requires_system_checks: list[str] = []  # it needs no database, no queue and no web settings

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXITS, formatter_class=_Help, **kwargs)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add = parser.add_argument
        add("folder", type=Path, metavar="DIR", help="The folder with the cases; folders in it are read too.")
        add("--out", type=Path, required=True, metavar="DIR", help="Where the results go; the same DIR goes on.")
        add("--knowledge", metavar="ID", help="A snapshot, or a unique beginning of its id, instead of the one in use.")
        add("--limit", type=_count, default=0, metavar="N", help="Only the first N files; 0: all.")
        add("--again", action="store_true", help="Do again what is there already.")
        add("--diagnosis", action="store_true", help="A column with the rank of the diagnosis that a file names.")

    def handle(self, *args: Any, **options: Any) -> None:
        with suppress(OSError):
            os.nice(NICE)
        ends = [one for one in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(one) is not signal.SIG_IGN]
        before = {one: signal.signal(one, signal.default_int_handler) for one in ends}  # both end it the same way
        try:
            code = self._all(options)
        except KeyboardInterrupt:
            code = Exit.INTERRUPTED
        finally:
            for one, handler in before.items():
                signal.signal(one, handler or signal.SIG_DFL)
        if code is not Exit.DONE:
            sys.exit(code)

    def _all(self, options: dict[str, Any]) -> Exit:
        wanted = Wanted(options["folder"], options["out"], options["limit"], options["again"], options["diagnosis"])
        try:
            _check(wanted)
            knowledge = self._knowledge(options["knowledge"])
            with output.opened(wanted.out):
                told = sys.stderr if self.stderr.isatty() else self.stderr  # Django's wrapper ends every step of a bar
                carried = carry_out(wanted, knowledge, told)
        except RetrievalError as error:
            return self._refuse(error, Exit.NO_KNOWLEDGE)
        except ClinicError as error:
            return self._refuse(error, Exit.REFUSED)
        except OSError as error:
            return self._refuse(Invalid(f"{error.filename or wanted.out}: {error.strerror}."), Exit.REFUSED)
        self._tell(carried, wanted)
        return _exit(carried)

    def _knowledge(self, wanted: str | None) -> Knowledge:
        knowledge = library.snapshot(worlds.full_id(wanted)) if wanted else library.current()
        _ = knowledge.ranker
        return knowledge

    def _tell(self, carried: Carried, wanted: Wanted) -> None:
        """Remarks go to standard error; what was made is named on standard output."""
        failed = list(failures(carried))
        for row in failed[:TOLD]:
            self._say(f"{shown(row.file)}: {row.error.get('message', '')} {row.error.get('hint', '')}".rstrip())
        if len(failed) > TOLD:
            self._say(f"and {len(failed) - TOLD} more of the kind.")
        if carried.passed_over:
            names = ", ".join(shown(name) for name in carried.passed_over[:3])
            more = ", …" if len(carried.passed_over) > 3 else ""
            self._say(f"Passed over, of other kinds: {len(carried.passed_over)} ({names}{more}).")
        if not carried.finished:
            self._say(f"Interrupted after {len(carried.rows)} of {carried.total} files. The same command goes on.")
        there = f", {carried.skipped} of them were there already" if carried.skipped else ""
        self.stdout.write(f"{len(carried.rows)} files{there}; {len(failed)} failed. {wanted.out / 'summary.csv'}")

    def _refuse(self, error: ClinicError | RetrievalError, code: Exit) -> Exit:
        self._say(f"{error.message} {error.hint}".strip())
        return code

    def _say(self, line: str) -> None:
        self.stderr.write(line, self.style.NOTICE)


def _check(wanted: Wanted) -> None:
    """Before anything is made."""
    if not wanted.folder.is_dir():
        raise Invalid(
            f"{shown(str(wanted.folder))} is not a directory.", hint="Name the directory with the cases.", field="DIR"
        )
    if wanted.out.exists() and not wanted.out.is_dir():
        raise Invalid(f"--out {shown(str(wanted.out))} is not a directory.", hint="Name a directory.", field="out")
    out, folder = wanted.out.resolve(), wanted.folder.resolve()
    if out == folder:
        raise Invalid("The results would lie between the cases.", hint="Name another directory as --out.", field="out")
    if out in folder.parents:  # what lies in --out is left out, which would be all
        raise Invalid("The cases lie in the directory of --out.", hint="Name another directory as --out.", field="out")
    if next(files.in_folder_unread(wanted.folder, out), None) is None:
        raise Invalid(
            f"There is no case in {shown(str(wanted.folder))}.",
            hint="Phenopackets end in .json, lists of HPO ids in .txt.",
            field="DIR",
            code="batch.empty",
        )


def _exit(carried: Carried) -> Exit:
    if not carried.finished:
        return Exit.INTERRUPTED
    if any(failures(carried)):
        return Exit.FAILED
    return Exit.INSUFFICIENT if any(row.outcome == "insufficient" for row in carried.rows) else Exit.DONE


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < len(text) < 10:
        return int(text)
    raise argparse.ArgumentTypeError("a whole number of at most nine digits; 0: all")


class _Help(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Django's order of the options; the exit codes one a line."""
