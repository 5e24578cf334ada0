"""Lets tests with real transactions clear their tables, although the audit trail refuses to be cleared.

The triggers are away only while Django empties the database between two such tests.
"""

from __future__ import annotations

from typing import Any

from django.test import TransactionTestCase


def let_tests_clear_their_tables() -> None:
    clear = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def clear_without_triggers(self: Any) -> None:
        from django.db import connection

        from diagnosis_app.audit import triggers

        triggers.remove(connection)
        try:
            clear(self)
        finally:
            triggers.install(connection)

    TransactionTestCase._fixture_teardown = clear_without_triggers  # type: ignore[attr-defined]
