"""What the API answers about investigations, as types."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from diagnosis_app.api.words import Named, Word


class RunLine(Word):
    id: UUID
    case: UUID
    version: int
    state: Literal["queued", "running", "waiting", "ended"]
    outcome: Literal["", "ranked", "partial", "insufficient", "failed", "cancelled"] = Field(
        description="Empty until it has ended."
    )
    reasons: list[Any] = Field(description="Why partial or insufficient, in codes.")
    error: dict[str, Any] | None = Field(description="Code, message and hint of a failure.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class Runs(Word):
    runs: list[RunLine]


class RunContribution(Word):
    kind: str
    finding: str | None
    value: float
    evidence: str = Field(description="The key of the evidence it was computed from.")
    detail: dict[str, Any]


class RunStatement(Word):
    key: str
    text: str
    stance: Literal["for", "against", "unexplained", "missing"]
    verdict: Literal["verified", "partly", "removed"] = Field(
        description="partly: it stands, and a second reading by the model doubts it. removed: no page shows it."
    )
    removed_because: str = Field(description="A code; empty where it stands.")
    evidence: list[str] = Field(description="Keys of the evidence it stands on.")


class RunSum(Word):
    """A candidate with the terms that add up to its score."""

    rank: int
    id: str
    ids: list[str]
    name: str
    score: float
    prior: float
    strength: str = Field(description="One of five words; empty in runs from before there were any.")
    genes: list[Any]
    contributions: list[RunContribution]


class RunCandidate(RunSum):
    proposed: bool = Field(description="The reasoning model named it; its place is arithmetic all the same.")
    arithmetic_rank: int = Field(description="Its place without what the reasoning model found.")
    statements: list[RunStatement] = Field(description="Empty while nothing was checked.")


class RunSentence(Word):
    text: str
    statements: list[str] = Field(description="Keys of the verified statements that it is made of.")


class RunModel(Word):
    name: str
    address: str = Field(description="The host alone.")
    place: Literal["this_machine", "private_network", "public", "unknown"] = Field(
        description="Whose host it is, by its address alone."
    )
    answered: bool
    calls: int
    prompt_tokens: int
    cached_tokens: int = Field(description="Of the prompts', kept by the server from before.")
    completion_tokens: int
    seconds: float
    cost: float | None = Field(description="In the unit of the declared price; null where none is declared.")


class RunAmong(Word):
    id: str
    name: str


class RunNamed(Word):
    """A name that the model gave and that is no one disease here. It is no candidate."""

    name: str = Field(
        description="As the model wrote it, checked by nobody. Empty where names here are not made of such words."
    )
    explains: list[str] = Field(description="The findings that it was said to explain.")
    among: list[RunAmong] = Field(description="The first of the diseases here that it stands for.")
    of: int = Field(description="How many those are; 0 where it is known under no such name.")


class RunOfModel(Word):
    """What a reasoning model left in a run."""

    model: RunModel | None = Field(description="Null where no reasoning model was set up.")
    summary: list[RunSentence] = Field(
        description="Written by the model; a sentence is here only while all its statements are verified."
    )
    look_next: list[Named] = Field(description="The findings that the model would look at first.")
    named: list[RunNamed] = Field(description="What it named that is no one disease here.")


class RunQuestion(Word):
    key: str
    term: str
    label: str
    detail: dict[str, Any] = Field(description="Why it is asked, and what each answer does to the first five.")
    asked_at: datetime
    answer: Literal["", "present", "excluded", "uncertain", "unknown"] = Field(description="Empty while it has none.")
    words: str
    answered_at: datetime | None


class QuestionAnswer(Word):
    answer: Literal["present", "excluded", "uncertain", "unknown"]
    words: str = Field("", max_length=1_000, description="Kept beside the answer, and read by nothing.")


class RunShare(Word):
    n: int
    of: int


class RunWent(Word):
    efficiency: RunShare | None = Field(description="Of the steps that were chosen, those that changed something.")
    factuality: RunShare | None = Field(description="Of the statements that were written, those that stood.")
    completeness: RunShare | None = Field(
        description="Of the present findings weighed for the first candidate, those that are spoken of."
    )
    seconds: float | None = Field(description="Working time of its steps.")
    model: dict[str, float] | None = Field(
        description="What was asked of a language model, summed: calls, prompt, completion and cached tokens, seconds, "
        "cost, as far as known. Null where none was."
    )


class Run(RunLine, RunOfModel):
    manifest: dict[str, Any] = Field(description="What it pinned: case version, snapshot, code, model, budget.")
    questions: list[RunQuestion] = Field(description="What it asked; while one has no answer it may be `waiting`.")
    candidates: list[RunCandidate]
    went: RunWent | None = Field(
        description="How it went, counted when it ended; none of it says whether the diagnosis is right."
    )
    intended_use: str


class Event(Word):
    seq: int
    type: str
    payload: dict[str, Any]
    at: datetime


class Events(Word):
    events: list[Event]
    last: int = Field(description="Give it as `after` to ask for what came since.")
    ended: bool = Field(description="No event will follow.")
