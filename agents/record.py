"""Where an investigation writes what it did: the one way out of the graph.

Every method is an upsert keyed by content or step, so doing it twice leaves what doing it once leaves. Any of them
raises `LeaseLost` when the writer is no longer the holder of the run; then nothing was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from agents.contract import CandidateRecord, Claim, EventType, Evidence, QuestionRecord, StepRecord


class Record(Protocol):
    @property
    def away(self) -> tuple[type[Exception], ...]:
        """What its methods raise when it cannot be reached: the run stays where it is, and goes on later."""
        ...

    def step_started(self, step: StepRecord) -> None: ...

    def step_done(self, step: StepRecord) -> None: ...

    def step_failed(self, step: StepRecord) -> None: ...

    def tell(self, type: EventType, key: str, payload: Mapping[str, Any]) -> None:
        """Appends an event; a key that was told before is left as it was."""
        ...

    def keep_evidence(self, evidence: Sequence[Evidence]) -> None: ...

    def keep_candidates(self, candidates: Sequence[CandidateRecord]) -> None:
        """Replaces the differential as a whole: candidates that are no longer in it go."""
        ...

    def keep_claims(self, disease: str, claims: Sequence[Claim]) -> None:
        """Replaces the statements about one candidate."""
        ...

    def evidence(self) -> Mapping[str, Evidence]: ...

    def claims(self) -> Mapping[str, Sequence[Claim]]:
        """The statements by disease, in their order."""
        ...

    def candidates(self) -> Sequence[CandidateRecord]: ...

    def steps(self) -> Sequence[StepRecord]: ...

    def ask(self, question: QuestionRecord) -> None:
        """Puts a question; one that stands there already keeps its answer."""
        ...

    def questions(self) -> Sequence[QuestionRecord]: ...
