"""What the alert's buttons do. The sheet itself is part of the page of the case."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.reanalysis import actions
from diagnosis_app.runs.actions import request_run


@require_POST
@performs(Verb.ALERT_SEE)
def see(request: HttpRequest, case_id: UUID, alert_id: int) -> HttpResponse:
    actor = actor_of(request)
    actions.see(actor, actions.find(actor, Verb.ALERT_SEE, case_id, alert_id))
    return _back(case_id)


@require_POST
@performs(Verb.ALERT_SEE)
def unsee(request: HttpRequest, case_id: UUID, alert_id: int) -> HttpResponse:
    actor = actor_of(request)
    actions.unsee(actor, actions.find(actor, Verb.ALERT_SEE, case_id, alert_id))
    return _back(case_id)


@require_POST
@performs(Verb.RUN_START)
def investigate(request: HttpRequest, case_id: UUID, alert_id: int) -> HttpResponse:
    """Starts an investigation with the new knowledge; whoever does that has seen the alert."""
    actor = actor_of(request)
    alert = actions.find(actor, Verb.RUN_START, case_id, alert_id)
    run = request_run(actor, alert.case)
    actions.see(actor, alert)
    return redirect("run", case_id=case_id, run_id=run.pk)


def _back(case_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('case', kwargs={'case_id': case_id})}#alert")
