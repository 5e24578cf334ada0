"""Trying a search on what is in use, or on a draft before it goes live."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from corpus_ingest import library
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.knowledge.permissions import allowed
from diagnosis_app.knowledge.searching import Tried, note_words, tried
from diagnosis_app.knowledge.views.page import context_of
from retrieval.errors import RetrievalError


@dataclass(frozen=True, slots=True)
class Away:
    """A search that could not be made, in the shape that the page draws."""

    problem: RetrievalError
    query: str = ""
    draft: str = ""


@require_safe
@performs(Verb.KNOWLEDGE_READ)
def search(request: HttpRequest) -> HttpResponse:
    """What was found. A script takes the part; without one this is the page with it."""
    actor, wanted = actor_of(request), request.GET.get("in", "")
    if wanted:
        actor.require(Verb.KNOWLEDGE_REVIEW)  # a draft is nobody's to quote from yet
    query = request.GET.get("q", "")
    found: Tried | Away
    try:
        snapshot = library.snapshot(wanted) if wanted else library.current()
        found = tried(snapshot, query, draft=bool(wanted))
    except RetrievalError as error:
        found = Away(error, query[:300])
    note = note_words(found.note) if isinstance(found, Tried) else ""
    if request.headers.get("HX-Request"):
        return render(request, "knowledge/_found.html", {"tried": found, "note": note, **allowed(request)})
    whole = context_of(request, found if isinstance(found, Tried) else Tried(query=query[:300]))
    return render(request, "knowledge/knowledge.html", {**whole, "tried": found, "note": note})
