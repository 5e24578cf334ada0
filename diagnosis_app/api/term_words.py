"""What the API answers about terms and what it reads in a text, as types."""

from __future__ import annotations

from pydantic import Field

from diagnosis_app.api.words import Named, Word
from retrieval.model import Status


class Suggestion(Named):
    matched: str = Field(description="The label or synonym that matched.")
    is_synonym: bool
    spans: list[tuple[int, int]] = Field(description="The matched characters in `matched`.")
    definition: str
    diseases: int = Field(description="How many diseases document the term or a narrower one.")
    parent: str
    note: str = Field(description="Not empty when the id asked for was replaced.")


class Terms(Word):
    terms: list[Suggestion]


class Synonym(Word):
    text: str
    scope: str
    kind: str


class Term(Named):
    asked: str
    note: str = Field(description="Not empty when the id asked for was replaced.")
    definition: str
    synonyms: list[Synonym]
    parents: list[Named]
    children: list[Named]
    is_finding: bool = Field(description="Descends from Phenotypic abnormality, so a patient can have it.")
    diseases: int
    information_content: float = Field(description="Natural logarithm; 0 for the most general term.")


class ToRead(Word):
    text: str = Field(max_length=200_000)


class Mention(Named):
    start: int = Field(description="First character in the text.")
    end: int = Field(description="One past the last character.")
    text: str
    status: Status
    cue: str = Field(description="The words that made it absent, uncertain or a relative's.")


class Mentions(Word):
    snapshot: str
    mentions: list[Mention]
