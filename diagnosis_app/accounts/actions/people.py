"""What an admin does with the people of their teams.

People of other teams do not exist here. Whoever belongs to another team as well keeps account and
password out of this admin's reach: only the roles in the own team may change.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis_app.accounts import secret
from diagnosis_app.accounts.models import Membership, Role, Team, Token, User
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log
from diagnosis_app.errors import Conflict, Forbidden, Hidden, Invalid, InvalidMany

ADD, ROLES, RESET = "people.add", "people.roles", "people.reset_password"
DEACTIVATE, REACTIVATE = "people.deactivate", "people.reactivate"
_NAME = re.compile(r"[\w.@+-]{2,60}\Z")


def visible(actor: Actor) -> QuerySet[User]:
    """Everybody with a role in a team of this admin."""
    actor.require(Verb.PEOPLE_MANAGE)
    teams = actor.teams(Verb.PEOPLE_MANAGE)
    return User.objects.filter(memberships__team__in=teams).distinct().order_by("-is_active", "username")


def find(actor: Actor, user_id: int) -> User:
    user = visible(actor).filter(pk=user_id).first()
    if user is None:
        raise Hidden()
    return user


def add(actor: Actor, *, team_id: int, name: str, full_name: str, roles: Collection[str]) -> tuple[User, str]:
    """The person, and a password that is shown once; at the first sign-in they choose their own."""
    team = _team(actor, team_id)
    name, full_name = name.strip(), " ".join(full_name.replace("\x00", "").split())
    problems = check_name(name)
    if len(full_name) > 120:
        problems.append(
            Invalid(_("The full name is too long."), field="full_name", hint=_("Use up to 120 characters."))
        )
    chosen = _roles(roles)
    if not chosen:
        problems.append(Invalid(_("No role is chosen."), field="roles", hint=_("Choose at least one.")))
    if problems:
        raise InvalidMany(problems)
    password = secret.password()
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                username=name, password=password, full_name=full_name, must_choose_password=True
            )
            Membership.objects.bulk_create(Membership(user=user, team=team, role=role) for role in chosen)
            log.record(actor, ADD, object=f"user:{user.pk}", team_id=team.pk, detail={"roles": sorted(chosen)})
    except IntegrityError:
        raise Invalid(_("This name is taken."), field="name", hint=_("Choose another one.")) from None
    return user, password


def change_roles(actor: Actor, user_id: int, *, team_id: int, roles: Collection[str]) -> User:
    user, team, chosen = find(actor, user_id), _team(actor, team_id), _roles(roles)
    with transaction.atomic():
        rows = Membership.objects.select_for_update().filter(user=user, team=team)
        before = {Role(role) for role in rows.values_list("role", flat=True)}
        if not before:
            raise Hidden()
        if user.pk == actor.user_id and Role.ADMIN in before - chosen:
            raise Conflict(
                _("You cannot take the admin role from yourself."), hint=_("Another admin of the team can do it.")
            )
        if not chosen and not user.memberships.exclude(team=team).exists():
            raise Invalid(
                _("No role is chosen."), field="roles", hint=_("Choose at least one, or deactivate the person.")
            )
        if chosen != before:
            rows.exclude(role__in=chosen).delete()
            Membership.objects.bulk_create(Membership(user=user, team=team, role=role) for role in chosen - before)
            detail = {"before": sorted(before), "after": sorted(chosen)}
            log.record(actor, ROLES, object=f"user:{user.pk}", team_id=team.pk, detail=detail)
    return user


def deactivate(actor: Actor, user_id: int) -> User:
    """Sessions and tokens of the person stop at once; what they wrote stays."""
    user = _own(actor, user_id)
    if user.pk == actor.user_id:
        raise Conflict(_("You cannot deactivate yourself."), hint=_("Another admin of the team can do it."))
    return _switch(actor, user, active=False, verb=DEACTIVATE)


def reactivate(actor: Actor, user_id: int) -> User:
    return _switch(actor, _own(actor, user_id), active=True, verb=REACTIVATE)


def reset_password(actor: Actor, user_id: int) -> tuple[User, str]:
    """A new one-time password, shown once. Sessions end and tokens are revoked: the old ones may be known."""
    user = _own(actor, user_id)
    if user.pk == actor.user_id:
        raise Conflict(_("Change your own password on your account page."), hint=_("Open it from the bar."))
    password = secret.password()
    with transaction.atomic():
        user.set_password(password)
        user.must_choose_password = True
        user.save(update_fields=["password", "must_choose_password"])
        revoked = Token.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
        log.record(
            actor, RESET, object=f"user:{user.pk}", team_id=_audit_team(actor, user), detail={"tokens_revoked": revoked}
        )
    return user, password


def check_name(name: str) -> list[Invalid]:
    if not _NAME.match(name):
        hint = _("Use 2 to 60 letters, digits and . @ + - _")
        return [Invalid(_("This name cannot be used to sign in."), field="name", hint=hint)]
    if User.objects.filter(username__iexact=name).exists():
        return [Invalid(_("This name is taken."), field="name", hint=_("Choose another one."))]
    return []


def manages_wholly(actor: Actor, user: User) -> bool:
    """Whether every team of the person is one that this admin manages."""
    teams = set(user.memberships.values_list("team_id", flat=True))
    return teams <= actor.teams(Verb.PEOPLE_MANAGE)


def _switch(actor: Actor, user: User, *, active: bool, verb: str) -> User:
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active):
            log.record(actor, verb, object=f"user:{user.pk}", team_id=_audit_team(actor, user))
    user.refresh_from_db()
    return user


def _own(actor: Actor, user_id: int) -> User:
    user = find(actor, user_id)
    if not manages_wholly(actor, user):
        raise Forbidden(
            _("This person also belongs to a team that you do not manage."),
            hint=_("Take away their roles in your team instead."),
        )
    return user


def _team(actor: Actor, team_id: int) -> Team:
    actor.require(Verb.PEOPLE_MANAGE)
    team = Team.objects.filter(pk=team_id, pk__in=actor.teams(Verb.PEOPLE_MANAGE)).first()
    if team is None:
        raise Hidden()
    return team


def _roles(names: Collection[str]) -> set[Role]:
    known = {role.value: role for role in Role}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Invalid(
            _("There is no such role."), field="roles", hint=_("Choose among: %s.") % ", ".join(sorted(known))
        )
    return {known[name] for name in names}


def _audit_team(actor: Actor, user: User) -> int | None:
    teams = set(user.memberships.values_list("team_id", flat=True)) & actor.teams(Verb.PEOPLE_MANAGE)
    return min(teams, default=None)
