"""What the API answers about texts, as types."""

from __future__ import annotations

from pydantic import Field

from diagnosis_app.api.words import Named, Word
from retrieval.passages.fusion import Way
from retrieval.search.client import Note


class Span(Word):
    start: int
    end: int


class Came(Word):
    way: Way
    rank: int = Field(description="Its place in that list, from 1.")
    score: float = Field(description="As the list counts: points of BM25, cosine, likeness of findings.")


class TextSource(Word):
    name: str
    title: str
    version: str
    licence: str
    citation: str


class PassageFound(Word):
    """A passage: the words to show, where they stand, whose they are, and how they were found."""

    id: str
    quote: str
    quote_at: Span = Field(description="Of the quote in the text of its document, in characters.")
    highlights: list[Span] = Field(description="Words of the question, within the quote.")
    text: str = Field(description="The whole passage.")
    text_at: Span
    section: list[str]
    page: int | None
    document: str
    title: str
    url: str
    date: str
    language: str
    source: TextSource
    diseases: list[str] = Field(description="Canonical ids of what the document is about.")
    by_title: bool = Field(description="The source names no disease; the title is the name of these.")
    ways: list[Came]
    also: list[str] = Field(description="Ids of passages with the same words, shown once.")


class Passages(Word):
    snapshot: str
    matching: int = Field(description="Passages that share a word with the question, within the filters.")
    passages: list[PassageFound]
    diseases: list[Named] = Field(description="Diseases that the question names.")
    findings: list[Named] = Field(description="Findings that the question names.")
    note: Note = Field(description="search.away, search.loading or search.no_embedder: meaning was not asked.")


class Text(Word):
    """One document, whole: every offset of a passage refers to `text`."""

    snapshot: str
    id: str
    title: str
    text: str
    source: str
    url: str
    licence: str
    language: str
    date: str
    diseases: list[str]
