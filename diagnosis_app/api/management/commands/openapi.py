"""Prints the schema of the API, or renews the copy that is kept in docs/api."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

KEPT = settings.BASE_DIR / "docs" / "api" / "openapi.json"


def schema_text() -> str:
    from diagnosis_app.api.site import schema

    return json.dumps(schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="Write it to docs/api/openapi.json.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["write"]:
            self.stdout.write(schema_text(), ending="")
            return
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        KEPT.write_text(schema_text(), encoding="utf-8")
        self.stdout.write(f"Wrote {KEPT.relative_to(settings.BASE_DIR)}.")
