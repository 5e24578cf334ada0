"""What the frame around every page needs: where one may go, which knowledge is in use, which theme.

Everything is lazy: a fragment that draws no frame asks nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app import __version__
from diagnosis_app.accounts.guard import actor_of
from diagnosis_app.accounts.policy import Verb
from retrieval.errors import RetrievalError


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class InUse:
    """The knowledge named at the foot; empty fields when none is in use."""

    id: str = ""
    version: str = ""
    citation: str = ""


_PLACES = (
    ("worklist", "Worklist", Verb.CASE_LIST),
    ("knowledge", "Knowledge", Verb.KNOWLEDGE_READ),
    ("evaluation", "Evaluation", Verb.EVALUATION_READ),
    ("audit", "Audit", Verb.AUDIT_READ),
    ("people", "People", Verb.PEOPLE_MANAGE),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("clew_theme", "")
    return {
        "places": SimpleLazyObject(lambda: places(request)),
        "in_use": SimpleLazyObject(in_use),
        "theme": theme if theme in {"light", "dark"} else "",
        "clew_version": __version__,
        # The two doors that an operator can open.
        "outside": bool(settings.LITERATURE),
        "outside_model": bool(settings.MODEL and settings.MODEL_PUBLIC),
    }


def places(request: HttpRequest) -> list[Place]:
    """The entries of the bar that this person may open."""
    user = getattr(request, "user", None)  # absent when a request is refused before anybody is known
    if user is None or not user.is_authenticated:
        return []
    actor, here = actor_of(request), request.path
    found = []
    for name, label, verb in _PLACES:
        if not actor.may(verb):
            continue
        url = reverse(name)
        inside = (
            here == url
            or (url != "/" and here.startswith(url))
            or (url == "/" and here.startswith(("/cases/", "/batches/")))
        )
        found.append(Place(_(label), url, inside))
    return found


def in_use() -> InUse:
    try:
        snapshot = library.current()
    except RetrievalError:
        return InUse()
    source = snapshot.manifest.sources[0]
    return InUse(snapshot.id, source.version, source.citation)
