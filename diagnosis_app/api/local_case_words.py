"""What the API takes and answers about a team's own cases, as types."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from diagnosis_app.api.words import Named, Word
from retrieval.model import Sex

Consented = Literal["patient", "guardian", "kin", "broad"]
Withdrawn = Literal["consent", "mistake", "purged"]


class KeptContent(Word):
    """All that is kept of a patient."""

    present: list[Named]
    excluded: list[Named]
    sex: Sex
    age: str | None = Field(description="Full years; below two years full months; from 90 on P90Y.")
    onset: str | None = Field(description="A class of HPO's.")
    gene: str


class LocalCase(Word):
    id: UUID
    team: str
    disease: str = Field(description="Empty, as everything else of the patient, once it is withdrawn.")
    ids: list[str]
    name: str
    content: KeptContent | None
    confirmed_by: str
    consent: Consented | Literal[""]
    reference: str
    recorded_by: str
    kept_at: datetime
    resting: bool = Field(description="The case it was made from is in the bin: it is not compared meanwhile.")
    withdrawn_at: datetime | None
    reason: Withdrawn | Literal[""]


class LocalCases(Word):
    cases: list[LocalCase]
    found: int
    withdrawn: list[LocalCase] = Field(description="What is left of withdrawn ones: when and why.")


class KeepPreview(Word):
    disease: str
    ids: list[str]
    name: str
    content: KeptContent
    shown: str = Field(description="Send it back with `add_local_case`: only what was shown is kept.")


class NewLocalCase(Word):
    disease: str = Field(max_length=40, description="A disease with a confirmed verdict on this run.")
    gene: str = Field(default="", max_length=40, description="A gene that the knowledge in use knows, or empty.")
    consent: Consented
    reference: str = Field(max_length=120, description="Where the consent is filed: a number or a folder. No name.")
    shown: str = Field(max_length=120)


class Withdrawal(Word):
    reason: Literal["consent", "mistake"]
