"""What can be done with the report of a run. Page and API come through these functions; each leaves one row."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.errors import Hidden
from diagnosis_app.reports.arranging import report_of
from diagnosis_app.reports.content import Report
from diagnosis_app.runs.actions import find
from diagnosis_app.runs.models import Run

PAGE, TEXT, PDF, JSON, PHENOPACKET = "page", "text", "pdf", "json", "phenopacket"


def export_report(actor: Actor, case_id: UUID, run_id: UUID, *, form: str) -> tuple[Report, Run]:
    """The report of a run of this case, to be written out; the trail names the form."""
    run = find(actor, Verb.CASE_EXPORT, run_id)
    if run.case_id != case_id:
        raise Hidden()
    report = report_of(run)
    detail = {"case": str(run.case_id), "form": f"report {form}"}
    log.record(actor, Verb.CASE_EXPORT, object=f"run:{run.pk}", team_id=run.team_id, detail=detail)
    return report, run


def pdf_of(report: Report) -> bytes:
    from diagnosis_app.reports.as_pdf import as_pdf  # with reportlab and the fonts: only when a PDF is asked for

    return as_pdf(report)


def as_file(body: str | bytes, media: str, report: Report, ending: str) -> HttpResponse:
    """Something to keep, named by numbers that Clew gave; nothing on the way keeps it as well."""
    answer = HttpResponse(body, content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="{report.reference}-{report.run}.{ending}"'
    answer["Cache-Control"] = "no-store"
    return answer
