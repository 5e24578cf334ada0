"""What the API answers about what new knowledge changed in a case, as types."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from diagnosis_app.api.words import Word


class Placed(Word):
    rank: int
    id: str
    ids: list[str]
    name: str
    score: float
    strength: str
    other: int | None = Field(description="Its rank in the other list; null where it is not ranked there.")


class AlertReason(Word):
    kind: str = Field(description="annotation_added, case_added, merged, ...; docs/decisions/0026 lists them.")
    disease: str = Field(description="Empty where it concerns all diseases.")
    name: str
    change: float = Field(description="By how much it moved the score of the disease.")
    words: str
    about: dict[str, Any] = Field(description="The fact itself: term, frequencies before and after, references, ids.")


class Alert(Word):
    id: int
    version: int | None = Field(description="The case version that was ranked; null for a draft that was never saved.")
    source: str = Field(description="The knowledge of the list before.")
    target: str
    before: list[Placed]
    after: list[Placed]
    reasons: list[AlertReason]
    sources: list[dict[str, str]]
    explained: bool = Field(description="False where the older knowledge was gone, so that no reason can be named.")
    created_at: datetime
    seen_at: datetime | None
    seen_by: str


class Alerts(Word):
    alerts: list[Alert]
