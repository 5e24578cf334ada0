"""The mark at a cited source: set and taken back, in place where there is a script."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.errors import ClinicError, Invalid
from diagnosis_app.review import citations
from diagnosis_app.review.blinding import NoLongerOpen
from diagnosis_app.review.panel import marked_of
from diagnosis_app.review.verdicts import candidate_of
from diagnosis_app.review.views.run import back, is_fragment, run_of
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Run


@require_POST
@performs(Verb.CITATION_MARK)
def mark(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    run = run_of(actor, Verb.CITATION_MARK, case_id, run_id)
    disease, evidence = _named(request)
    problem: ClinicError | None = None
    try:
        citations.mark(
            actor,
            run,
            disease,
            evidence,
            request.POST.get("reason", ""),
            request.POST.get("comment", ""),
            reading=request.POST.get("reading", ""),
        )
    except (Invalid, NoLongerOpen) as error:
        if not is_fragment(request):
            raise
        problem = error
    return _after(request, actor, run, disease, evidence, problem)


@require_POST
@performs(Verb.CITATION_MARK)
def unmark(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    run = run_of(actor, Verb.CITATION_MARK, case_id, run_id)
    disease, evidence = _named(request)
    citations.unmark(actor, run, disease, evidence)
    return _after(request, actor, run, disease, evidence)


def _named(request: HttpRequest) -> tuple[str, str]:
    return request.POST.get("disease", "")[:40], request.POST.get("evidence", "")[:64]


def _after(
    request: HttpRequest, actor: Actor, run: Run, disease: str, evidence: str, problem: ClinicError | None = None
) -> HttpResponse:
    if is_fragment(request):
        run = runs.read_run(actor, run.pk, part="review")  # the answer shows colleagues' marks
        place = request.POST.get("place", "")
        number = int(place) if place.isascii() and place.isdigit() and len(place) < 7 else 0
        marked = marked_of(actor, run, disease, evidence, place=number, problem=problem)
        return render(request, "review/_marked.html", {"marked": marked, "run": run, "opened": problem is not None})
    candidate = candidate_of(run, disease)
    return back(run, f"c{candidate.rank}" if candidate else "review")
