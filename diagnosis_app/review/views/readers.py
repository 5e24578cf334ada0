"""What the buttons of a second reading do."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.review import second
from diagnosis_app.review.views.run import back, run_of


@require_POST
@performs(Verb.SECOND_ASK)
def ask(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    run = run_of(actor, Verb.SECOND_ASK, case_id, run_id)
    second.ask(actor, run, request.POST.get("reader", ""))
    return back(run, "review")


@require_POST
@performs(Verb.SECOND_ASK)
def recall(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    run = run_of(actor, Verb.SECOND_ASK, case_id, run_id)
    second.recall(actor, run, request.POST.get("reader", ""))
    return back(run, "review")


@require_POST
@performs(Verb.SECOND_READ)
def decline(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    run = run_of(actor, Verb.SECOND_READ, case_id, run_id)
    second.decline(actor, run)
    return back(run, "review")


@require_POST
@performs(Verb.SECOND_READ)
def commit(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    run = run_of(actor, Verb.SECOND_READ, case_id, run_id)
    second.commit(actor, run)
    return back(run, "review")
