"""The preview of what would be kept among the team's cases, and keeping it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from corpus_ingest import library
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.errors import Invalid
from diagnosis_app.local_cases.actions import REFERENCE_LIMIT
from diagnosis_app.local_cases.models import Consent
from diagnosis_app.local_cases.shown import shown
from diagnosis_app.review import keeping
from diagnosis_app.review.views.run import frame, read_run_of


@require_http_methods(["GET", "HEAD", "POST"])
@performs(Verb.LOCAL_ADD)
def keep(request: HttpRequest, case_id: UUID, run_id: UUID, disease: str) -> HttpResponse:
    actor = actor_of(request)
    run = read_run_of(actor, Verb.LOCAL_ADD, case_id, run_id, "keeping")
    asked = request.POST if request.method == "POST" else request.GET
    gene = asked.get("gene")
    wrong: dict[str, Invalid] = {}
    if request.method == "POST":
        try:
            made = keeping.keep(
                actor,
                run,
                disease,
                gene=gene or "",
                consent=asked.get("consent", ""),
                reference=asked.get("reference", ""),
                shown=asked.get("shown", ""),
            )
        except Invalid as error:
            wrong = {error.field: error}
        else:
            return redirect("local_case", local_id=made.pk)
    context = {
        **frame(run),
        "disease": disease,
        "gene": gene or "",
        "consents": Consent.choices,
        "consent": asked.get("consent", ""),
        "reference": asked.get("reference", ""),
        "limit": REFERENCE_LIMIT,
    }
    status = 422 if wrong else 200
    try:
        offered: keeping.Offer | None = keeping.offer(actor, run, disease, gene=gene)
    except Invalid as error:
        wrong |= {error.field: error}
        status = error.status
        offered = keeping.offer(actor, run, disease, gene="") if error.field == "gene" else None
    if offered is not None:
        context |= {
            "offered": offered,
            "one": shown(offered.kept, library.current().ontology),
            "gene": (gene or "") if "gene" in wrong else offered.kept.gene,
        }
    return render(request, "review/keep.html", {**context, "wrong": wrong}, status=status)
