"""So that `manage.py help` lists it; manage.py itself calls the doctor before the settings load."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from diagnosis_app.operations import doctor


class Command(BaseCommand):
    help = "Explains every misconfiguration in plain words, with the remedy. Exit code 1 if something hinders Clew."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, for monitoring")

    def handle(self, *args: Any, **options: Any) -> None:
        code = doctor.main(["--json"] if options["json"] else [], self.stdout)  # type: ignore[arg-type]
        if code:
            sys.exit(code)
