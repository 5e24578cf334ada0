"""For containers: what ./run does before it serves, and nothing else."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from diagnosis_app.operations import local, prepare


class Command(BaseCommand):
    help = "Applies migrations, collects static files and builds the knowledge, each if there is something to do."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        local.make_var()
        prepare.database(self._say)
        prepare.static_files(self._say)
        self._say(f"Knowledge in use: {prepare.knowledge(self._say)}")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
