"""Adding a source: upload, say what it is, hand it over; or fetch a known feed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from corpus_ingest import library
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.errors import ClinicError, Hidden
from diagnosis_app.knowledge import actions, describing, sources_panel, tables, uploads
from diagnosis_app.knowledge.uploads import Upload
from diagnosis_app.knowledge.views.uploads import FORM_LARGEST
from retrieval.errors import RetrievalError
from retrieval.manifest import Manifest

# Offered beside the field; anything else may be typed.
LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-ND-4.0", "BSD-3-Clause", "internal")


@require_safe
@performs(Verb.KNOWLEDGE_CHANGE)
def add(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    listed = sources_panel.listed(_manifest())
    context = {
        "starter": listed.starter,
        "problem": listed.problem,
        "waiting": list(actions.uploads_of(actor)),
        "largest": uploads.LARGEST,
        "largest_mb": uploads.LARGEST // 1024**2,
        "form_mb": FORM_LARGEST // 1024**2,
        "most": uploads.MOST_FILES,
    }
    return render(request, "knowledge/add.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@performs(Verb.KNOWLEDGE_CHANGE)
def describe(request: HttpRequest) -> HttpResponse:
    """What the uploaded files are. Nothing is read before this is answered; what is wrong is named in place."""
    actor = actor_of(request)
    sent = request.method == "POST"
    asked = (request.POST if sent else request.GET).getlist("upload")[: uploads.MOST_FILES]
    found, gone = _uploads(request, asked)
    said = {name: request.POST[name] for name in request.POST} if sent else None
    made = describing.form(found, said)
    problems: list[ClinicError] = list(made.problems)
    again = said is not None and "again" in said  # another kind was chosen: the questions change, nothing is sent
    if sent and found and not problems and not again and not gone:
        try:
            actions.ingest_uploads(actor, describing.answers(made))
            messages.info(request, _("Handed over. It is read, screened and built into a draft now."))
            return redirect("knowledge")
        except ClinicError as error:
            problems.append(error)
    context = {
        "form": made,
        "problems": [] if again else problems,
        "wrong": {one.field for one in problems},
        "gone": gone,
        "fields": tables.field_words(),
        "licences": LICENCES,
    }
    status = 422 if sent and (problems or gone or not found) and not again else 200
    return render(request, "knowledge/describe.html", context, status=status)


@require_POST
@performs(Verb.KNOWLEDGE_CHANGE)
def fetch(request: HttpRequest) -> HttpResponse:
    """Fetches the chosen feeds: their hosts, sizes and licences stood beside the button."""
    actions.ingest_feeds(actor_of(request), request.POST.getlist("feed")[:20])
    messages.info(request, _("Fetching. What arrives is checked before anything is built of it."))
    return redirect("knowledge")


def _uploads(request: HttpRequest, asked: list[str]) -> tuple[list[Upload], int]:
    """The whole uploads among these, and how many are gone or broken off."""
    actor, found, gone = actor_of(request), [], 0
    for name in dict.fromkeys(asked):
        try:
            one = actions.find_upload(actor, name)
        except Hidden:
            gone += 1
            continue
        if one.whole:
            found.append(one)
        else:
            gone += 1
    return found, gone


def _manifest() -> Manifest | None:
    try:
        return library.current().manifest
    except RetrievalError:
        return None
