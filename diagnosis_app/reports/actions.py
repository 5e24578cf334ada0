"""What can be done with the report of a run. Page and API come through these functions; each leaves one row."""

from __future__ import annotations

from uuid import UUID

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


def file_name(report: Report, ending: str) -> str:
    """Numbers that Clew gave, and nothing that somebody typed."""
    return f"{report.reference}-{report.run}.{ending}"
