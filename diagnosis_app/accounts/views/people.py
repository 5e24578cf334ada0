"""The people of an admin's teams."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.actions import people as actions
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.models import Role, Team, User
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.errors import Invalid, InvalidMany

ROLE_WORDS = {
    Role.CLINICIAN: gettext_lazy("cases and investigations"),
    Role.CURATOR: gettext_lazy("knowledge"),
    Role.ADMIN: gettext_lazy("people and roles"),
    Role.AUDITOR: gettext_lazy("the audit trail"),
}


@performs(Verb.PEOPLE_MANAGE)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    return _list(request)


@performs(Verb.PEOPLE_MANAGE)
@require_POST
def person_add(request: HttpRequest) -> HttpResponse:
    """Answers with the page itself: the one-time password is in no address, no session and no store."""
    typed = {field: request.POST.get(field, "") for field in ("name", "full_name", "team")}
    roles = request.POST.getlist("roles")
    try:
        person, password = actions.add(
            actor_of(request),
            team_id=_number(typed["team"]),
            name=typed["name"],
            full_name=typed["full_name"],
            roles=roles,
        )
    except InvalidMany as error:
        return _list(request, typed=typed, chosen=roles, wrong={item.field: item for item in error.problems})
    except Invalid as error:
        return _list(request, typed=typed, chosen=roles, wrong={error.field: error})
    return _list(request, new_person=person, new_password=password)


@performs(Verb.PEOPLE_MANAGE)
@require_safe
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    return _person(request, actions.find(actor_of(request), user_id))


@performs(Verb.PEOPLE_MANAGE)
@require_POST
def person_roles(request: HttpRequest, user_id: int) -> HttpResponse:
    actor, team_id = actor_of(request), _number(request.POST.get("team", ""))
    try:
        found = actions.change_roles(actor, user_id, team_id=team_id, roles=request.POST.getlist("roles"))
    except Invalid as error:
        return _person(request, actions.find(actor, user_id), roles_problem=error, problem_team=team_id)
    messages.success(request, _("The roles of %s are changed.") % found.display_name)
    still_here = actions.visible(actor).filter(pk=user_id).exists()
    return redirect("person", user_id=user_id) if still_here else redirect("people")


@performs(Verb.PEOPLE_MANAGE)
@require_POST
def person_deactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    found = actions.deactivate(actor_of(request), user_id)
    messages.success(request, _("%s cannot sign in any more. Their sessions and tokens have stopped.") % found)
    return redirect("person", user_id=user_id)


@performs(Verb.PEOPLE_MANAGE)
@require_POST
def person_reactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    found = actions.reactivate(actor_of(request), user_id)
    messages.success(request, _("%s can sign in again.") % found)
    return redirect("person", user_id=user_id)


@performs(Verb.PEOPLE_MANAGE)
@require_POST
def person_reset(request: HttpRequest, user_id: int) -> HttpResponse:
    found, password = actions.reset_password(actor_of(request), user_id)
    return _person(request, found, new_password=password)


def _list(request: HttpRequest, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    teams = _teams(actor)
    rows = [(found, _roles_of(found, teams)) for found in actions.visible(actor).prefetch_related("memberships")]
    context = {"rows": rows, "teams": teams, "roles": _role_choices(), "chosen": ["clinician"], **more}
    return render(request, "accounts/people.html", context, status=422 if more.get("wrong") else 200)


def _person(request: HttpRequest, found: User, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    held = {(row.team_id, row.role) for row in found.memberships.all()}
    teams = [
        (team, [(role, words, (team.pk, role.value) in held) for role, words in _role_choices()])
        for team in _teams(actor)
        if any(team.pk == team_id for team_id, _role in held)
    ]
    context = {
        "person": found,
        "teams": teams,
        "wholly": actions.manages_wholly(actor, found),
        "oneself": found.pk == actor.user_id,
        "live_tokens": found.tokens.filter(revoked_at=None).count(),
        **more,
    }
    return render(request, "accounts/person.html", context, status=422 if more.get("roles_problem") else 200)


def _teams(actor: Actor) -> list[Team]:
    return list(Team.objects.filter(pk__in=actor.teams(Verb.PEOPLE_MANAGE)).order_by("name"))


def _roles_of(found: User, teams: list[Team]) -> list[tuple[str, list[str]]]:
    """Roles by team, of the teams this admin manages; other memberships stay unsaid."""
    return [
        (team.name, [str(Role(row.role).label) for row in found.memberships.all() if row.team_id == team.pk])
        for team in teams
        if any(row.team_id == team.pk for row in found.memberships.all())
    ]


def _role_choices() -> list[tuple[Role, str]]:
    return [(role, str(ROLE_WORDS[role])) for role in Role]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0
