"""Signing in and out, and one's own password."""

from __future__ import annotations

from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.accounts import throttle
from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor, Verb, actor_for
from diagnosis_app.audit import log
from diagnosis_app.errors import Invalid, InvalidMany

SIGN_IN_FAILED = "account.sign_in_failed"
PASSWORD = "account.password"  # noqa: S105
_LONGEST = 1000  # characters of a password
NOBODY = Actor(None, "nobody", "page", frozenset())


class Refused(Invalid):
    """One message for every reason, so that it tells nobody which names exist."""

    code = "account.refused"


class Wait(Invalid):
    code = "account.wait"
    status = 429

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        when = (
            ngettext("%d second", "%d seconds", seconds) % seconds
            if seconds < 90
            else ngettext("%d minute", "%d minutes", minutes) % minutes
        )
        super().__init__(
            _("Too many attempts. Try again in %s.") % when,
            hint=_("An admin of your team can give you a new password."),
        )
        self.seconds = seconds


def sign_in(request: HttpRequest, name: str, password: str, address: str) -> User:
    """The person, if name and password fit; raises `Wait` or `Refused`. Every try is audited."""
    name = name.strip()
    seconds = throttle.reserve(name, address)
    if seconds:
        raise Wait(seconds)
    usable = name and "\x00" not in name and len(password) <= _LONGEST
    user = authenticate(request, username=name, password=password) if usable else None
    if not isinstance(user, User):
        _record_failure(name)
        raise Refused(
            _("Name and password do not fit."), hint=_("Check both. An admin of your team can give you a new password.")
        )
    with transaction.atomic():
        throttle.forgive(name, address)
        log.record(actor_for(user, "page"), Verb.SIGN_IN, object=f"user:{user.pk}", team_id=team_of(user))
    return user


def _record_failure(name: str) -> None:
    known = User.objects.filter(username=name.replace("\x00", "")).first()
    log.record(
        NOBODY,
        SIGN_IN_FAILED,
        object=f"user:{known.pk}" if known else "",
        team_id=team_of(known) if known else None,
        detail={"known": known is not None},
    )


def record_sign_out(actor: Actor, user: User) -> None:
    log.record(actor, Verb.SIGN_OUT, object=f"user:{user.pk}", team_id=team_of(user))


def change_password(actor: Actor, user: User, *, old: str, new: str, again: str) -> None:
    """Sets one's own password; other sessions of the person end with it."""
    actor.require(Verb.ACCOUNT_OWN)
    problems = []
    if not user.check_password(old[:_LONGEST]):
        problems.append(Invalid(_("This is not your password now."), field="old", hint=_("Type it once more.")))
    if new != again:
        problems.append(Invalid(_("The two do not match."), field="again", hint=_("Type the new password again.")))
    if old and old == new:
        problems.append(Invalid(_("This is the old password."), field="new", hint=_("Choose another one.")))
    if len(new) > _LONGEST:
        problems.append(Invalid(_("This password is too long."), field="new", hint=_("Use up to 1,000 characters.")))
    problems += check_password(new[:_LONGEST], user)
    if problems:
        raise InvalidMany(problems)
    with transaction.atomic():
        user.set_password(new)
        user.must_choose_password = False
        user.save(update_fields=["password", "must_choose_password"])
        log.record(actor, PASSWORD, object=f"user:{user.pk}", team_id=team_of(user))


def check_password(password: str, user: User | None = None) -> list[Invalid]:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        return [Invalid(str(text), field="new", hint=_("Choose another one.")) for text in error.messages]
    return []


def team_of(user: User) -> int | None:
    """The team whose auditor sees what this person does with their account; None for several."""
    teams = set(user.memberships.values_list("team_id", flat=True))
    return teams.pop() if len(teams) == 1 else None
