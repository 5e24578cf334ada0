"""A search over passages as a page shows it: words in context, where they come from, how they were found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app.knowledge import words
from diagnosis_app.knowledge.document_page import Piece
from retrieval.errors import RetrievalError
from retrieval.passages.fusion import Way
from retrieval.passages.search import Came, Hit, search
from retrieval.search.client import Client, Note
from retrieval.snapshot import Snapshot

MOST = 10  # hits on the page
LONGEST = 300  # characters of a question typed there
CONTEXT = 160  # characters before and after the quoted words


@dataclass(frozen=True, slots=True)
class Shown:
    """One hit. `before`, `quote` and `after` are the source's words in their order."""

    title: str
    section: tuple[str, ...]
    page: int | None
    before: str
    quote: tuple[Piece, ...]
    after: str
    source: str
    version: str
    licence: str
    url: str
    context: str  # address of the document at this place
    ways: tuple[str, ...]
    date: str
    new: bool  # not in the knowledge in use
    also: int  # passages of the same words that are not shown


@dataclass(frozen=True, slots=True)
class Tried:
    """What was asked where, and what was found. `asked` is false before anybody asked."""

    query: str = ""
    draft: str = ""  # id of the draft that was searched; empty: what is in use
    asked: bool = False
    hits: tuple[Shown, ...] = ()
    matching: int = 0
    named: tuple[str, ...] = ()  # names of the diseases that the question names
    note: str = ""  # code of why meaning was not asked
    empty: bool = False  # this knowledge holds no passages at all


def tried(snapshot: Snapshot, query: str, *, draft: bool) -> Tried:
    asked = query.strip()[:LONGEST]
    here = snapshot.id if draft else ""
    if not asked:
        return Tried(query=asked, draft=here, empty=not snapshot.passages.size)
    found = search(snapshot, asked, client=client(), limit=MOST)
    known = _in_use() if draft else None
    return Tried(
        query=asked,
        draft=here,
        asked=True,
        hits=tuple(_shown(snapshot, hit, known) for hit in found.hits),
        matching=found.matching,
        named=tuple(snapshot.diseases.name(one.position) for one in found.named),
        note=str(found.note),
        empty=not snapshot.passages.size,
    )


def address(document: str, snapshot: str, start: int, end: int, passage: str) -> str:
    """Where a document opens at a place; in every knowledge that holds it."""
    path = reverse("knowledge_document", kwargs={"document_id": document})
    query = urlencode({"in": snapshot, "at": f"{start}-{end}", "passage": passage}, quote_via=quoted)
    return f"{path}?{query}#at"


def marked(text: str, spans: tuple[tuple[int, int], ...]) -> Iterator[Piece]:
    """The text cut at its highlights."""
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    for i, (start, end) in enumerate(pairwise(edges)):
        if start < end:
            yield Piece(text[start:end], i % 2 == 1)


def _shown(snapshot: Snapshot, hit: Hit, known: Snapshot | None) -> Shown:
    start, end = hit.quote.start - hit.start, hit.quote.end - hit.start  # within the passage
    return Shown(
        title=hit.document.title or hit.document.id,
        section=hit.section,
        page=hit.page,
        before=_tail(hit.text[:start]),
        quote=tuple(marked(hit.quote.text, hit.quote.highlights)),
        after=_head(hit.text[end:]),
        source=hit.source.title or hit.source.name,
        version=hit.source.version,
        licence=words.licence_name(hit.source.licence),
        url=hit.source.url if hit.source.url.startswith(("https://", "http://")) else "",
        context=address(hit.document.id, snapshot.id, hit.quote.start, hit.quote.end, hit.passage),
        ways=tuple(_way(one) for one in hit.ways),
        date=hit.document.date,
        new=known is not None and known.passages.index(hit.passage) is None,
        also=len(hit.also),
    )


def _tail(text: str) -> str:
    cut = text[-CONTEXT:]
    return f"…{cut}" if len(cut) < len(text) else cut


def _head(text: str) -> str:
    cut = text[:CONTEXT]
    return f"{cut}…" if len(cut) < len(text) else cut


def _way(came: Came) -> str:
    """by meaning 0.83; by words 11.2; names the disease."""
    if came.way == Way.MEANING:
        return _("by meaning %(score)s") % {"score": f"{came.score:.2f}"}
    if came.way == Way.WORDS:
        return _("by words %(score)s") % {"score": f"{came.score:.1f}"}
    if came.way == Way.FINDINGS:
        return _("by findings %(score)s") % {"score": f"{came.score:.2f}"}
    return _("about the disease that was named")


def _in_use() -> Snapshot | None:
    try:
        return library.current()
    except RetrievalError:
        return None


@lru_cache(maxsize=1)
def client() -> Client:
    return Client(Path(settings.RETRIEVAL_SOCKET))


def note_words(note: str) -> str:
    return {
        Note.AWAY: _("Search by meaning is not answering, so only words were compared."),
        Note.LOADING: _("Search by meaning is still loading, so only words were compared. Ask again in a minute."),
        Note.NO_EMBEDDER: _("No model for search by meaning is on this machine, so only words were compared."),
    }.get(Note(note), "")
