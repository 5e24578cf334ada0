"""A token in, an actor out; its pace, and the verb of the operation checked before the request is read.

Sessions are not accepted here: a browser's cookie must never be enough to change something through
an address that has no form and no CSRF token.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from diagnosis_app.accounts.pace import TOKENS
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.accounts.secret import digest
from diagnosis_app.accounts.tokens import actor_for_token
from diagnosis_app.errors import TooFast


class Token(HttpBearer):
    """The security of one operation: who is asking, and whether they may."""

    def __init__(self, verb: Verb, via: str = "api") -> None:
        super().__init__()
        self.verb, self.via = verb, via

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_for_token(token, self.via)
        if actor is None:
            return None
        if wait := TOKENS.wait(digest(token), settings.REQUESTS_PER_MINUTE):
            raise TooFast(wait)
        actor.require(self.verb)
        request.clew_actor = actor  # type: ignore[attr-defined]
        return actor


def actor_of(request: HttpRequest) -> Actor:
    """The actor whom `Token` let in."""
    actor: Actor = request.clew_actor  # type: ignore[attr-defined]
    return actor
