"""What the API answers about cases and their versions, as types."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from diagnosis_app.api.words import Word
from diagnosis_app.cases.content import Content


class CaseLine(Word):
    id: UUID
    reference: str
    team: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    closed_at: datetime | None
    summary: dict[str, Any]


class Cases(Word):
    cases: list[CaseLine]
    next: str | None = Field(description="Give it as `cursor` for the page after this one; null at the end.")


class Case(CaseLine):
    revision: int = Field(description="Name it when you write the draft: an older one is refused with 409.")
    content: Content
    versions: int


class NewCase(Word):
    case: Content = Content()
    team: str | None = Field(default=None, description="Needed only by those who are clinicians in several teams.")


class DraftChange(Word):
    revision: int = Field(ge=1, le=2**31 - 1, strict=True)
    case: Content


class Saved(Word):
    revision: int


class VersionLine(Word):
    number: int
    digest: str
    snapshot: str
    created_at: datetime
    created_by: str


class Versions(Word):
    versions: list[VersionLine]


class Version(VersionLine):
    content: Content
