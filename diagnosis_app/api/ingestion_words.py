"""What the API says of knowledge on its way in: ingestions, publications, differences."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from diagnosis_app.api.words import Problem, Word


class IngestionStage(Word):
    name: str = Field(description="fetch, verify, parse, screen, chunk, build, embed, check or publish.")
    state: str = Field(description="waiting, running, done, skipped or failed.")
    done: int
    total: int = Field(description="0 where it cannot be counted.")
    seconds_left: float | None
    note: str


class Ingestion(Word):
    id: UUID
    state: str = Field(description="queued, running, paused, done, failed or cancelled.")
    created_at: datetime
    ended_at: datetime | None
    snapshot: str = Field(description="What it built; empty before.")
    unchanged: bool = Field(description="Everything was there already, and nothing was built anew.")
    error: Problem | None
    stages: list[IngestionStage]


class Ingestions(Word):
    ingestions: list[Ingestion]


class Publication(Word):
    id: int
    snapshot: str
    state: str = Field(description="proposed, published, withdrawn or rolled_back.")
    before: str = Field(description="What was in use when it was published.")
    proposed_at: datetime
    approved_at: datetime | None
    published_at: datetime | None
    ended_at: datetime | None
    checks: list[Any]


class Publications(Word):
    in_use: str
    publications: list[Publication]


class Changed(Word):
    """One kind of thing in two snapshots."""

    name: str
    before: int
    after: int
    added: int
    changed: int
    gone: int


class Difference(Word):
    a: str
    b: str
    parts: list[Changed]
