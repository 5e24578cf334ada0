"""What the API answers about batches, as types."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from diagnosis_app.api.words import Word

Outcome = Literal[
    "waiting", "under_way", "ranked", "partial", "insufficient", "failed", "cancelled", "unreadable"
]  # fmt: skip


class BatchFile(Word):
    name: str = Field(min_length=1, max_length=300, description="Comes back with the result.")
    phenopacket: dict[str, Any] | None = Field(default=None, description="A phenopacket v2, as it is.")
    terms: str | None = Field(default=None, max_length=100_000, description="HPO ids, one a line; - before excluded.")

    @model_validator(mode="after")
    def _one(self) -> BatchFile:
        if (self.phenopacket is None) == (self.terms is None):
            raise ValueError("holds both or neither of phenopacket and terms. Give one of them")
        return self


class NewBatch(Word):
    name: str = Field(default="batch", min_length=1, max_length=120)
    files: list[BatchFile] = Field(min_length=1, max_length=1000)
    team: str | None = Field(default=None, description="Needed only by those who are clinicians in several teams.")
    start: bool = Field(default=True, description="false: only read it; the page starts it.")


class BatchLine(Word):
    id: UUID
    name: str
    team: str
    state: Literal["read", "under_way", "stopped", "done"]
    total: int = Field(description="Files that could be read.")
    done: int
    counts: dict[str, int] = Field(description="How many files by what came of them.")
    created_at: datetime
    started_at: datetime | None
    deleted_at: datetime | None


class Batches(Word):
    batches: list[BatchLine]


class BatchLeader(Word):
    id: str
    name: str
    score: float
    strength: str


class BatchFileProblem(Word):
    code: str
    message: str
    hint: str


class BatchItem(Word):
    file: str
    outcome: Outcome
    case: UUID | None
    run: UUID | None = Field(description="GET /cases/CASE/runs/RUN answers with everything.")
    reasons: list[str]
    first: list[BatchLeader] = Field(description="The first five.")
    seconds: float | None
    warnings: list[str]
    error: BatchFileProblem | None


class Batch(BatchLine):
    items: list[BatchItem]
