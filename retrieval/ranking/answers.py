"""What a profile becomes with one more answer, and how every disease's likelihood moves, without ranking anew.

An answer moves the sum by what its finding adds, takes back what was said before of a finding it
makes more exact, and shares the bound that all exclusions have together. The change is the one that
ranking the longer profile would show; only the order of the additions differs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retrieval.ranking import likelihood
from retrieval.ranking.reading import Counted, Reading, related
from retrieval.ranking.scorer import NOTHING

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology
    from retrieval.ranking.scorer import Parts, Scorer


class Answer(NamedTuple):
    """A finding (its index) that was looked for, and whether the patient has it."""

    term: int
    present: bool


def answered(ontology: Ontology, reading: Reading, answer: Answer) -> Reading:
    """The reading with the answer in it, as `read_profile` would make it of the longer profile.

    For findings that may be asked: neither implied nor contradicted by what is known.
    """
    counted = Counted(ontology.ids[answer.term], answer.term)
    if answer.present:
        return replace(reading, present=related(ontology, (*reading.present, counted)))
    below = set(ontology.descendants(answer.term).tolist())
    kept = (one for one in reading.excluded if one.term not in below)
    return replace(reading, excluded=tuple(sorted((*kept, counted), key=lambda one: one.term)))


class After:
    """By how much any one answer more would change every disease's likelihood; made once for a profile."""

    def __init__(self, ontology: Ontology, scorer: Scorer, reading: Reading, parts: Parts) -> None:
        self._ontology, self._scorer, self._reading = ontology, scorer, reading
        self._total = scorer.totals(parts)
        self._present = {counted.term for counted in reading.present}
        self._other = scorer.documented_for(reading.sex)
        self._exclusions = [self._exclusion(counted) for counted in reading.excluded]
        self._excluded = sum(self._exclusions, np.zeros(scorer.documented.size))

    def change(self, answer: Answer) -> np.ndarray:
        """Per position, natural log-odds."""
        return self._with_present(answer) if answer.present else self._with_excluded(answer)

    def _with_present(self, answer: Answer) -> np.ndarray:
        near = {*self._ontology.ancestors(answer.term).tolist(), *self._ontology.descendants(answer.term).tolist()}
        if near & self._present:  # what a more general finding said is not said twice: the sum is made anew
            longer = answered(self._ontology, self._reading, answer)
            anew: np.ndarray = self._scorer.totals(self._scorer.parts(longer)) - self._total
            return anew
        column = self._scorer.column(answer.term, self._reading.sex)
        # A match with a row of the other sex is taken back.
        stated = np.flatnonzero(column.row != NOTHING)
        taken_back = stated[self._other.of_other_sex(column.row[stated])]
        value = column.value.copy()
        value[taken_back] = np.minimum(value[taken_back], 0.0)
        change = np.full(self._scorer.documented.size, likelihood.UNEXPLAINED)
        change[column.position] = value
        return change

    def _with_excluded(self, answer: Answer) -> np.ndarray:
        below = set(self._ontology.descendants(answer.term).tolist())
        longer = self._excluded + self._exclusion(Counted(self._ontology.ids[answer.term], answer.term))
        for counted, value in zip(self._reading.excluded, self._exclusions, strict=True):
            if counted.term in below:
                longer = longer - value
        change: np.ndarray = _bounded(longer) - _bounded(self._excluded)
        return change

    def _exclusion(self, counted: Counted) -> np.ndarray:
        """What one exclusion alone says, before the bound on all of them."""
        part = self._scorer.exclusion(counted, self._reading)
        value = np.zeros(self._scorer.documented.size)
        value[part.position] = part.value
        return value


def _bounded(together: np.ndarray) -> np.ndarray:
    bounded: np.ndarray = together * likelihood.bounded_together(together)
    return bounded
