"""What the API answers about reports, as types."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from diagnosis_app.api.words import Word


class ReportItem(Word):
    text: str
    term: str
    detail: str = Field(description="Since when, and in whom.")
    asked: bool = Field(description="It came as an answer to a question of the run.")


class ReportGroup(Word):
    kind: Literal["present", "excluded", "uncertain", "family", "unmapped", "genes"]
    title: str
    items: list[ReportItem]


class ReportAnswer(Word):
    term: str
    label: str
    status: Literal["", "present", "excluded", "uncertain", "unknown"] = Field(description="Empty: not answered.")
    words: str
    comment: str
    by: str
    at: datetime | None


class ReportContribution(Word):
    label: str
    kind: str
    value: float = Field(description="Natural log-odds; they add up to the score together with the prior.")


class ReportCandidate(Word):
    rank: int
    id: str
    name: str
    ids: list[str]
    genes: list[str]
    more_genes: int
    score: float
    standing: str
    strength: str = Field(description="One of five words, as a code; empty where nothing was calibrated.")
    word: str
    why: str
    group: str
    by_model: str = Field(description="That the model proposed or moved it, and its place by arithmetic alone.")
    contributions: list[ReportContribution]


class ReportStatement(Word):
    text: str
    value: str
    sources: list[int] = Field(description="Numbers of `sources`.")
    doubt: str = Field(description="What a second reading by the model said of it; empty where it doubts nothing.")


class ReportSide(Word):
    kind: Literal["for", "against", "unexplained", "missing"]
    title: str
    nothing: str
    statements: list[ReportStatement]
    further: int = Field(description="What is not written out, and weighs less.")
    together: str


class ReportCloser(Word):
    id: str
    name: str
    sides: list[ReportSide]


class ReportApart(Word):
    one: str
    other: str
    lines: list[str]
    further: int


class ReportNext(Word):
    what: str
    term: str
    reason: str
    examination: str
    effects: list[str]


class ReportWritten(Word):
    text: str
    about: str = Field(description="The diseases that its statements are about.")


class ReportUnplaced(Word):
    name: str = Field(description="As the model wrote it, checked by nobody; empty where it is not shown.")
    explains: str
    among: list[str] = Field(description="Diseases here that it may stand for.")


class ReportUnplaceds(Word):
    title: str
    unchecked: str
    advice: str
    names: list[ReportUnplaced]


class ReportOfModel(Word):
    """What a reasoning model said beside the list."""

    model: str
    summary: list[ReportWritten] = Field(description="Only from statements that are verified and undoubted.")
    proposed: list[str] = Field(description="Whom it proposed, with the place that arithmetic gives.")
    next: list[ReportItem] = Field(description="What it would look at first.")
    named: list[ReportUnplaceds] = Field(description="Names that are no one disease here.")
    notes: list[str] = Field(
        description="That it would ask no more, what it found in the note, which texts it was not shown."
    )


class ReportSource(Word):
    number: int
    words: str
    name: str
    version: str
    place: str
    licence: str
    references: list[str]
    more: int


class ReportVerdict(Word):
    candidate: str
    word: str
    comment: str
    by: str
    at: datetime


class ReportFact(Word):
    name: str
    value: str


class Report(Word):
    """The report of a run, the same as its page says. Only statements that were verified are in it."""

    format: Literal["clew-report-1"]
    title: str
    reference: str
    version: int
    run: str
    run_id: UUID
    at: datetime
    ended: bool
    outcome: Literal["", "ranked", "partial", "insufficient", "failed", "cancelled"] = Field(
        description="Empty until it has ended; there are no candidates then."
    )
    outcome_words: str
    reasons: list[str]
    patient: str
    onset: str
    team: str
    requested_by: str
    summary: str
    findings: list[ReportGroup]
    answers: list[ReportAnswer]
    kept: int = Field(description="Candidates that the run kept; the first of them are listed.")
    candidates: list[ReportCandidate]
    further: list[ReportCandidate] = Field(description="Further down the list.")
    closer: ReportCloser | None = Field(description="The first candidate; null where no statement was checked.")
    apart: ReportApart | None = Field(description="What separates the first candidate from the next.")
    next: list[ReportNext] = Field(description="What is worth knowing next.")
    of_model: ReportOfModel | None = Field(description="Null where no reasoning model answered.")
    sources: list[ReportSource]
    verdicts: list[ReportVerdict]
    limits: list[ReportFact]
    facts: list[ReportFact] = Field(description="Digests and versions: what it takes to make the result again.")
    intended_use: str
    signatures: list[str]
