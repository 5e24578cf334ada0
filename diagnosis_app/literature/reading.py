"""What a search brought, arranged for reading: papers with the words that were asked for marked in their text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from corpus_ingest import library
from corpus_ingest.literature.question import disease_names, term_name
from diagnosis_app.literature.models import Paper, Search
from frontend.words import source_url
from retrieval.errors import RetrievalError
from retrieval.knowledge import Knowledge

SYNONYMS = 12  # of one term that are marked


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Quoted:
    key: str
    section: str
    pieces: tuple[Piece, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Read:
    pmid: str
    url: str
    title: tuple[Piece, ...]
    journal: str
    year: str
    doi: str
    rights: str
    passages: tuple[Quoted, ...]
    held: tuple[str, ...]
    sha256: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    id: str
    state: str  # queued, running, ended
    outcome: str
    query: str
    host: str
    asked: tuple[str, ...]
    by: str
    at: datetime
    total: int
    papers: tuple[Read, ...]
    error: dict[str, str]


def shown(search: Search) -> Shown:
    names = _names(search)
    marks = _pattern([*names, *((name, ()) for name in _sent(search))])
    return Shown(
        id=str(search.pk),
        state=search.state,
        outcome=search.outcome,
        query=search.query,
        host=search.host,
        asked=tuple(name for name, _others in names),
        by=search.requested_by.display_name,
        at=search.created_at,
        total=search.total,
        papers=tuple(_read(paper, marks) for paper in search.papers.all()),
        error={str(name): str(value) for name, value in search.error.items()},
    )


def marked(text: str, pattern: re.Pattern[str] | None) -> tuple[Piece, ...]:
    """The text in pieces, in order and whole; the template escapes each."""
    if pattern is None:
        return (Piece(text, False),)
    pieces, at = [], 0
    for found in pattern.finditer(text):
        if found.start() > at:
            pieces.append(Piece(text[at : found.start()], False))
        pieces.append(Piece(found[0], True))
        at = found.end()
    if at < len(text):
        pieces.append(Piece(text[at:], False))
    return tuple(pieces)


def _read(paper: Paper, marks: re.Pattern[str] | None) -> Read:
    passages = list(paper.passages.all())
    if passages and paper.title and passages[0].start == 0:
        passages = passages[1:]  # the title stands above them
    return Read(
        pmid=paper.pmid,
        url=source_url(f"PMID:{paper.pmid}"),
        title=marked(paper.title, marks) if paper.title else (),
        journal=paper.journal,
        year=paper.date[:4],
        doi=paper.doi,
        rights=paper.rights,
        passages=tuple(
            Quoted(one.key[:12], one.section, marked(one.quote, marks), f"{one.start}–{one.end}") for one in passages
        ),
        held=tuple(held_words(str(one.get("reason", ""))) for one in paper.held),
        sha256=paper.sha256[:12],
        fetched_at=paper.fetched_at,
    )


def held_words(reason: str) -> str:
    """Why a part of a text is not shown."""
    return _("A part of the text was held back: %(reason)s.") % {"reason": reason.replace("_", " ")}


def _names(search: Search) -> list[tuple[str, tuple[str, ...]]]:
    """What was asked by name, with what else it is called, in the words of the knowledge in use.

    The names that were sent stand in the query. Their snapshot is not opened: a page of twenty searches would
    open twenty, and push the one in use out of memory.
    """
    try:
        knowledge = library.current()
        terms = [(term_name(one, knowledge), _synonyms(one, knowledge)) for one in search.terms]
        diseases = [disease_names(one, knowledge) for one in search.diseases]
        return [*terms, *((names[0], tuple(names[1:])) for names in diseases)]
    except RetrievalError:  # there is none, or it does not know one of the ids
        return [(name, ()) for name in _sent(search)]


def _sent(search: Search) -> list[str]:
    """The names in the query."""
    return re.findall(r'"([^"]+)"\[tw\]', search.query)


def _synonyms(term: str, knowledge: Knowledge) -> tuple[str, ...]:
    found: Any = knowledge.ontology.term(term).synonyms
    return tuple(one.text for one in found[:SYNONYMS])


def _pattern(names: Sequence[tuple[str, Sequence[str]]]) -> re.Pattern[str] | None:
    words = {word for name, others in names for word in (name, *others) if len(word) > 3}
    if not words:
        return None
    listed = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    return re.compile(rf"(?<!\w)(?:{listed})s?(?!\w)", re.IGNORECASE)
