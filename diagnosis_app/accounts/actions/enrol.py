"""Adding people from the command line: whoever may run it owns the machine, so no role is asked."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from diagnosis_app.accounts import secret
from diagnosis_app.accounts.actions.people import ADD, ROLES, check_name
from diagnosis_app.accounts.actions.signing import check_password
from diagnosis_app.accounts.models import Membership, Role, Team, User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit import log
from diagnosis_app.errors import Invalid, InvalidMany

FIRST_TEAM, FIRST_NAME = "Clinic", "clew"
COMMAND = Actor(None, "command line", "command", frozenset())


@dataclass(frozen=True, slots=True)
class Enrolled:
    """`password` is set if one was made here; nobody can read it again."""

    user: User
    team: Team
    created: bool
    password: str = ""


def enrol(
    name: str, *, team_name: str, roles: Collection[str], full_name: str = "", password: str | None = None
) -> Enrolled:
    """A new person with a password given or made, or more roles for an existing one."""
    chosen = {Role(role) for role in roles}
    with transaction.atomic():
        found = User.objects.filter(username__iexact=name).first()
        if found is not None and password is not None:
            raise Invalid(
                _("%s exists already; the password was not changed.") % found.username,
                hint=_("Leave the password out to give more roles."),
            )
        user, made = (found, "") if found is not None else _create(name, full_name, password)
        team = _team(team_name)
        held = set(user.memberships.filter(team=team).values_list("role", flat=True))
        Membership.objects.bulk_create(Membership(user=user, team=team, role=role) for role in chosen - held)
        detail = {"roles": sorted(chosen)}
        log.record(COMMAND, ROLES if found else ADD, object=f"user:{user.pk}", team_id=team.pk, detail=detail)
    return Enrolled(user, team, found is None, made)


@dataclass(frozen=True, slots=True)
class FirstLogin:
    """`file` holds name and password as long as that password is the one in use."""

    name: str
    password: str  # only when it was made just now
    file: Path | None


def first_login(file: Path) -> FirstLogin:
    """On an empty database: a team, a person with every role, and a file (mode 0600) with the password."""
    if not User.objects.exists():
        password = secret.password()
        enrol(FIRST_NAME, team_name=FIRST_TEAM, roles=[role.value for role in Role], password=password)
        _write_private(file, f"name: {FIRST_NAME}\npassword: {password}\n")
        return FirstLogin(FIRST_NAME, password, file)
    return FirstLogin(FIRST_NAME, "", file if _still_opens(file) else None)


def _still_opens(file: Path) -> bool:
    """Whether the file's password is still the first person's; a stale file is removed."""
    try:
        lines = dict(line.split(": ", 1) for line in file.read_text(encoding="utf-8").splitlines() if ": " in line)
    except OSError:
        return False
    user = User.objects.filter(username=lines.get("name", "")).first()
    if user is not None and user.check_password(lines.get("password", "")):
        return True
    file.unlink(missing_ok=True)
    return False


def _write_private(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)


def _create(name: str, full_name: str, password: str | None) -> tuple[User, str]:
    made = secret.password() if password is None else ""
    user = User(username=name, full_name=full_name, must_choose_password=bool(made))
    problems = check_name(name) + (check_password(password, user) if password is not None else [])
    if problems:
        raise InvalidMany(problems)
    user.set_password(password if password is not None else made)
    user.save(force_insert=True)
    return user, made


def _team(name: str) -> Team:
    name = " ".join(name.split())
    if not name or len(name) > 120 or "\x00" in name:
        raise Invalid(_("This is not a name for a team."), field="team", hint=_("Use 1 to 120 characters."))
    return Team.objects.get_or_create(name=name)[0]
