"""The letters of a case: the list beside the note, adding one, its text, its file, putting it away.

A file comes as the body of the request, with its name in a header: neither is ever part of an address.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.attachments import actions, shown
from diagnosis_app.attachments.models import State
from diagnosis_app.attachments.panel import letters_now
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.views.answers import answers_json
from diagnosis_app.errors import Conflict, Invalid, TooLarge
from frontend.words import who

LONGEST_NAME = 2000  # characters of the header


@require_safe
@performs(Verb.CASE_READ)
@answers_json
def letters(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The list again. A page asks every second or two while a letter is read: of these, the last is recorded."""
    actor = actor_of(request)
    now = letters_now(actor, cases.find(actor, Verb.CASE_READ, case_id))
    if not now["reading"]:
        cases.read_case(actor, case_id, part="letters")
    return JsonResponse(now)


@require_POST
@performs(Verb.CASE_EDIT)
@answers_json
def add(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    case = cases.find(actor, Verb.CASE_EDIT, case_id)
    made = actions.add(actor, case, _name(request), _body(request))
    return JsonResponse({**letters_now(actor, case), "added": str(made.pk), "name": made.name})


@require_safe
@performs(Verb.CASE_READ)
def letter(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponse:
    """The text of a letter by its pages; `?at=120-134` marks the words that a finding was read from."""
    actor = actor_of(request)
    case = cases.find(actor, Verb.CASE_READ, case_id)
    found = actions.read(actor, case, attachment_id, part="text")
    text = found.letter()
    asked = request.GET.get("at", "")
    span = shown.asked_span(asked, len(text.text)) if asked else None
    content = cases.content_of(case.draft)
    context = {
        "case": case,
        "who": who(content.sex, content.age),
        "tab": "findings",
        "letter": found,
        "row": shown.row(found),
        "pages": list(shown.pages(text, span)),
        "span": span,
        "misplaced": bool(asked) and span is None,
    }
    return render(request, "attachments/letter.html", context)


@require_safe
@performs(Verb.CASE_READ)
@answers_json
def text(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponse:
    """What goes into the note: the words, and a stretch for each page."""
    actor = actor_of(request)
    found = actions.read(actor, cases.find(actor, Verb.CASE_READ, case_id), attachment_id, part="insert")
    if found.state != State.READY:
        raise Conflict(_("This letter is not read yet."), hint=_("Wait until it is."), code="attachment.not_ready")
    whole = found.letter()
    stretches = [
        {"offset": one.start, "page": one.page, "text": whole.text[one.start : one.end]} for one in whole.stretches()
    ]
    return JsonResponse({"id": str(found.pk), "name": found.name, "stretches": stretches})


@require_safe
@performs(Verb.CASE_READ)
def file(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponse:
    """The file as it came, to be saved: never opened in the clinic's own origin."""
    actor = actor_of(request)
    found, content = actions.original(actor, cases.find(actor, Verb.CASE_READ, case_id), attachment_id)
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f"attachment; filename=\"letter\"; filename*=UTF-8''{quote(found.name, safe='')}"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@require_POST
@performs(Verb.CASE_EDIT)
@answers_json
def remove(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponse:
    return _acted(request, Verb.CASE_EDIT, case_id, attachment_id, actions.remove)


@require_POST
@performs(Verb.CASE_EDIT)
@answers_json
def restore(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponse:
    return _acted(request, Verb.CASE_EDIT, case_id, attachment_id, actions.restore)


@require_POST
@performs(Verb.CASE_PURGE)
@answers_json
def erase(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponse:
    return _acted(request, Verb.CASE_PURGE, case_id, attachment_id, actions.erase)


@require_POST
@performs(Verb.CASE_EDIT)
@answers_json
def retry(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponse:
    return _acted(request, Verb.CASE_EDIT, case_id, attachment_id, actions.retry)


def _acted(request: HttpRequest, verb: Verb, case_id: UUID, attachment_id: UUID, act: Any) -> HttpResponse:
    actor = actor_of(request)
    case = cases.find(actor, verb, case_id)
    act(actor, case, attachment_id)
    return JsonResponse(letters_now(actor, case))


def _name(request: HttpRequest) -> str:
    given = request.headers.get("X-Clew-Name", "")
    return unquote(given[:LONGEST_NAME], errors="replace")


def _body(request: HttpRequest) -> bytes:
    """At most one byte more than a letter may have: the action says that it is too large."""
    if (request.content_type or "") in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        raise Invalid(
            _("The file did not arrive as a file."), field="file", hint=_("Reload the page and add it again.")
        )
    stated = request.headers.get("Content-Length", "")
    if stated.isdigit() and int(stated[:18]) > actions.LARGEST:
        raise TooLarge(
            _("The file is larger than 20 MB."),
            field="file",
            hint=_("Save it without pictures, or split it."),
            code="attachment.too_large",
        )
    try:
        return bytes(request.read(actions.LARGEST + 1))
    except UnreadablePostError:
        raise Invalid(_("The file broke off on its way."), field="file", hint=_("Add it again.")) from None
