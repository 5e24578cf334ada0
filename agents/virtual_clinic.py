"""Plays a patient whose findings and diagnosis are published: shows a few findings, and answers from the record.

The record says what an author thought worth writing. Hence "present" where it states the finding or a narrower one,
and "not known" otherwise: never "no" for what it does not state. What it states as absent is answered only in a mode
that says so, because the tables of cohorts list a disease's own features as absent in those who lack them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.contract import Answer
from retrieval.model import Finding, Profile, Status
from retrieval.ranking import rankable
from retrieval.ranking.examinations import burden_of, examination_of

if TYPE_CHECKING:
    from retrieval.evaluation.solved import SolvedCase
    from retrieval.ontology.graph import Ontology

# An investigation needs three specific findings; of four drawn by chance a fifth of published cases has fewer.
SHOWN = 4


class Mode(StrEnum):
    """What of the record is an answer."""

    PRESENT = "present"  # what it states as present
    EXCLUDED = "excluded"  # also what it states as absent


@dataclass(slots=True)
class Bill:
    """What was asked, and what it would have taken to answer."""

    turns: int = 0  # questions that were put
    answered: int = 0  # with yes or no
    free: int = 0  # by talking to the patient and looking at them
    burdens: dict[str, int] = field(default_factory=dict)  # the other examinations, by what they ask of the patient


class VirtualClinic:
    """One patient. `start` is what is known when the investigation begins."""

    def __init__(self, ontology: Ontology, case: SolvedCase, *, shown: int = SHOWN, mode: Mode = Mode.PRESENT) -> None:
        self._ontology, self._mode = ontology, mode
        profile = rankable(ontology, case.profile)
        present = [one for one in profile.findings if one.status is Status.PRESENT]
        first = sorted(present, key=lambda one: _drawn(case.id, one))[:shown]
        self.start: Profile = replace(profile, findings=tuple(one for one in present if one in first), genes=())
        self.held_back = len(present) - len(first)
        self._present = {above for one in present for above in self._ancestors(one.term)}
        absent = (one for one in profile.findings if one.status is Status.EXCLUDED)
        self._absent = {below for one in absent for below in self._descendants(one.term)} - self._present
        self.begin()

    def begin(self) -> None:
        """The same patient, of whom nothing was asked yet."""
        self.bill = Bill()

    def answer(self, term: str) -> Answer:
        """What the record says of a finding, and the bill for asking."""
        said = self._said(term)
        self.bill.turns += 1
        self.bill.answered += said is not Answer.UNKNOWN
        burden = burden_of(examination_of(self._ontology, self._index(term)))
        if burden.cost == "none":
            self.bill.free += 1
        else:
            name = burden.burden or "not_known"
            self.bill.burdens[name] = self.bill.burdens.get(name, 0) + 1
        return said

    @property
    def answerable(self) -> frozenset[str]:
        """Every finding of which the record says something: to measure what choosing is worth, never for a policy."""
        return frozenset(self._present | (self._absent if self._mode is Mode.EXCLUDED else set()))

    def _said(self, term: str) -> Answer:
        current = self._ontology.ids[self._index(term)]
        if current in self._present:
            return Answer.PRESENT
        return Answer.EXCLUDED if self._mode is Mode.EXCLUDED and current in self._absent else Answer.UNKNOWN

    def _ancestors(self, term: str) -> list[str]:
        return [self._ontology.ids[one] for one in self._ontology.ancestors(self._index(term)).tolist()]

    def _descendants(self, term: str) -> list[str]:
        return [self._ontology.ids[one] for one in self._ontology.descendants(self._index(term)).tolist()]

    def _index(self, term: str) -> int:
        index = self._ontology.index(term)
        if index is None:
            raise ValueError(f"not a finding here: {term}")
        return index


def _drawn(case: str, finding: Finding) -> bytes:
    """A case's own id decides, so that every run shows the same."""
    return hashlib.sha256(f"shown {case} {finding.term}".encode()).digest()
