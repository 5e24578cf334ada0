"""Pages of a long list by cursor: what was changed meanwhile neither repeats nor disappears silently.

The cursor is opaque to callers; a wrong one is refused by name, never guessed at.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Invalid


def page_of(cases: QuerySet[Case], cursor: str, limit: int) -> tuple[list[Case], str | None]:
    """At most `limit` cases after the cursor, and the cursor of the page after them."""
    if cursor:
        at, key = _read(cursor)
        cases = cases.filter(Q(updated_at__lt=at) | Q(updated_at=at, pk__lt=key))
    found = list(cases.order_by("-updated_at", "-pk")[: limit + 1])
    page = found[:limit]
    return page, _write(page[-1]) if len(found) > limit else None


def _write(case: Case) -> str:
    return base64.urlsafe_b64encode(f"{case.updated_at.isoformat()} {case.pk.hex}".encode()).decode()


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, key = base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").split(" ")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC), UUID(hex=key)
    except (binascii.Error, UnicodeError, ValueError, OverflowError):
        raise Invalid(
            "cursor is not one of ours.", field="cursor", hint="Give the value of `next` from the page before."
        ) from None
