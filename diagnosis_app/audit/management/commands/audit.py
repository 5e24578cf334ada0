"""manage.py audit verify [--head DIGEST] | export | protect"""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.db import connection

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit import jsonl, log, triggers
from diagnosis_app.audit.actions import EXPORT, VERIFY
from diagnosis_app.audit.models import Entry

WHY = {
    "altered": "was altered",
    "gap": "does not follow the row before it: rows are missing or were added",
    "order": "does not continue the row before it: that one was altered or replaced",
}
COMMAND = Actor(None, "command line", "command", frozenset())


class Command(BaseCommand):
    help = "Checks the chain of the audit trail (exit code 1 if it is broken), or writes the trail as JSON lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        doing = parser.add_subparsers(dest="doing", required=True)
        verify = doing.add_parser("verify", help="check every row")
        verify.add_argument(
            "--head", default="", help="a head digest noted earlier: also notices rows removed from the end"
        )
        doing.add_parser("protect", help="put the triggers back that refuse changes")
        doing.add_parser("export", help="write every row to standard output, one JSON object a line")

    def handle(self, *args: object, **options: object) -> None:
        if options["doing"] == "export":
            self._export()
        elif options["doing"] == "protect":
            triggers.install(connection)
            self.stdout.write("The database refuses changes to the audit trail.")
        elif not self._verify(str(options["head"]).strip().lower()):
            sys.exit(1)

    def _verify(self, noted: str) -> bool:
        verdict, missing = log.verify(noted), triggers.missing(connection)
        detail = {"rows": verdict.rows, "broken_at": verdict.broken_at, "why": verdict.why, "head": verdict.head}
        log.record(COMMAND, VERIFY, detail=detail)
        if verdict.whole:
            self.stdout.write(f"The chain is whole: {verdict.rows} rows, head {verdict.head}")
        elif verdict.why == "anchor":
            self.stdout.write(f"The head {noted} is not in the chain: rows were removed from the end or replaced.")
        else:
            self.stdout.write(f"The chain breaks at row {verdict.broken_at}, which {WHY[verdict.why]}.")
            self.stdout.write(f"{verdict.rows} rows before it fit, up to digest {verdict.head}")
        if missing:
            self.stdout.write(
                f"The database does not refuse changes: triggers {', '.join(missing)} are missing. "
                "Restore them with: manage.py audit protect"
            )
        return verdict.whole and not missing

    def _export(self) -> None:
        mark = log.record(COMMAND, EXPORT)
        for entry in Entry.objects.filter(seq__lte=mark.seq).order_by("seq").iterator(chunk_size=2000):
            self.stdout.write(jsonl.line(entry), ending="")
