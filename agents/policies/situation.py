"""What a policy sees: the differential, what was done and asked, and what it may still do.

Made from the record alone, so that the same record gives the same decision on any host, after any interruption.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from agents.actions import Decision, Verb
from agents.contract import Answer, CandidateRecord, QuestionRecord, StepRecord
from retrieval.model import Profile, Status

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge
    from retrieval.ranking.discriminate import Comparison
    from retrieval.ranking.explain import Explanation
    from retrieval.ranking.next_question import Question

CLOSE = 1.5  # log-odds: two candidates nearer than this are hard to tell apart


class Policy(Protocol):
    """Decides the next action. Pure: the same situation gives the same decision."""

    @property
    def name(self) -> str: ...

    def decide(self, situation: Situation) -> Decision: ...


@dataclass(frozen=True)
class Situation:
    knowledge: Knowledge
    profile: Profile  # with what was answered
    leaders: Sequence[CandidateRecord]  # the first candidates, with objections where there are any
    steps: Sequence[StepRecord]
    questions: Sequence[QuestionRecord]
    targets: Sequence[str]  # diseases that the sceptic sent the investigation back to
    round: int  # how often it was sent back
    steps_left: int  # before statements must be written
    asks: bool
    cases: bool  # published or local cases can be matched
    passages: bool  # texts can be searched
    failed: frozenset[str] = frozenset()  # keys of steps that could not be carried out

    @cached_property
    def done(self) -> Mapping[str, StepRecord]:
        return {step.key: step for step in self.steps}

    def of(self, verb: Verb) -> list[StepRecord]:
        """What was done with a verb, in order."""
        return [step for step in self.steps if step.action == verb]

    @property
    def gap(self) -> float | None:
        """Log-odds between the first two candidates."""
        return self.leaders[0].score - self.leaders[1].score if len(self.leaders) > 1 else None

    @cached_property
    def question(self) -> Question | None:
        """The question with the highest information gain among those that may still be put."""
        skip = unanswerable(self.questions)
        asked = {one.term for one in self.questions}
        # What was answered is never among them; one more costs two rankings.
        limit = 1 + sum(one.answer is None for one in self.questions)
        found = self.knowledge.ranker.next_questions(self.profile, skip=skip, limit=limit).questions
        return next((one for one in found if one.term not in asked), None)

    def separating(self, one: str, other: str) -> Comparison:
        return self.knowledge.ranker.compare(self.profile, one, other)

    def explained(self, disease: str) -> Explanation:
        return self.knowledge.ranker.explain(self.profile, disease)

    @cached_property
    def present(self) -> tuple[str, ...]:
        return tuple(one.term for one in self.profile.findings if one.status is Status.PRESENT)


def unanswerable(questions: Sequence[QuestionRecord]) -> list[str]:
    """Findings that were asked for, and nobody could say."""
    return [one.term for one in questions if one.answer in (Answer.UNCERTAIN, Answer.UNKNOWN)]
