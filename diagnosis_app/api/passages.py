"""Search over the texts of the knowledge in use, and one text in full. Questions are not stored and not logged."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from ninja.params.functions import Query

from corpus_ingest import library
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import passage_words as words
from diagnosis_app.api.operations import Operations
from diagnosis_app.api.words import Named
from diagnosis_app.errors import Hidden, Invalid
from retrieval.knowledge import Knowledge
from retrieval.passages.filters import FilterInvalid, Filters
from retrieval.passages.search import Hit, search
from retrieval.search.client import Client

operations = Operations("Texts")

MOST = 50  # passages that one answer holds
_VALUE = 100  # characters of one value of a filter
_SOURCE = Query([], max_length=20, description="Only of these sources.")
_DISEASE = Query([], max_length=20, description="Only about these: ids of diseases, groups, series.")
_LANGUAGE = Query([], max_length=20, description="Only in these; en finds en-GB, too.")


@operations.get("/passages", verb=Verb.KNOWLEDGE_READ, answers=words.Passages)
def search_passages(
    request: HttpRequest,
    text: str = Query(max_length=4_000),
    source: list[str] = _SOURCE,
    disease: list[str] = _DISEASE,
    language: list[str] = _LANGUAGE,
    since: str = Query("", max_length=_VALUE, description="2020, 2020-05 or 2020-05-17."),
    until: str = Query("", max_length=_VALUE),
    limit: int = Query(20, ge=1, le=MOST),
) -> words.Passages:
    """Passages by words, meaning and findings, favouring the disease that is named; each with its exact place."""
    knowledge = library.current()
    filters = Filters(tuple(source), tuple(disease), since, until, tuple(language))
    try:
        found = search(knowledge, text, filters, client=_client(), limit=limit)
    except FilterInvalid as error:
        field, _, _ = error.message.partition(":")
        raise Invalid(error.message, field=_FIELDS.get(field, field), hint=error.hint, code=error.code) from None
    diseases, ontology = knowledge.diseases, knowledge.ontology
    return words.Passages(
        snapshot=knowledge.id,
        matching=found.matching,
        passages=[_found(knowledge, hit) for hit in found.hits],
        diseases=[Named(id=diseases.ids[one.position], label=diseases.name(one.position)) for one in found.named],
        findings=[Named(id=term, label=ontology.term(term).label) for term in found.findings],
        note=found.note,
    )


@operations.get("/text", verb=Verb.KNOWLEDGE_READ, answers=words.Text)
def get_text(
    request: HttpRequest, id: str = Query(max_length=400, description="`document` of a passage.")
) -> words.Text:
    """The whole text that a passage stands in."""
    knowledge = library.current()
    document = knowledge.passages.document(id)
    if document is None:
        raise Hidden("The knowledge in use holds no such text.", field="id", hint="Take an id from passages.")
    return words.Text(
        snapshot=knowledge.id,
        id=document.id,
        title=document.title,
        text=document.text,
        source=document.source,
        url=document.url,
        licence=document.licence,
        language=document.language,
        date=document.date,
        diseases=list(document.diseases),
    )


_FIELDS = {"sources": "source", "diseases": "disease", "languages": "language"}


def _found(knowledge: Knowledge, hit: Hit) -> words.PassageFound:
    source = hit.source
    return words.PassageFound(
        id=hit.passage,
        quote=hit.quote.text,
        quote_at=words.Span(start=hit.quote.start, end=hit.quote.end),
        highlights=[words.Span(start=start, end=end) for start, end in hit.quote.highlights],
        text=hit.text,
        text_at=words.Span(start=hit.start, end=hit.end),
        section=list(hit.section),
        page=hit.page,
        document=hit.document.id,
        title=hit.document.title,
        url=source.url,
        date=hit.document.date,
        language=hit.document.language,
        source=words.TextSource(
            name=source.name,
            title=source.title,
            version=source.version,
            licence=source.licence,
            citation=source.citation,
        ),
        diseases=list(hit.diseases),
        by_title=hit.document.by_title,
        ways=[words.Came(way=one.way, rank=one.rank, score=one.score) for one in hit.ways],
        also=list(hit.also),
    )


@lru_cache(maxsize=1)
def _client() -> Client:
    """One for the process: it remembers that nobody answered, so that requests do not queue up for it."""
    return Client(Path(settings.RETRIEVAL_SOCKET))
