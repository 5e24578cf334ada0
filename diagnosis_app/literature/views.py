"""The page of a case's papers: what would be sent, the confirmation, and what came back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from corpus_ingest.literature import LiteratureError
from corpus_ingest.literature.question import MOST_DISEASES, MOST_TERMS
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.literature import actions
from diagnosis_app.literature.asking import Choices, choices, question_of, sent
from diagnosis_app.literature.reading import shown
from frontend.words import who
from retrieval.errors import RetrievalError


@require_safe
@performs(Verb.LITERATURE_READ)
def papers(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    case = cases.read_case(actor, case_id, part="papers")
    content = cases.content_of(case.draft)
    searches = [shown(one) for one in actions.searches_of(actor, case)]
    open_ = case.deleted_at is None and case.closed_at is None
    context = {
        "case": case,
        "who": who(content.sex, content.age),
        "tab": "papers",
        "searches": searches,
        "older": max(0, case.searches.count() - actions.LISTED),
        "askable": open_ and actor.may(Verb.LITERATURE_SEARCH, case),
        **_form(request.GET, content),
    }
    return render(request, "literature/papers.html", context)


@require_safe
@performs(Verb.LITERATURE_READ)
def what_is_sent(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The part of the form that shows what would leave the house, for another choice."""
    case = cases.read_case(actor_of(request), case_id, part="papers")
    context = {"case": case, **_form(request.GET, cases.content_of(case.draft))}
    return render(request, "literature/_sent.html", context)


@require_POST
@performs(Verb.LITERATURE_SEARCH)
def ask(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    case = cases.find(actor, Verb.LITERATURE_SEARCH, case_id)
    terms, diseases, match = _chosen(request.POST)
    question = question_of(cases.content_of(case.draft), terms, diseases, match)
    search = actions.ask(actor, case, question, shown=request.POST.get("shown", ""))
    return redirect(f"{reverse('case_papers', kwargs={'case_id': case_id})}#s-{search.pk}")


@require_safe
@performs(Verb.LITERATURE_READ)
def one_search(request: HttpRequest, case_id: UUID, search_id: UUID) -> HttpResponse:
    """One search, as the page asks for it while it is under way. 204: it stands as it did, nothing is replaced."""
    actor = actor_of(request)
    case = cases.find(actor, Verb.LITERATURE_READ, case_id)
    search = actions.read_search(actor, case, search_id, was=request.GET.get("was", ""))
    if search is None:
        return HttpResponse(status=204)
    return render(request, "literature/_search.html", {"case": case, "one": shown(search), "first": True})


def _chosen(data: QueryDict) -> tuple[list[str], list[str], str]:
    terms = [one[:20] for one in data.getlist("term")[: 4 * MOST_TERMS]]
    diseases = [one[:20] for one in data.getlist("disease")[: 4 * MOST_DISEASES] if one]
    return terms, diseases, data.get("match", "any")


def _form(data: QueryDict, content: Any) -> dict[str, Any]:
    """The form and what it would send; `off` where the door is closed, `problem` where it cannot be sent."""
    terms, diseases, match = _chosen(data)
    try:
        offered = choices(content, terms if "asked" in data else None, diseases, match)
    except RetrievalError as error:
        return {"choices": None, "problem": {"message": error.message, "hint": error.hint}}
    return {"choices": offered, "most_terms": MOST_TERMS, **_sent(offered)}


def _sent(offered: Choices) -> dict[str, Any]:
    try:
        question = offered.question
        return {"sent": sent(question) if question is not None else None}
    except LiteratureError as error:
        if error.code == "literature.off":
            return {"off": True}
        return {"problem": {"message": error.message, "hint": error.hint}}
