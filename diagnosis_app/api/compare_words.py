"""What the API answers about two investigations side by side, as types."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from agents.contract import OutcomeCode
from diagnosis_app.api.words import Word
from diagnosis_app.compare.causes import Cause
from diagnosis_app.compare.differing import Way
from diagnosis_app.compare.evidence import Elsewhere


class RunSide(Word):
    id: UUID
    version: int
    outcome: OutcomeCode
    created_at: datetime
    ended_at: datetime | None
    kept: int = Field(description="Candidates whose sums were kept; 0 where the run shows no list.")
    no_list: str = Field(description="Why it shows no list; empty where it does.")


class RunChange(Word):
    way: Way
    text: str


class RunDifference(Word):
    name: str = Field(
        description="findings, answers, patient, note, knowledge, model, prompts, scoring, code and others."
    )
    title: str
    differs: bool
    a: str
    b: str
    changes: list[RunChange]


class TermDifference(Word):
    kind: str
    finding: str | None
    title: str
    a: float | None = Field(description="What it counts in A; null where the sum has no such term.")
    b: float | None
    change: float
    cause: Cause = Field(
        description="untold: several things differ, and the term does not tell which of them moved it."
    )
    among: list[Cause] = Field(description="The possible causes of an untold one.")
    words: str


class CandidateMove(Word):
    id: str
    ids: list[str]
    name: str
    rank_a: int | None = Field(
        description="Beyond `kept`: worked out anew from the knowledge of the run. Null where it cannot be told."
    )
    rank_b: int | None
    score_a: float | None
    score_b: float | None
    change: float | None = Field(description="score_b - score_a: the sum of the changes of the terms.")
    only_passed: bool = Field(description="Its own score is not why it stands elsewhere.")
    passed: list[str] = Field(description="Ids of the candidates on its other side now.")
    words: str
    terms: list[TermDifference]


class EvidencePiece(Word):
    key: str
    kind: str
    title: str
    source: str
    version: str
    place: str
    elsewhere: Elsewhere = Field(
        description="What the other run has at the same place, where its content is another one."
    )


class EvidencePieces(Word):
    count: int
    pieces: list[EvidencePiece] = Field(description="At most 100.")


class RunComparison(Word):
    case: UUID
    a: RunSide
    b: RunSide
    differing: int = Field(description="Rows that differ. 0: both runs stood on the same.")
    differences: list[RunDifference]
    caveats: list[str] = Field(description="What this comparison cannot tell.")
    moves: list[CandidateMove] = Field(
        description="Every kept candidate of either run, in the order of B. Empty where one of them shows no list."
    )
    only_a: EvidencePieces
    both: EvidencePieces
    only_b: EvidencePieces
