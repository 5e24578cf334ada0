"""The page that compares two investigations of a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.compare import actions
from diagnosis_app.compare.page import page_of
from frontend.words import who


@require_safe
@performs(Verb.RUN_READ)
def compare(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """`?a=` and `?b=` name the runs; without them the two newest that have ended."""
    actor = actor_of(request)
    case = cases.read_case(actor, case_id, part="compare")
    content = cases.content_of(case.draft)
    context: dict[str, Any] = {
        "case": case,
        "who": who(str(content.sex), content.age),
        "tab": "compare",
        "runs": actions.ended(actor, case),
    }
    try:
        found = actions.compare(actor, case, request.GET.get("a", ""), request.GET.get("b", ""))
    except actions.TooFewRuns:
        context["startable"] = case.deleted_at is None and case.closed_at is None and actor.may(Verb.RUN_START, case)
        return render(request, "compare/none.html", context)
    context |= {"page": page_of(found), "found": found, "a": found.between.a.run, "b": found.between.b.run}
    return render(request, "compare/compare.html", context)
