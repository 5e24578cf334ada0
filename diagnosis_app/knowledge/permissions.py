"""What the reader of a knowledge page may do, for its buttons. The actions decide again by themselves."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from corpus_ingest import publishing
from corpus_ingest.models import Publication
from diagnosis_app.accounts.guard import actor_of
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.errors import Hidden
from diagnosis_app.runs.models import Run
from retrieval.manifest import ID_PATTERN


def allowed(request: HttpRequest) -> dict[str, Any]:
    actor = actor_of(request)
    return {
        "may_review": actor.may(Verb.KNOWLEDGE_REVIEW),
        "may_change": actor.may(Verb.KNOWLEDGE_CHANGE),
        "may_publish": actor.may(Verb.KNOWLEDGE_PUBLISH),
        "may_set_back": actor.may(Verb.SET_BACK_LIST),
    }


def require_readable(actor: Actor, snapshot_id: str) -> None:
    """What was once in use may be read by everybody, for old results quote it; a draft only by who reviews it."""
    if not ID_PATTERN.match(snapshot_id):
        raise Hidden()
    if actor.may(Verb.KNOWLEDGE_REVIEW) or snapshot_id == publishing.in_use():
        return
    published = Publication.objects.filter(snapshot=snapshot_id).exclude(published_at=None)
    if not published.exists() and not Run.objects.filter(manifest__snapshot=snapshot_id).exists():
        raise Hidden()
