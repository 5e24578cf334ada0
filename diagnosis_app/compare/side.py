"""What one run stood on, as its row, its case version and its questions tell it, and the sums it left.

It reads the record; it compares nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from agents.evidence import ARITHMETIC
from diagnosis_app.cases.actions import content_of
from diagnosis_app.cases.content import Content
from diagnosis_app.compare.sums import Sum, Term
from diagnosis_app.knowledge.in_use import manifest_of
from diagnosis_app.runs.answering import RECORDED
from diagnosis_app.runs.models import Candidate, Evidence, Question, Run
from diagnosis_app.runs.result import SHOWS_LIST
from diagnosis_app.runs.withheld import manifest_without_marks
from retrieval.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Known:
    """One finding of the patient as a run had it."""

    label: str
    status: str
    onset: str | None = None
    answered: bool = False  # it was not in the case: the run asked for it


class Side:
    """One run of a comparison."""

    def __init__(self, run: Run, *, blind: bool = False) -> None:
        """`blind`: for somebody who is not told which passages colleagues' marks set back."""
        self.run = run
        self._manifest = manifest_without_marks(run.manifest) if blind else dict(run.manifest)
        self.content: Content = content_of(run.version)

    @property
    def manifest(self) -> Mapping[str, Any]:
        return self._manifest

    def pinned(self, name: str) -> Any:
        return self._manifest.get(name)

    @cached_property
    def answers(self) -> tuple[Question, ...]:
        return tuple(self.run.questions.all())

    @cached_property
    def known(self) -> dict[str, Known]:
        """The patient's own findings by term: those of the case, and what was answered on the way."""
        found = {
            entry.term: Known(entry.label or entry.term, str(entry.status), entry.onset)
            for entry in self.content.findings
            if entry.status != "family"
        }
        for question in self.answers:
            if question.answer in RECORDED:
                found[question.term] = Known(question.label, question.answer, None, answered=True)
        return found

    @cached_property
    def knowledge(self) -> Manifest | None:
        """What the knowledge of the run says of itself; None where it is no longer on this machine."""
        return manifest_of(str(self.pinned("snapshot") or ""))

    @cached_property
    def sums(self) -> tuple[Sum, ...]:
        """The kept candidates in the order of their ranks; none where the run shows no list."""
        if self.run.outcome not in SHOWS_LIST:
            return ()
        rows = self.run.candidates.order_by("rank").prefetch_related("contributions")
        found = [_sum(row) for row in rows]
        by_sums = sorted(found, key=lambda one: (-round(one.bare, 7), one.disease))
        below = {one.disease for one in by_sums[self._ranked :]}
        return tuple(replace(one, added=one.disease in below & self.proposed) for one in found)

    @cached_property
    def _ranked(self) -> int:
        """How many the ranking itself kept; an answer ranks anew and keeps as many."""
        told = (row.body.get("candidates") for row in self.evidence.values() if row.source == ARITHMETIC)
        return max((len(one) for one in told if isinstance(one, list)), default=0)

    @cached_property
    def proposed(self) -> frozenset[str]:
        """Diseases that the reasoning model named. Some of them the ranking kept all the same."""
        step = self.run.steps.filter(action="proposer", status="done").first()
        got = step.detail.get("got", {}) if step is not None else {}
        return frozenset(str(one["id"]) for one in got.get("grounded", ()))

    @property
    def kept(self) -> int:
        """Candidates that the run kept by their sums."""
        return sum(not one.added for one in self.sums)

    @cached_property
    def challenged(self) -> bool:
        """Whether the sceptic spoke. A run that was stopped before has no objections in its sums."""
        return self.run.steps.filter(action="challenge", status="done").exists()

    @cached_property
    def evidence(self) -> dict[str, Evidence]:
        return {row.key: row for row in self.run.evidence.order_by("source", "locator", "key")}


def _sum(row: Candidate) -> Sum:
    terms = tuple(Term(one.kind, one.value, one.finding, one.body) for one in row.contributions.all())
    return Sum(row.rank, row.disease, tuple(row.ids) or (row.disease,), row.name, row.score, row.prior, terms)
