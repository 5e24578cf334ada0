"""The sum of a candidate that a run did not keep, worked out anew from the knowledge which that run pinned.

It is that run's sum only while the same arithmetic speaks: a kept candidate is worked out first, and where its sum is
not the stored one nothing is said. The sceptic's objections and the model's term are not in it; none was ever held
this far down.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from agents.evidence import frequency_json, label_of
from corpus_ingest import library
from diagnosis_app.compare.moves import UNRANKED, Found
from diagnosis_app.compare.side import Side
from diagnosis_app.compare.sums import TOLERANCE, Sum, Term
from diagnosis_app.runs.answering import with_answers
from retrieval.errors import RetrievalError, UnknownDisease
from retrieval.ranking import rankable

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge
    from retrieval.model import Contribution, Profile, ScoredDisease


class Beyond:
    """What lies beyond the kept candidates of one run."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def __call__(self, ids: tuple[str, ...]) -> Found:
        """None where it cannot be told."""
        if self._knowledge is None or not self._same_arithmetic:
            return None
        found = self._worked_out(ids)
        if found is None or found.rank == 0:
            return UNRANKED
        return found if found.rank > self._side.kept else None

    @cached_property
    def _knowledge(self) -> Knowledge | None:
        try:
            return library.snapshot(str(self._side.pinned("snapshot") or ""))
        except RetrievalError:
            return None

    @cached_property
    def _profile(self) -> Profile:
        """As the run had it at its end: with what was answered."""
        assert self._knowledge is not None  # noqa: S101  asked for only where it is there
        content = with_answers(self._side.content, self._side.answers)
        return rankable(self._knowledge.ontology, content.profile())

    @cached_property
    def _same_arithmetic(self) -> bool:
        if not self._side.sums:
            return False
        last = self._side.sums[-1]
        again = self._worked_out((last.disease,))
        return again is not None and abs(again.score - last.bare) < TOLERANCE

    def _worked_out(self, ids: tuple[str, ...]) -> Sum | None:
        """None where the knowledge names no such disease."""
        assert self._knowledge is not None  # noqa: S101
        for one in ids:
            try:
                found = self._knowledge.ranker.explain(self._profile, one)
            except UnknownDisease:
                continue
            return _sum(found.candidate, self._knowledge)
        return None


def _sum(one: ScoredDisease, knowledge: Knowledge) -> Sum:
    terms = tuple(_term(part, knowledge) for part in one.contributions)
    return Sum(one.rank, one.id, one.ids, one.name, float(one.score), float(one.prior), terms, kept=False)


def _term(one: Contribution, knowledge: Knowledge) -> Term:
    """With what a stored term holds, as far as two sides are compared by it."""
    body: dict[str, Any] = {
        "label": label_of(knowledge, one.finding) if one.finding else one.gene or "",
        "matched": one.matched,
        "match": str(one.match) if one.match else None,
        "through": one.through,
        "note": one.note,
        "frequency": frequency_json(one.frequency) if one.frequency else None,
        "observed": list(one.observed) if one.observed else None,
        "cases": list(one.cases),
        "background": None if one.background is None else float(one.background),
        "references": list(one.references),
        "code": one.evidence,
    }
    return Term(str(one.kind), float(one.value), one.finding or "", body)
