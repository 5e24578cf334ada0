"""The pages of a team's own cases: the list, one of them, and its withdrawal."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.errors import Invalid
from diagnosis_app.local_cases import actions
from diagnosis_app.local_cases.models import Gone, LocalCase
from diagnosis_app.local_cases.shown import line, links, shown_case

REASONS = (Gone.CONSENT, Gone.MISTAKE)


@require_safe
@performs(Verb.LOCAL_LIST)
def local_cases(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    asked = request.GET.get("shown", "")
    shown = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else actions.PAGE
    listed = actions.listed(actor, query=request.GET.get("q", ""), shown=shown)
    several = len(actor.teams(Verb.LOCAL_LIST)) > 1
    context = {"listed": listed, "rows": [line(row) for row in listed.rows], "several": several}
    return render(request, "local_cases/list.html", context)


@require_safe
@performs(Verb.LOCAL_READ)
def local_case(request: HttpRequest, local_id: UUID) -> HttpResponse:
    return _page(request, actions.read(actor_of(request), local_id))


@require_POST
@performs(Verb.LOCAL_WITHDRAW)
def withdraw(request: HttpRequest, local_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = actions.find(actor, Verb.LOCAL_WITHDRAW, local_id)
    try:
        actions.withdraw(actor, found, request.POST.get("reason", ""))
    except Invalid as error:
        return _page(request, found, problem=error, status=error.status)
    return redirect("local_case", local_id=local_id)


def _page(request: HttpRequest, found: LocalCase, *, problem: Invalid | None = None, status: int = 200) -> HttpResponse:
    here = found.withdrawn_at is None
    context = {
        "local": found,
        "one": shown_case(found) if here else None,
        "links": links(found) if here else (),
        "reasons": [(one.value, one.label) for one in REASONS],
        "problem": problem,
    }
    return render(request, "local_cases/one.html", context, status=status)
