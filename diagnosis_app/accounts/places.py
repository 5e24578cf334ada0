"""Where somebody begins: the first page that their roles open."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from diagnosis_app.accounts.policy import Actor, Verb

_PLACES = (
    ("worklist", Verb.CASE_LIST),
    ("people", Verb.PEOPLE_MANAGE),
    ("audit", Verb.AUDIT_READ),
    ("knowledge", Verb.KNOWLEDGE_READ),
)


def first_place(actor: Actor) -> str:
    for name, verb in _PLACES:
        if actor.may(verb):
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
    return reverse("account")
