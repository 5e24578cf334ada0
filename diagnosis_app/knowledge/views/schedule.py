"""Feeds that are fetched by themselves: turned on and off by a curator, off before that."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.errors import Invalid
from diagnosis_app.knowledge import actions


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def schedule(request: HttpRequest) -> HttpResponse:
    said = request.POST.get("days", "")
    if not (said.isascii() and said.isdigit() and 1 <= len(said) <= 3):
        raise Invalid(
            _("The number of days is not a number."), field="days", hint=_("Give a number between 1 and 365.")
        )
    planned = actions.schedule(actor_of(request), request.POST.get("feed", ""), int(said))
    messages.info(request, _("Turned on. The first fetch is in %(n)s days.") % {"n": planned.every_days})
    return redirect("knowledge")


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def unschedule(request: HttpRequest) -> HttpResponse:
    actions.unschedule(actor_of(request), request.POST.get("feed", "").replace("\x00", ""))
    messages.info(request, _("Turned off. Nothing is fetched by itself any more from there."))
    return redirect("knowledge")
