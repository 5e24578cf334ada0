"""The two small services of the page: terms for what is typed, mentions for a text."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from corpus_ingest import library
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.audit import log
from diagnosis_app.cases.content import NOTE_LIMIT
from diagnosis_app.cases.views.answers import answers_json, read_json
from diagnosis_app.errors import Invalid, TooLarge

LONGEST = 120  # characters of a search


@require_safe
@performs(Verb.KNOWLEDGE_READ)
@answers_json
def terms(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    found = library.current().autocomplete.suggest(text, limit=12) if text else []
    return JsonResponse(
        {
            "q": text,
            "terms": [
                {
                    "id": one.id,
                    "label": one.label,
                    "matched": one.matched,
                    "synonym": one.is_synonym,
                    "spans": [list(span) for span in one.spans],
                    "definition": one.definition,
                    "diseases": one.disease_count,
                    "parent": one.parent_label,
                    "note": getattr(one, "note", "") or "",
                }
                for one in found
            ],
        }
    )


@require_POST
@performs(Verb.RANK)
@answers_json
def read(request: HttpRequest) -> HttpResponse:
    """Mentions of a text that is not stored by this."""
    text = read_json(request).get("text", "")
    if not isinstance(text, str):
        raise Invalid("text is not a text.", field="text", hint="Send the note as text.")
    if len(text) > NOTE_LIMIT:
        raise TooLarge(
            f"The note has {len(text):,} characters; the limit is {NOTE_LIMIT:,}.",
            field="text",
            hint="Shorten it to the part that describes this patient.",
        )
    actor = actor_of(request)
    actor.require(Verb.RANK)
    found = mentions(text)
    log.record(actor, Verb.RANK, detail={"characters": len(text), "mentions": len(found)})
    return JsonResponse({"mentions": found})


def mentions(text: str) -> list[dict[str, Any]]:
    """Offsets count characters of `text` as Python does; the page converts them."""
    return list(_mentions(library.current().id, text)) if text.strip() else []


@lru_cache(maxsize=32)
def _mentions(snapshot: str, text: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "start": one.start,
            "end": one.end,
            "term": one.term,
            "label": one.label,
            "status": str(one.status),
            "cue": one.cue,
        }
        for one in library.snapshot(snapshot).reader.read(text)
    )
