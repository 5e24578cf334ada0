"""The auditor's page: the trail, its check, its export."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.audit import actions, jsonl, reading, triggers
from diagnosis_app.audit.models import Entry

_CHUNK = 2000  # rows


@performs(Verb.AUDIT_READ)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    return _page(request)


@performs(Verb.AUDIT_READ)
@require_POST
def audit_verify(request: HttpRequest) -> HttpResponse:
    noted = request.POST.get("noted", "").strip().lower()[:64]
    verdict = actions.verify(actor_of(request), noted)
    return _page(request, verdict=verdict, noted=noted, missing=triggers.missing(connection))


@performs(Verb.AUDIT_READ)
@require_POST
def audit_export(request: HttpRequest) -> StreamingHttpResponse:
    actor, filters = actor_of(request), reading.filters_from(request.POST)
    mark = actions.export(actor, filters)
    rows = reading.matching(actor, filters).filter(seq__lte=mark.seq).order_by("seq")
    response = StreamingHttpResponse(_lines(rows), content_type="application/jsonl")
    name = f"clew-audit-{timezone.localtime():%Y-%m-%d}.jsonl"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def _lines(rows: QuerySet[Entry]) -> AsyncIterator[str]:
    """Chunk by chunk from the last row sent: a trail of any length never lies in memory."""
    last = 0
    while True:
        chunk = await sync_to_async(lambda after: list(rows.filter(seq__gt=after)[:_CHUNK]))(last)
        if not chunk:
            return
        yield "".join(jsonl.line(entry) for entry in chunk)
        last = chunk[-1].seq


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    actor, filters = actor_of(request), reading.filters_from(request.GET)
    text = request.GET.get("below", "")
    below = int(text) if text.isdecimal() and len(text) < 18 else None
    found = reading.page(actor, filters, below)
    context = {
        "page": found,
        "rows": [(entry, reading.told(entry.detail)) for entry in found.rows],
        "filters": filters,
        "asked": filters.asked(),
        "verbs": reading.verbs(actor),
        "withheld": reading.withheld(actor),
        "newest_query": urlencode(filters.asked()),
        "older_query": urlencode(filters.asked() | {"below": str(found.older)}),
        **more,
    }
    return render(request, "audit/audit.html", context)
