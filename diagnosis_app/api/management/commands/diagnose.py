"""Ranks diseases for cases in files: phenopackets v2, lists of HPO ids, or notes. docs/api.md describes it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from enum import IntEnum
from io import TextIOWrapper
from typing import Any

from django.core.management.base import BaseCommand, CommandParser, DjangoHelpFormatter

from corpus_ingest import library
from diagnosis_app.api.answer import ranked
from diagnosis_app.api.diagnose import table
from diagnosis_app.api.diagnose.genes import read_genes, with_genes
from diagnosis_app.api.diagnose.kind import Kind, kind_of
from diagnosis_app.api.diagnose.reading import read
from diagnosis_app.api.diagnose.source import STDIN, read_source, shown
from diagnosis_app.api.errors import as_clinic_error
from diagnosis_app.cases.content import GeneEntry
from diagnosis_app.errors import ClinicError, Invalid, InvalidMany
from retrieval.errors import RetrievalError
from retrieval.knowledge import Knowledge

MOST = 8000  # candidates
TOLD = 20  # problems of one file that are printed
EXITS = """\
exit codes:
  0  every file was ranked
  1  a file could not be read; the others were ranked
  2  the command was not understood
  3  every file was read; in at least one there are too few findings for a differential
  4  there is no knowledge, or it is damaged: manage.py knowledge build
"""


class Exit(IntEnum):
    RANKED = 0
    UNREADABLE = 1
    USAGE = 2
    INSUFFICIENT = 3
    NO_KNOWLEDGE = 4
    INTERRUPTED = 130  # as shells say it


class Command(BaseCommand):
    help = __doc__
    _printed = False
    _genes: tuple[GeneEntry, ...] = ()
    requires_system_checks: list[str] = []  # it needs no database, no queue and no web settings

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXITS, formatter_class=_Help, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="A file, or - for standard input.")
        parser.add_argument("--json", action="store_true", help="One JSON object a file; nothing else on stdout.")
        parser.add_argument(
            "--limit", type=_limit, default=None, metavar="N", help="Candidates: 10 if not given, 50 as JSON."
        )
        parser.add_argument(
            "--genes",
            metavar="LIST",
            help="A file with candidate genes, one a line, for every FILE; behind each, if known, a score from 0 to 1, "
            "het, hom, hemi or comp het, de novo, mother, father or both.",
        )
        parser.add_argument("--as", dest="kind", choices=[kind.value for kind in Kind], help="Do not guess the kind.")

    def handle(self, *args: Any, **options: Any) -> None:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 is no reason to stop
        try:
            code = self._all(options["files"], options)
            self.stdout.flush()
        except BrokenPipeError:  # the reader of our pipe has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = Exit.RANKED
        except KeyboardInterrupt:
            code = Exit.INTERRUPTED
        if code is not Exit.RANKED:
            sys.exit(code)

    def _all(self, files: list[str], options: dict[str, Any]) -> Exit:
        if [*files, options["genes"]].count(STDIN) > 1:
            self._complain("-", Invalid("Standard input can be read only once.", hint="Name - once."))
            return Exit.USAGE
        try:
            knowledge = library.current()
            _ = knowledge.ranker, knowledge.reader
        except RetrievalError as error:
            self._complain("knowledge", as_clinic_error(error))
            return Exit.NO_KNOWLEDGE
        try:
            self._genes = read_genes(options["genes"], knowledge) if options["genes"] else ()
        except ClinicError as error:
            self._refuse("standard input" if options["genes"] == STDIN else shown(options["genes"]), error)
            return Exit.UNREADABLE
        outcomes, last = set(), None
        for file in files:
            result = self._one(file, knowledge, options)
            outcomes.add(result["outcome"])
            last = result if result["outcome"] != "failed" else last
        if last and not options["json"]:
            for line in table.foot(last, self._width()):
                self.stdout.write(line)
        if "failed" in outcomes:
            return Exit.UNREADABLE
        return Exit.INSUFFICIENT if "insufficient" in outcomes else Exit.RANKED

    def _one(self, file: str, knowledge: Knowledge, options: dict[str, Any]) -> dict[str, Any]:
        """Ranks one file and prints it; a bad one is told and does not stop the others."""
        name = "standard input" if file == STDIN else shown(file)
        try:
            result = self._ranked(file, name, knowledge, options)
        except (ClinicError, RetrievalError) as error:
            known = as_clinic_error(error)
            result = {"case": name, "outcome": "failed", "error": known.as_json()}
            self._refuse(name, known)
        if options["json"]:
            plain = (getattr(sys.stdout, "encoding", None) or "").lower() != "utf-8"
            self.stdout.write(json.dumps(result, ensure_ascii=plain, allow_nan=False))
        elif result["outcome"] != "failed":
            for line in (*self._apart(), *table.lines(result, self._width())):
                self.stdout.write(line)
        return result

    def _ranked(self, file: str, name: str, knowledge: Knowledge, options: dict[str, Any]) -> dict[str, Any]:
        source = read_source(file)
        kind = Kind(options["kind"]) if options["kind"] else kind_of(source.text)
        reading = read(source.text, kind, knowledge)
        limit = options["limit"] or (50 if options["json"] else 10)
        content = with_genes(reading.content, self._genes, knowledge)
        result = ranked(knowledge, content, limit, case=name)
        result["input"] |= {"kind": kind.value, "remarks": [remark.as_json() for remark in reading.remarks]}
        return result

    def _apart(self) -> tuple[str, ...]:
        """An empty line between two files."""
        printed, self._printed = self._printed, True
        return ("",) if printed else ()

    def _width(self) -> int | None:
        return shutil.get_terminal_size().columns if self.stdout.isatty() else None

    def _refuse(self, name: str, error: ClinicError) -> None:
        problems = error.problems if isinstance(error, InvalidMany) else [error]
        for problem in problems[:TOLD]:
            self._complain(name, problem)
        if len(problems) > TOLD:
            self.stderr.write(f"{name}: and {len(problems) - TOLD} more of the kind.")

    def _complain(self, name: str, error: ClinicError) -> None:
        self.stderr.write(" ".join(part for part in (f"{name}:", error.message, error.hint, f"[{error.code}]") if part))


class _Help(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Django's order of the options; the exit codes one a line."""


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST:
        return int(text)
    raise ArgumentTypeError(f"N is a whole number from 1 to {MOST}")
