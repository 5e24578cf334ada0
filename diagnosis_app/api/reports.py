"""The report of a run, in the forms of its page. Each reading is one row of the trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import report_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.reports import actions
from diagnosis_app.reports.as_json import as_json
from diagnosis_app.reports.as_phenopacket import as_phenopacket
from diagnosis_app.reports.as_text import as_text

operations = Operations("Reports")
_REPORT = "/cases/{uuid:case_id}/runs/{uuid:run_id}/report"
_PLAIN, _PDF = "text/plain", "application/pdf"


@operations.get(_REPORT, verb=Verb.CASE_EXPORT, answers=words.Report)
def get_report(request: HttpRequest, case_id: UUID, run_id: UUID) -> dict[str, Any]:
    """What the run found, with its sources and its limits. A run without a list has no candidates here either."""
    report, _run = actions.export_report(actor_of(request), case_id, run_id, form=actions.JSON)
    return as_json(report)


@operations.get_file(f"{_REPORT}/text", verb=Verb.CASE_EXPORT, media=_PLAIN)
def get_report_text(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    """The same as plain text in UTF-8, in lines of at most ninety characters, for the patient's record."""
    report, _run = actions.export_report(actor_of(request), case_id, run_id, form=actions.TEXT)
    return actions.as_file(as_text(report), f"{_PLAIN}; charset=utf-8", report, "txt")


@operations.get_file(f"{_REPORT}/pdf", verb=Verb.CASE_EXPORT, media=_PDF)
def get_report_pdf(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    """The same as a PDF on A4."""
    report, _run = actions.export_report(actor_of(request), case_id, run_id, form=actions.PDF)
    return actions.as_file(actions.pdf_of(report), _PDF, report, "pdf")


@operations.get(f"{_REPORT}/phenopacket", verb=Verb.CASE_EXPORT, answers=dict[str, Any])
def get_report_phenopacket(request: HttpRequest, case_id: UUID, run_id: UUID) -> dict[str, Any]:
    """A phenopacket v2 of the case as it was investigated. Candidates are interpretations in progress, no diagnoses."""
    actor = actor_of(request)
    report, run = actions.export_report(actor, case_id, run_id, form=actions.PHENOPACKET)
    return as_phenopacket(report, run, created_by=actor.name)
