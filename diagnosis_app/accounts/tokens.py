"""From the token of a request to the actor it stands for. Creating and revoking: `actions.tokens`."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from diagnosis_app.accounts import secret
from diagnosis_app.accounts.models import Token
from diagnosis_app.accounts.policy import Actor, actor_for

_SEEN_EVERY = timedelta(minutes=1)  # how fine "last used" is; a write each request would be wasted
_LONGEST = 100  # characters


def actor_for_token(text: str, via: str = "api") -> Actor | None:
    """The owner of a live token with the roles they hold now; None if there is none. `via` is the door they came by.

    The comparison is a look-up of the token's hash, so its time tells nothing about a stored one.
    """
    if not text.startswith(secret.TOKEN_PREFIX) or len(text) > _LONGEST:
        return None
    token = (
        Token.objects.select_related("user")
        .filter(digest=secret.digest(text), revoked_at=None, user__is_active=True, user__must_choose_password=False)
        .first()
    )
    if token is None:
        return None
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _SEEN_EVERY)
    Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return actor_for(token.user, via)
