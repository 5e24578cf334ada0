"""One's own account: password and tokens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.actions import signing, tokens
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.models import Role, User
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.errors import Invalid, InvalidMany


@performs(Verb.ACCOUNT_OWN)
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return _page(request)


@performs(Verb.ACCOUNT_OWN)
@sensitive_post_parameters("old", "new", "again")
@require_POST
def account_password(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    old, new, again = (request.POST.get(field, "") for field in ("old", "new", "again"))
    try:
        signing.change_password(actor_of(request), user, old=old, new=new, again=again)
    except InvalidMany as error:
        return _page(request, problems=error.problems)
    update_session_auth_hash(request, user)
    messages.success(request, _("Your password is changed. Other sessions of yours have ended."))
    return redirect("account")


@performs(Verb.ACCOUNT_OWN)
@require_POST
def token_create(request: HttpRequest) -> HttpResponse:
    """Answers with the page itself: the text is in no address, no session and no store."""
    name = request.POST.get("name", "")
    try:
        token, text = tokens.create(actor_of(request), _user(request), name)
    except Invalid as error:
        return _page(request, token_problem=error, token_name=name[:80])
    return _page(request, new_token=token, new_token_text=text)


@performs(Verb.ACCOUNT_OWN)
@require_POST
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    token = tokens.revoke(actor_of(request), _user(request), token_id)
    messages.success(request, _("The token “%s” is revoked.") % token.name)
    return redirect("account")


def _page(request: HttpRequest, *, problems: list[Invalid] | None = None, **more: Any) -> HttpResponse:
    user = _user(request)
    wrong: dict[str, list[Invalid]] = {}
    for problem in problems or []:
        wrong.setdefault(problem.field, []).append(problem)
    context = {
        "tokens": tokens.live(user),
        "places_of_work": _memberships(user),
        "wrong": wrong,
        **more,
    }
    status = 422 if wrong or more.get("token_problem") else 200
    return render(request, "accounts/account.html", context, status=status)


def _memberships(user: User) -> list[tuple[str, str]]:
    teams: dict[str, list[str]] = {}
    for team, role in user.memberships.order_by("team__name", "role").values_list("team__name", "role"):
        teams.setdefault(team, []).append(str(Role(role).label))
    return [(team, ", ".join(roles)) for team, roles in teams.items()]


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the guard lets nobody else in
    return request.user
