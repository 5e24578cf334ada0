"""The passages that a team's marks set back, on a page of their own; and the way to stop a mark."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.review import set_back

NAMED = 50  # passages that an address may name


@require_safe
@performs(Verb.SET_BACK_LIST)
def passages(request: HttpRequest) -> HttpResponse:
    """?passage=ID for the ones that a step of an investigation tells of; without, all of them."""
    actor = actor_of(request)
    asked = [one[:40] for one in request.GET.getlist("passage")[:NAMED] if one]
    several = len(actor.teams(Verb.SET_BACK_LIST)) > 1
    context = {"rows": set_back.listed(actor, asked), "asked": len(asked), "several": several}
    return render(request, "review/set_back.html", context)


@require_POST
@performs(Verb.SET_BACK_LIFT)
def stop(request: HttpRequest, mark_id: int) -> HttpResponse:
    set_back.stop(actor_of(request), mark_id)
    return redirect("set_back")
