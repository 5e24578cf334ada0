"""What the API answers, as types: the OpenAPI page and the snapshot in docs/api are made from these.

What every part of it answers with stands here, the rest in the `_words` of each part. No two types may have one
name: in the description of the API one would stand for both.

Strict: an answer with a field that is not written here fails its test, so the documentation cannot
fall behind. What callers send is `cases.content.Content`, the same as the pages send.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from retrieval.model import FrequencyKind


class Word(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(Word):
    code: str
    message: str
    field: str = ""
    hint: str = ""


class Failure(Problem):
    """Every failure has this shape. `code` is stable (docs/errors.md); `message` and `hint` are for people."""

    problems: list[Problem] = Field(default=[], description="Each wrong field, when several are wrong at once.")


class Named(Word):
    id: str
    label: str


class Frequency(Word):
    kind: FrequencyKind
    value: float | None = Field(description="The point the arithmetic uses, 0 to 1.")
    n: int | None = None
    m: int | None = None
    term: str | None = None
    percent: float | None = Field(default=None, description="As the source states it, for kind percent.")
