"""Lets tests with real transactions clear their tables, although the audit trail refuses to be cleared.

The triggers are away only while the database is emptied between two such tests. What Django would put back after it,
a row for each permission of each model, is a tenth of a second that nothing here reads.
"""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.test import TransactionTestCase


def let_tests_clear_their_tables() -> None:
    def clear(_self: Any) -> None:
        from django.db import connection

        from diagnosis_app.audit import triggers

        triggers.remove(connection)
        try:
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
        finally:
            triggers.install(connection)

    TransactionTestCase._fixture_teardown = clear  # type: ignore[attr-defined]
