"""Texts that may be quoted: a document with the quoted words marked, and the passages of a snapshot."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from corpus_ingest import library
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.knowledge import document_page, passages_page, words
from diagnosis_app.knowledge.permissions import allowed, require_readable
from retrieval.errors import RetrievalError, SnapshotMissing
from retrieval.passages.document import Document
from retrieval.snapshot import Snapshot

_AT = re.compile(r"(\d{1,9})-(\d{1,9})\Z")
MARKS = 20  # places one address may mark


@require_safe
@performs(Verb.KNOWLEDGE_READ)
def document(request: HttpRequest, document_id: str) -> HttpResponse:
    """`at=START-END` marks words, `in=SNAPSHOT` names the knowledge they were quoted from, `passage=ID` finds
    them again where the text has moved. What is gone is said, with what to do."""
    wanted = request.GET.get("in", "")
    marks = _marks(request.GET.getlist("at"))
    snapshot, found, away = _found(request, document_id, wanted)
    if snapshot is None or found is None:
        context = {"id": document_id, "away": away, "wanted": wanted, **allowed(request)}
        return render(request, "knowledge/document_gone.html", context, status=404)
    moved = bool(wanted) and snapshot.id != wanted
    if moved:
        marks = _again(snapshot, found, request.GET.get("passage", ""))
    records = [one for one in snapshot.manifest.sources if one.name == found.source]
    record = records[0] if len(records) == 1 else None  # each upload is a source: the first is not where this is from
    licence = found.licence or (record.licence if record else "")
    context = {
        "document": found,
        "blocks": document_page.shown(found, marks),
        "marked": bool(marks),
        "moved": moved,
        "source": record,
        "licence": licence,
        "licence_name": words.licence_name(licence),
        "snapshot": snapshot,
        "current": snapshot.id == _current_id(),
        "diseases": [(one, _named(snapshot, one)) for one in found.diseases[:20]],
        **allowed(request),
    }
    return render(request, "knowledge/document.html", context)


@require_safe
@performs(Verb.KNOWLEDGE_REVIEW)
def passages(request: HttpRequest, snapshot_id: str) -> HttpResponse:
    """The passages of a draft or of what is in use, page by page, as they would be quoted."""
    try:
        snapshot = library.snapshot(snapshot_id)
    except SnapshotMissing as error:
        raise Hidden(error.message, hint=error.hint, code=error.code) from None
    page = passages_page.page_of(snapshot, request.GET.get("page", "1"), source=request.GET.get("source", "")[:120])
    context = {"snapshot": snapshot, "page": page, "current": snapshot.id == _current_id(), **allowed(request)}
    return render(request, "knowledge/passages.html", context)


def _found(
    request: HttpRequest, document_id: str, wanted: str
) -> tuple[Snapshot | None, Document | None, RetrievalError | None]:
    """(where it was found, the document, why the wanted knowledge is away). Looks in what is in use afterwards."""
    away: RetrievalError | None = None
    if wanted:
        require_readable(actor_of(request), wanted)
        try:
            asked = library.snapshot(wanted)
            found = asked.passages.document(document_id)
            if found is not None:
                return asked, found, None
        except RetrievalError as error:
            away = error
    try:
        current = library.current()
    except RetrievalError as error:
        return None, None, away or error
    return current, current.passages.document(document_id), away


def _marks(said: list[str]) -> list[document_page.Span]:
    found = []
    for one in said[:MARKS]:
        match = _AT.match(one)
        if not match:
            raise Invalid(
                _("The place in the text is not written as START-END."), field="at", hint=_("Open the link again.")
            )
        found.append((int(match[1]), int(match[2])))
    return found


def _again(snapshot: Snapshot, document: Document, passage_id: str) -> list[document_page.Span]:
    """The place of the same words in this knowledge, if the passage still stands in the document."""
    passage = snapshot.passages.passage(passage_id) if passage_id else None
    return [(passage.start, passage.end)] if passage and passage.document == document.id else []


def _current_id() -> str:
    try:
        return library.current().id
    except RetrievalError:
        return ""


def _named(snapshot: Snapshot, disease: str) -> str:
    diseases: Any = snapshot.diseases
    at = diseases.index(disease)
    return "" if at is None else str(diseases.name(at))
