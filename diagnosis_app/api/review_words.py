"""What the API takes and answers about what readers make of a result, as types."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from diagnosis_app.api.words import Word

Value = Literal["confirmed", "plausible", "unlikely", "excluded"]
WrongBecause = Literal["not_said", "other_disease", "outdated", "other"]


class NewVerdict(Word):
    verdict: Value
    comment: str = Field(default="", description="At most 2,000 characters; deleted when the case is purged.")


class GivenVerdict(Word):
    reader: str
    own: bool
    disease: str
    ids: list[str]
    name: str
    listed: bool = Field(description="False: the reader named a disease that the result does not list.")
    verdict: Value
    comment: str
    created_at: datetime
    changed_at: datetime


class SecondReader(Word):
    reader: str
    login: str
    asked_by: str
    asked_at: datetime
    committed_at: datetime | None
    saw_before: bool = Field(
        description="Not blind: they had opened a result of this case since a verdict was first given on it, "
        "or are an auditor of the team, who reads the trail."
    )


class SourceMark(Word):
    reader: str
    own: bool
    disease: str
    evidence: str = Field(description="The key of the evidence, as contributions name it.")
    reason: WrongBecause
    comment: str
    created_at: datetime
    overruled_by: str = Field(description="The curator for whom it sets nothing back any more; empty where none.")


class PassageMark(Word):
    id: int
    reader: str
    own: bool
    reason: WrongBecause
    comment: str = Field(description="Empty for who may not read the team's reviews.")
    created_at: datetime
    since: datetime | None = Field(description="Investigations begun since follow it; null where none does.")
    overruled_by: str
    overruled_at: datetime | None
    may: Literal["own", "overrule", ""] = Field(description="Whether you may stop it, and as what.")


class SetBackPassage(Word):
    team: str
    disease: str
    name: str
    passage: str = Field(
        description="Its id, the same in every snapshot that holds the text; `GET /passages` names it."
    )
    title: str
    quote: str
    source: str
    version: str
    marks: list[PassageMark] = Field(description="One a reader, the last first.")


class SetBackPassages(Word):
    passages: list[SetBackPassage] = Field(description="At most 200, the last marked first.")


class Review(Word):
    blind: bool = Field(
        description="You are the second reader and have not committed: nobody's verdicts but yours are told."
    )
    verdicts: list[GivenVerdict]
    second_readers: list[SecondReader]
    wrong_citations: list[SourceMark] = Field(description="Of this run and earlier ones of the team.")


class AskSecondReader(Word):
    reader: str = Field(description="Sign-in name of a clinician of the team who has given no verdict on this case.")


class NewMark(Word):
    disease: str
    evidence: str = Field(max_length=64)
    reason: WrongBecause
    comment: str = ""
