"""An ingestion while it goes on: the live part of the page, and the buttons beside it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.knowledge import actions
from diagnosis_app.knowledge.ingestion_panel import sheet
from diagnosis_app.knowledge.permissions import allowed


@require_safe
@performs(Verb.KNOWLEDGE_READ)
def ingestion(request: HttpRequest, ingestion_id: UUID) -> HttpResponse:
    """How far it has come. A script fetches only the part that changes; opened by itself it is a page."""
    found = actions.find_ingestion(actor_of(request), ingestion_id)
    template = "_ingestion" if request.headers.get("X-Clew-Page") else "ingestion"
    return render(request, f"knowledge/{template}.html", {"sheet": sheet(found), **allowed(request)})


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def pause(request: HttpRequest, ingestion_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    actions.pause(actor, actions.find_ingestion(actor, ingestion_id))
    return redirect("knowledge")


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def resume(request: HttpRequest, ingestion_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    accept = request.POST.get("accept_drops") == "yes"
    actions.resume(actor, actions.find_ingestion(actor, ingestion_id), accept_drops=accept)
    return redirect("knowledge")


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def confirm(request: HttpRequest, ingestion_id: UUID) -> HttpResponse:
    """The checksum of a file that arrived is the publisher's: somebody compared the two."""
    actor = actor_of(request)
    actions.confirm(actor, actions.find_ingestion(actor, ingestion_id), request.POST.get("sha256", ""))
    return redirect("knowledge")


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def cancel(request: HttpRequest, ingestion_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    actions.cancel(actor, actions.find_ingestion(actor, ingestion_id))
    messages.info(request, _("Cancelled. What is in use stays in use."))
    return redirect("knowledge")


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def rebuild(request: HttpRequest) -> HttpResponse:
    """Builds again from what is on this machine: after a text was let in, or a source taken away."""
    actions.rebuild(actor_of(request))
    return redirect("knowledge")
