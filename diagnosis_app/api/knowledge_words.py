"""What the API answers about the knowledge in use and its diseases, as types."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from diagnosis_app.api.words import Frequency, Named, Word
from retrieval.model import Sex


class Annotation(Named):
    frequency: Frequency
    references: list[str]
    evidence: list[str]
    onset: list[str]
    sex: Sex | None
    modifiers: list[str]
    negative: bool = Field(description="Documented as absent.")


class Related(Word):
    """A disease or a group that stands near another one, and who says so."""

    id: str
    class_id: str = Field(description="The class of Mondo.")
    name: str
    relation: str = Field(description="subclass_of, has_subclass or shares_parent.")
    through: str = Field(description="Of what shares a parent: the class of that parent.")
    source: str


class Gene(Word):
    symbol: str
    id: str


class Disease(Word):
    id: str
    ids: list[str]
    name: str
    parents: list[Related] = Field(description="What it stands under in Mondo; empty without Mondo.")
    children: list[Related] = Field(description="At most 50.")
    siblings: list[Related] = Field(description="At most 50, those of the narrowest parent first.")
    genes: list[Gene]
    inheritance: list[Named]
    onset: list[Named]
    course: list[Named]
    annotations: list[Annotation]
    snapshot: str
    citation: str


class Source(Word):
    name: str
    title: str
    version: str
    licence: str
    citation: str
    url: str
    files: dict[str, str] = Field(description="Each raw file with its sha256.")
    note: str


class StoredFile(Word):
    sha256: str
    bytes: int


class Knowledge(Word):
    """The manifest of the snapshot in use."""

    id: str
    format: int
    created: str
    citation: str
    sources: list[Source]
    counts: dict[str, Any]
    files: dict[str, StoredFile]


class Health(Word):
    ready: bool
    version: str
    checks: dict[str, str]
