"""The questions that were computed, as a model is shown them: what an answer is expected to tell, and what it takes to
find out. The figures are arithmetic's; a model chooses by them and changes none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.ranking.examination_table import Examination
from retrieval.ranking.examinations import BEDSIDE, burden_of

if TYPE_CHECKING:
    from retrieval.ranking import NextQuestions
    from retrieval.ranking.next_question import Question

_TOLD = frozenset({Examination.HISTORY, Examination.PREGNANCY})  # by the family, or in the record


@dataclass(frozen=True, slots=True)
class Computed:
    question: Question
    examination: Examination

    def __str__(self) -> str:
        return f"{self.question.label}: {self.question.gain:.2f} bits, {_takes(self.examination)}"


def computed(found: NextQuestions) -> list[Computed]:
    """The most telling first."""
    examination = {one.term: group.examination for group in found.groups for one in group.questions}
    return [Computed(one, examination[one.term]) for one in found.questions]


def _takes(examination: Examination) -> str:
    """Whether it is asked of the patient, seen at the bedside, or needs an examination and what that asks of them."""
    if examination in _TOLD:
        return "asked of the patient or the family"
    burden = burden_of(examination)
    if burden == BEDSIDE:
        return "seen at the bedside"
    named = "" if examination is Examination.OTHER else f" ({examination.replace('_', ' ')})"
    asks = f", burden: {burden.burden.replace('_', ' ')}" if burden.burden else ""
    return f"needs an examination{named}{asks}"
