"""What screening held back, one by one: read it as foreign words, let it in with a reason, take that back."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.audit import log
from diagnosis_app.errors import ClinicError
from diagnosis_app.knowledge import actions
from diagnosis_app.knowledge import held as shown
from diagnosis_app.knowledge.permissions import allowed


@require_safe
@performs(Verb.KNOWLEDGE_REVIEW)
def held(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def release(request: HttpRequest, held_id: str) -> HttpResponse:
    actor = actor_of(request)
    text = actions.find_held(actor, held_id)
    try:
        actions.release(actor, text, request.POST.get("why", ""))
    except ClinicError as error:
        return _page(request, problem=error, about=held_id)
    messages.info(request, _("Let in. It becomes part of the next draft."))
    return redirect(_back(request))


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def hold(request: HttpRequest, held_id: str) -> HttpResponse:
    """Undo of a release."""
    actor = actor_of(request)
    actions.hold_again(actor, actions.find_held(actor, held_id))
    messages.info(request, _("Held back again, from the next draft on."))
    return redirect(_back(request))


def _page(request: HttpRequest, *, problem: ClinicError | None = None, about: str = "") -> HttpResponse:
    actor, asked = actor_of(request), request.POST if problem else request.GET
    reason, released = asked.get("reason", "").replace("\x00", "")[:60], asked.get("state") == "released"
    page, rows = shown.page_of(asked.get("page", "1"), reason=reason, released=released)
    log.record(
        actor,
        Verb.KNOWLEDGE_REVIEW,
        object="held",
        team_id=min(actor.teams(Verb.KNOWLEDGE_REVIEW), default=None),
        detail={"texts": len(rows), "page": page.number},
    )
    context = {
        "page": page,
        "rows": rows,
        "held": shown.held(),
        "reason": reason,
        "released": released,
        "problem": problem,
        "about": about,
        "why": request.POST.get("why", "") if problem else "",
        **allowed(request),
    }
    return render(request, "knowledge/held.html", context, status=problem.status if problem else 200)


def _back(request: HttpRequest) -> str:
    """The list as it was; only what this page itself understands is taken along."""
    keep = {name: request.POST.get(name, "")[:60] for name in ("reason", "state", "page")}
    query = urlencode({name: value for name, value in keep.items() if value})
    return reverse("knowledge_held") + (f"?{query}" if query else "")
