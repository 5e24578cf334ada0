"""The report of a run: the page, and what can be taken away from it."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.reports import actions
from diagnosis_app.reports.as_json import as_json
from diagnosis_app.reports.as_phenopacket import as_phenopacket
from diagnosis_app.reports.as_text import as_text
from diagnosis_app.reports.page import shown
from diagnosis_app.runs.actions import runs_of
from diagnosis_app.runs.models import State
from frontend.words import who


@require_safe
@performs(Verb.CASE_EXPORT)
def newest(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The report of the newest investigation that ended, or of the one under way; without one, that there is none."""
    actor = actor_of(request)
    case = cases.find(actor, Verb.CASE_EXPORT, case_id)
    runs = runs_of(actor, case)
    chosen = next((run for run in runs if run.state == State.ENDED), runs[0] if runs else None)
    if chosen is not None:
        return redirect("run_report", case_id=case_id, run_id=chosen.pk)
    cases.read_case(actor, case_id, part="report")
    content = cases.content_of(case.draft)
    return render(request, "reports/none.html", {"case": case, "who": who(content.sex, content.age), "tab": "report"})


@require_safe
@performs(Verb.CASE_EXPORT)
def report(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    found, run = actions.export_report(actor, case_id, run_id, form=actions.PAGE)
    context = {
        "case": run.case,
        "run": run,
        "who": found.patient,
        "tab": "report",
        "report": found,
        "text": as_text(found),
        "runs": runs_of(actor, run.case),
        **shown(found),
    }
    return render(request, "reports/report.html", context)


@require_safe
@performs(Verb.CASE_EXPORT)
def text(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    found, _run = actions.export_report(actor_of(request), case_id, run_id, form=actions.TEXT)
    return actions.as_file(as_text(found), "text/plain; charset=utf-8", found, "txt")


@require_safe
@performs(Verb.CASE_EXPORT)
def pdf(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    found, _run = actions.export_report(actor_of(request), case_id, run_id, form=actions.PDF)
    return actions.as_file(actions.pdf_of(found), "application/pdf", found, "pdf")


@require_safe
@performs(Verb.CASE_EXPORT)
def in_json(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    found, _run = actions.export_report(actor_of(request), case_id, run_id, form=actions.JSON)
    body = json.dumps(as_json(found), indent=2, ensure_ascii=False)
    return actions.as_file(body, "application/json", found, "report.json")


@require_safe
@performs(Verb.CASE_EXPORT)
def phenopacket(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    found, run = actions.export_report(actor, case_id, run_id, form=actions.PHENOPACKET)
    body = json.dumps(as_phenopacket(found, run, created_by=actor.name), indent=2, ensure_ascii=False)
    return actions.as_file(body, "application/json", found, "phenopacket.json")
