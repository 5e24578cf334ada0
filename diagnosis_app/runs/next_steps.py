"""What an ended run leaves to find out: questions, and what separates its candidates.

Made from the knowledge and the case version that the run pinned, with what it was answered. They are computed anew,
not stored: where that knowledge is gone there are none, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from diagnosis_app.cases.asking import Asking, asking, questions_of
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.next_panels import separates_panel
from diagnosis_app.runs.answering import investigated, not_known
from diagnosis_app.runs.models import Outcome, Run
from retrieval.errors import RetrievalError

COMPARED = (Outcome.RANKED, Outcome.PARTIAL)


@dataclass(frozen=True, slots=True)
class NextSteps:
    """`away` is that the knowledge of the run cannot be opened any more."""

    asking: Asking | None = None
    separates: dict[str, str] | None = None  # disease -> HTML
    away: bool = False


def next_steps(run: Run, opened: list[str]) -> NextSteps:
    """Questions, and for each of the `opened` candidates what separates it from the next."""
    if run.outcome not in COMPARED:
        return NextSteps()
    content = investigated(run)
    try:
        found = questions_of(content, snapshot=run.manifest["snapshot"], skip=not_known(run))
        return NextSteps(asking(found, content), {one: _separated(run, content, one, None) for one in opened})
    except RetrievalError:
        return NextSteps(away=True)


def separated(run: Run, disease: str, against: str | None = None) -> str:
    """Raises the errors of a snapshot that is away."""
    return _separated(run, investigated(run), disease, against)


def _separated(run: Run, content: Content, disease: str, against: str | None) -> str:
    candidates = [(one.disease, one.name) for one in run.candidates.order_by("rank")]
    return separates_panel(
        content,
        candidates,
        disease,
        against,
        snapshot=run.manifest["snapshot"],
        url=reverse("run_separates", kwargs={"case_id": run.case_id, "run_id": run.pk, "disease": disease}),
    )
