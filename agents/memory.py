"""A record in memory: for a run that leaves nothing behind but its answer, as of a file or in a benchmark.

One suite holds it and the database's to the same behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents.contract import (
    Answer,
    CandidateRecord,
    Claim,
    Event,
    EventType,
    Evidence,
    QuestionRecord,
    StepRecord,
)
from agents.errors import LeaseLost


class MemoryRecord:
    away: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self._steps: dict[str, tuple[str, StepRecord]] = {}
        self._evidence: dict[str, Evidence] = {}
        self._candidates: dict[str, CandidateRecord] = {}
        self._claims: dict[str, list[Claim]] = {}
        self._questions: dict[str, QuestionRecord] = {}
        self.lost = False

    def step_started(self, step: StepRecord) -> None:
        self._held()
        if not self._done(step):
            self._steps[step.key] = ("started", step)
            self._tell(EventType.STEP_STARTED, f"step.started:{step.key}", {"action": step.action})

    def step_done(self, step: StepRecord) -> None:
        self._end("done", EventType.STEP_DONE, step)

    def step_failed(self, step: StepRecord) -> None:
        self._end("failed", EventType.STEP_FAILED, step)

    def tell(self, type: EventType, key: str, payload: Mapping[str, Any]) -> None:
        self._held()
        self._tell(type, key, payload)

    def keep_evidence(self, evidence: Sequence[Evidence]) -> None:
        self._held()
        for one in evidence:
            self._evidence.setdefault(one.key, one)

    def keep_candidates(self, candidates: Sequence[CandidateRecord]) -> None:
        self._held()
        self._candidates = {one.disease: one for one in candidates}
        self._claims = {disease: claims for disease, claims in self._claims.items() if disease in self._candidates}

    def keep_claims(self, disease: str, claims: Sequence[Claim]) -> None:
        self._held()
        if disease not in self._candidates:
            raise KeyError(disease)
        self._claims[disease] = list(claims)

    def evidence(self) -> dict[str, Evidence]:
        return dict(self._evidence)

    def candidates(self) -> list[CandidateRecord]:
        return sorted(self._candidates.values(), key=lambda one: one.rank)

    def claims(self) -> dict[str, list[Claim]]:
        found = {one.disease: self._claims.get(one.disease, []) for one in self.candidates()}
        return {disease: sorted(claims, key=lambda one: one.position) for disease, claims in found.items() if claims}

    def ask(self, question: QuestionRecord) -> None:
        self._held()
        self._questions.setdefault(question.key, question)
        told = {"key": question.key, "term": question.term, "label": question.label}
        self._tell(EventType.ASKED, f"asked:{question.key}", told)

    def questions(self) -> list[QuestionRecord]:
        return sorted(self._questions.values(), key=lambda one: one.seq)

    def answer(self, key: str, answer: Answer, words: str = "") -> None:
        """What a clinician says to a question."""
        self._questions[key] = replace(self._questions[key], answer=answer, words=words)

    def steps(self) -> list[StepRecord]:
        return sorted((step for _, step in self._steps.values()), key=lambda step: step.seq)

    def told(self) -> list[str]:
        """The keys of the events, in their order."""
        return list(self.events)

    def _end(self, status: str, type: EventType, step: StepRecord) -> None:
        self._held()
        if not self._done(step):
            self._steps[step.key] = (status, step)
            self._tell(type, f"{type}:{step.key}", {"action": step.action, "got": dict(step.got)})

    def _done(self, step: StepRecord) -> bool:
        return self._steps.get(step.key, ("", None))[0] == "done"

    def _tell(self, type: EventType, key: str, payload: Mapping[str, Any]) -> None:
        self.events.setdefault(key, Event(len(self.events) + 1, key, str(type), payload))

    def _held(self) -> None:
        if self.lost:
            raise LeaseLost("Another worker has this investigation, or it has ended.")
