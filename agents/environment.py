"""Does things in the world of knowledge and writes down what came of them.

The one door between a run and the knowledge: a node decides, the environment performs, and everything it learns
enters the record as evidence. It chooses nothing, and it writes nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from agents.contract import PLAN, CandidateRecord, Claim, EventType, Failure, RunRequest, StepRecord, digest
from agents.errors import LeaseLost, OutOfSteps, failure_of
from agents.evidence import of_ranking
from agents.ledger import Argued, argue, candidate_record
from agents.record import Record
from agents.verification import Ground, verify

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge
    from retrieval.ranking.ranker import Ranking

SHOWN = 5  # leaders named in what a step tells


class Step:
    """A step in progress: a node says what came back and what it left, and the environment files it."""

    def __init__(self, record: StepRecord) -> None:
        self.record = record
        self.got: Mapping[str, Any] = {}
        self.left: list[str] = []  # keys of what the step wrote


class Environment:
    def __init__(self, request: RunRequest, knowledge: Knowledge, record: Record) -> None:
        self.request = request
        self.knowledge = knowledge
        self.record = record

    @contextmanager
    def step(self, action: str, why: Mapping[str, Any], given: object) -> Iterator[Step]:
        """Files one step under a key that stays the same when the step is done again."""
        key = action
        seq = PLAN.index(action) + 1
        if seq > self.request.budget.steps:
            raise OutOfSteps("The investigation used all the steps it was allowed.")
        begun = StepRecord(key, action, seq, why=why, digest_in=digest([self.request.case_digest, action, given]))
        self.record.step_started(begun)
        step = Step(begun)
        try:
            yield step
        except LeaseLost:
            raise
        except Exception as error:
            self.record.step_failed(_filed(begun, step, failure_of(error)))
            raise
        self.record.step_done(_filed(begun, step, None))

    def rank(self) -> tuple[Ranking, str]:
        """Ranks all diseases on the patient's own profile; the differential is on the page at once."""
        request = self.request
        ranking = self.knowledge.ranker.rank(request.profile, limit=request.candidates)
        evidence = of_ranking(self.knowledge, request.case_digest, request.profile, ranking)
        self.record.keep_evidence([evidence])
        if ranking.outcome == "ranked":
            kept = [candidate_record(self.knowledge, one) for one in ranking.candidates]
            self.record.keep_candidates(kept)
            leaders = [_leader(one) for one in kept[:SHOWN]]
            self.record.tell(EventType.RANKED, "differential:rank", {"leaders": leaders, "total": ranking.total})
        return ranking, evidence.key

    def look_up(self, disease: str) -> Argued:
        """What the documented profile of one candidate says for and against it."""
        explanation = self.knowledge.ranker.explain(self.request.profile, disease)
        argued = argue(self.knowledge, self.request.profile, explanation)
        self.record.keep_evidence(argued.evidence)
        return argued

    def check(self) -> dict[str, list[Claim]]:
        """Every stored statement with its verdict, read back from the record rather than from memory."""
        ground = Ground(
            knowledge=self.knowledge,
            profile=self.request.profile,
            evidence=self.record.evidence(),
            names={one.disease: one.name for one in self.record.candidates()},
        )
        return {disease: verify(claims, ground) for disease, claims in self.record.claims().items()}


def _leader(one: CandidateRecord) -> dict[str, Any]:
    """What a page needs to draw a leader while the run is still under way."""
    parts = [{"label": part.body["label"], "kind": part.kind, "value": part.value} for part in one.contributions]
    return {
        "rank": one.rank,
        "id": one.disease,
        "name": one.name,
        "score": one.score,
        "strength": one.strength,
        "parts": parts,
    }


def _filed(begun: StepRecord, step: Step, error: Failure | None) -> StepRecord:
    left = digest(sorted(step.left)) if error is None else ""
    return StepRecord(begun.key, begun.action, begun.seq, begun.why, step.got, begun.digest_in, left, error)
