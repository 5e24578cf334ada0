"""What one case is ranked by, and which list its team last had of it.

Ranked is the latest saved version: it is what was frozen, investigated and can be named. A case that was never
saved is ranked by its draft. The list to compare with is the newest that this content had: when the
version was saved, when it was investigated, or in an earlier pass. While an alert waits to be seen, it is
the list from before that alert: that is what the team still believes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, Sum

from diagnosis_app.cases.content import Content, read_content
from diagnosis_app.cases.models import Case, CaseVersion
from diagnosis_app.reanalysis import first_five
from diagnosis_app.reanalysis.first_five import FIRST, Placed
from diagnosis_app.reanalysis.models import Alert, Reranking
from diagnosis_app.runs.models import Outcome, Question, Run
from diagnosis_app.runs.sums import MODEL, OBJECTION

_WITH_LIST = (Outcome.RANKED, Outcome.PARTIAL)


@dataclass(frozen=True, slots=True)
class Basis:
    content: Content
    digest: str
    version: CaseVersion | None  # none: the draft
    known: str  # the snapshot of the list that the team last had; empty where none is remembered
    stored: tuple[Placed, ...] | None  # that list as it was stored, for when the snapshot is gone
    waiting: Alert | None  # an alert of this case that nobody has seen yet


@dataclass(frozen=True, slots=True)
class _Had:
    at: datetime
    snapshot: str
    first: tuple[Placed, ...] | None


def basis_of(case: Case) -> Basis:
    """The case comes with its draft."""
    version = case.versions.order_by("-number").first()
    content = read_content((version or case.draft).content)
    digest = version.digest if version else content.digest()
    waiting = case.alerts.filter(seen_at__isnull=True, replaced_at__isnull=True).first()
    if waiting is not None and waiting.digest == digest:
        before = tuple(first_five.read(one) for one in waiting.before)
        return Basis(content, digest, version, waiting.source, before, waiting)
    had = sorted(_had(case, version, digest), key=lambda one: one.at)
    known = had[-1].snapshot if had else ""
    stored = next((one.first for one in reversed(had) if one.snapshot == known and one.first is not None), None)
    return Basis(content, digest, version, known, stored, waiting)


def _had(case: Case, version: CaseVersion | None, digest: str) -> list[_Had]:
    found = []
    if version is None:
        found.append(_Had(case.draft.updated_at, str(case.summary.get("snapshot", "")), None))
    else:
        found.append(_Had(version.created_at, version.snapshot, None))
        run = Run.objects.filter(version=version, outcome__in=_WITH_LIST).order_by("-created_at").first()
        if run is not None:
            found.append(_Had(run.created_at, str(run.manifest["snapshot"]), _of_run(run)))
    passed = Reranking.objects.filter(case=case, digest=digest).exclude(result=Reranking.Result.FAILED)
    last = passed.select_related("during").order_by("-pk").first()
    if last is not None:
        found.append(_Had(last.at, last.during.target, tuple(first_five.read(one) for one in last.first)))
    return [one for one in found if one.snapshot]


def _of_run(run: Run) -> tuple[Placed, ...] | None:
    """The list as this content alone gives it: without the sceptic's objections and the model's term, and none where
    answers came in."""
    if run.questions.filter(answer__in=(Question.Answer.PRESENT, Question.Answer.EXCLUDED)).exists():
        return None
    held = Sum("contributions__value", filter=Q(contributions__kind__in=(OBJECTION, MODEL)), default=0.0)
    rows: Any = run.candidates.annotate(plain=F("score") - held).order_by("-plain", "disease")[:FIRST]
    return tuple(
        Placed(rank, row.disease, tuple(row.ids) or (row.disease,), row.name, row.plain, row.strength)
        for rank, row in enumerate(rows, 1)
    )
