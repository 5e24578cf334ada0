"""The worklist, and the fate of a case: delete, restore, purge, close, reopen."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.models import Team
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.cases import actions
from diagnosis_app.cases.worklist import PAGE, worklist
from diagnosis_app.errors import ClinicError


@require_safe
@performs(Verb.CASE_LIST)
def cases(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    asked = request.GET.get("shown", "")
    shown = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else PAGE
    listed = worklist(actor, state=request.GET.get("state", "open"), query=request.GET.get("q", ""), shown=shown)
    context = {"listed": listed, "teams": _teams(request), "gone": _just_deleted(request)}
    return render(request, "cases/_list.html" if request.headers.get("HX-Request") else "cases/worklist.html", context)


@require_POST
@performs(Verb.CASE_DELETE)
def delete(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    case = actions.delete_case(actor, actions.find(actor, Verb.CASE_DELETE, case_id))
    return redirect(f"{reverse('worklist')}?{urlencode({'deleted': str(case.pk)})}")


@require_POST
@performs(Verb.CASE_RESTORE)
def restore(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    case = actions.restore_case(actor, actions.find(actor, Verb.CASE_RESTORE, case_id))
    return redirect("case", case_id=case.pk)


@require_POST
@performs(Verb.CASE_PURGE)
def purge(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    case = actions.find(actor, Verb.CASE_PURGE, case_id)
    actions.purge_case(actor, case, confirmed=request.POST.get("confirmed", ""))
    return redirect(f"{reverse('worklist')}?state=bin")


@require_POST
@performs(Verb.CASE_EDIT)
def close(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    actions.close_case(actor, actions.find(actor, Verb.CASE_EDIT, case_id))
    return redirect("case", case_id=case_id)


@require_POST
@performs(Verb.CASE_EDIT)
def reopen(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    actions.reopen_case(actor, actions.find(actor, Verb.CASE_EDIT, case_id))
    return redirect("case", case_id=case_id)


def _teams(request: HttpRequest) -> list[Team]:
    return list(Team.objects.filter(pk__in=actor_of(request).teams(Verb.CASE_CREATE)).order_by("name"))


def _just_deleted(request: HttpRequest) -> object | None:
    """The case that was put into the bin a moment ago, to offer taking it back."""
    named = request.GET.get("deleted", "")
    if not named:
        return None
    try:
        case = actions.find(actor_of(request), Verb.CASE_RESTORE, named)
    except (ClinicError, ValueError):
        return None
    return case if case.deleted_at is not None else None
