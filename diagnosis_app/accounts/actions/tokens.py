"""A person's own tokens for scripts: make one, revoke one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis_app.accounts import secret
from diagnosis_app.accounts.actions.signing import team_of
from diagnosis_app.accounts.models import Token, User
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.errors import Hidden, Invalid

CREATE, REVOKE = "token.create", "token.revoke"
LIMIT = 20  # live tokens of a person: more than that and nobody knows what they are for


def create(actor: Actor, user: User, name: str) -> tuple[Token, str]:
    """The token's row, and its text: the only time that anybody sees it."""
    actor.require(Verb.ACCOUNT_OWN)
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise Invalid(_("The token has no name."), field="name", hint=_("Name the script or machine that will use it."))
    if len(name) > 80:
        raise Invalid(_("The name is too long."), field="name", hint=_("Use up to 80 characters."))
    if user.must_choose_password:
        raise Invalid(_("Choose your own password first."), field="name", hint=_("Then make the token."))
    if live(user).count() >= LIMIT:
        raise Invalid(
            _("You have %d tokens already.") % LIMIT, field="name", hint=_("Revoke one that is not used any more.")
        )
    text = secret.token()
    with transaction.atomic():
        token = Token.objects.create(user=user, name=name, prefix=text[:12], digest=secret.digest(text))
        log.record(actor, CREATE, object=f"token:{token.pk}", team_id=team_of(user))
    return token, text


def revoke(actor: Actor, user: User, token_id: int) -> Token:
    """Ends one of the person's own tokens; revoking twice changes nothing more."""
    actor.require(Verb.ACCOUNT_OWN)
    token = Token.objects.filter(user=user, pk=token_id).first()
    if token is None:
        raise Hidden()
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
            log.record(actor, REVOKE, object=f"token:{token.pk}", team_id=team_of(user))
    token.refresh_from_db()
    return token


def live(user: User) -> QuerySet[Token]:
    return Token.objects.filter(user=user, revoked_at=None).order_by("-created_at")
