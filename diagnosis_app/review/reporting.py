"""The verdicts that a report of a run carries.

A report is read by whoever holds it, so it cannot ask who reads: while any second reading of the case is open it
carries none, and from the commit on all of them.
"""

from __future__ import annotations

from diagnosis_app.reports.content import Verdict as Told
from diagnosis_app.review.blinding import any_open
from diagnosis_app.review.models import Verdict
from diagnosis_app.runs.models import Run


def told_in_reports(run: Run) -> list[Told]:
    if any_open(run.case):
        return []
    rows = Verdict.objects.filter(run=run).select_related("reader")
    return [
        Told(
            one.name, str(Verdict.Value(one.value).label).lower(), one.comment, one.reader.display_name, one.changed_at
        )
        for one in rows
    ]
