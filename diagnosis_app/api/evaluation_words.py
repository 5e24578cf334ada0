"""What the API answers about stored benchmarks, as types."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from diagnosis_app.api.words import Word


class Evaluation(Word):
    """A stored run of a benchmark."""

    id: int
    created_at: datetime
    name: str = Field(description="The set of cases.")
    protocol: str = Field(description="publication-blind, or as-is, which is no measure of accuracy.")
    snapshot: str
    cases: int
    seconds: float
    summary: dict[str, Any] = Field(description="Shares 0 to 1 with 95 % intervals; docs/evaluation.md describes them.")
    versions: dict[str, Any] = Field(description="Everything that decides a figure.")


class Evaluations(Word):
    runs: list[Evaluation]
