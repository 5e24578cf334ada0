"""Who proposed what, who put it into use, and the way back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from corpus_ingest import library, publishing
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.knowledge import actions, in_use
from diagnosis_app.knowledge.changes import changes as what_changes
from diagnosis_app.knowledge.permissions import allowed
from retrieval.errors import RetrievalError


@require_safe
@performs(Verb.KNOWLEDGE_READ)
def history(request: HttpRequest) -> HttpResponse:
    """Every publication with who answers for it. Proposals are shown to those who review them."""
    may = allowed(request)
    rows = in_use.history()
    if not may["may_review"]:
        rows = [one for one in rows if one.publication.published_at]
    return render(request, "knowledge/history.html", {"rows": rows, **may})


@require_safe
@performs(Verb.KNOWLEDGE_REVIEW)
def changes(request: HttpRequest, snapshot_id: str) -> HttpResponse:
    """What a draft would change. A fragment for the page; opened by itself it is one."""
    context: dict[str, object] = {"draft_id": snapshot_id}
    try:
        context["rows"] = what_changes(library.current().id, snapshot_id)
    except RetrievalError as error:
        context["problem"] = error
    template = "_changes" if request.headers.get("HX-Request") else "changes"
    return render(request, f"knowledge/{template}.html", context)


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def propose(request: HttpRequest, snapshot_id: str) -> HttpResponse:
    actions.propose(actor_of(request), snapshot_id, request.POST.get("note", ""))
    messages.info(request, _("Proposed. Another curator or an admin looks at it and publishes."))
    return redirect("knowledge")


@require_POST
@performs(Verb.KNOWLEDGE_PUBLISH)
def approve(request: HttpRequest, publication_id: int) -> HttpResponse:
    actor = actor_of(request)
    published = actions.approve(actor, actions.find_publication(actor, publication_id), request.POST.get("note", ""))
    messages.info(request, _("Published: %(id)s is in use now.") % {"id": published.snapshot[:8]})
    return redirect("knowledge")


@require_POST
@performs(Verb.KNOWLEDGE_PUBLISH)
def withdraw(request: HttpRequest, publication_id: int) -> HttpResponse:
    actor = actor_of(request)
    actions.withdraw(actor, actions.find_publication(actor, publication_id))
    messages.info(request, _("The proposal is withdrawn. What is in use stays in use."))
    return redirect("knowledge")


@require_POST
@performs(Verb.KNOWLEDGE_PUBLISH)
def roll_back(request: HttpRequest, snapshot_id: str) -> HttpResponse:
    actor = actor_of(request)
    before = publishing.in_use() or ""
    back = actions.roll_back(actor, snapshot_id, request.POST.get("note", ""))
    words = _("Rolled back: %(id)s is in use again, instead of %(before)s.")
    messages.info(request, words % {"id": back.snapshot[:8], "before": before[:8] or "–"})
    return redirect("knowledge")
