"""The workspace, and what its script asks for while somebody works in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.attachments.panel import letters_now
from diagnosis_app.attachments.shown import origins
from diagnosis_app.attachments.tracing import lost
from diagnosis_app.attachments.words import lost_words
from diagnosis_app.cases import actions
from diagnosis_app.cases.ages import age_from, onset_from
from diagnosis_app.cases.content import FINDING_LIMIT, GENE_LIMIT, NOTE_LIMIT, PHRASE_LENGTH, Content, read_content
from diagnosis_app.cases.differences import differences
from diagnosis_app.cases.models import Case, CaseVersion, Draft
from diagnosis_app.cases.panels import differential_panel, findings_panel, genes_panel, opened_panel, steady_panel
from diagnosis_app.cases.phrases import phrases
from diagnosis_app.cases.views.answers import answers_json, read_json
from diagnosis_app.cases.views.next_steps import skipped
from diagnosis_app.cases.views.terms import mentions
from diagnosis_app.errors import Invalid
from diagnosis_app.reanalysis.panel import newest as newest_alert
from frontend.tags import moment
from frontend.words import ONSETS, who
from retrieval.errors import RetrievalError

SHOWN = (10, 50)  # candidates in the list, before and after "Show more"


@require_safe
@ensure_csrf_cookie
@performs(Verb.CASE_READ)
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = actions.read_case(actor, case_id)
    content = actions.content_of(found.draft)
    version = actions.last_version(found)
    editable = found.deleted_at is None and found.closed_at is None and actor.may(Verb.CASE_EDIT, found)
    letters = letters_now(actor, found)
    context = {
        "case": found,
        "content": content,
        "who": who(content.sex, content.age),
        "tab": "findings",
        "version": version,
        "saved": _saved(found, version, content),
        "editable": editable,
        "onsets": sorted(set(ONSETS.values())),
        "findings_html": findings_panel(content, origins(found.pk, content), editable=editable),
        "letters_html": letters["html"],
        "genes_html": genes_panel(content, editable=editable),
        "differential_html": differential_panel(content, None, shown=SHOWN[0], opened=(), editable=editable),
        "page": _for_script(found, content, editable)
        | {"letters": letters["names"], "letters_reading": letters["reading"]},
        "words": phrases(),
        "alert": newest_alert(actor, found),
    }
    return render(request, "cases/case.html", context)


@require_POST
@performs(Verb.CASE_EDIT)
@answers_json
def draft(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One change: store it, rank it, answer with what the page shows of it."""
    actor = actor_of(request)
    data = read_json(request)
    found = actions.find(actor, Verb.CASE_EDIT, case_id)
    before = actions.content_of(found.draft)
    if data.get("keep_theirs") is True:
        actions.save_version(actor, found)  # what is about to be replaced stays in the history
    try:
        wanted = read_content(_spoken(data.get("content")))
        stored = actions.store_draft(actor, found, wanted, _revision(data.get("base")))
    except actions.DraftConflict as conflict:
        actions.read_case(actor, case_id, part="conflict")  # the answer shows what the other person wrote
        return _conflict(conflict, data)
    after = actions.content_of(stored)
    return JsonResponse(
        {
            **_state(found, stored, after),
            "content": after.stored(),
            "findings": findings_panel(after, origins(found.pk, after), editable=True),
            "lost": lost_words(lost(wanted, after)),
            "genes": genes_panel(after, editable=True),
            "differential": differential_panel(
                after, before, shown=_shown(data), opened=_opened(data), skip=skipped(data.get("skip"))
            ),
        }
    )


@require_POST
@performs(Verb.CASE_SAVE)
@answers_json
def save(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = actions.find(actor, Verb.CASE_SAVE, case_id)
    last = actions.last_version(found)
    version = actions.save_version(actor, found)
    again = last is not None and last.number == version.number
    words = (
        _("Nothing changed since version %(number)s, so no new version was made.")
        if again
        else _("Saved as version %(number)s.")
    ) % {"number": version.number}
    return JsonResponse({"version": version.number, "at": moment(version.created_at), "new": not again, "words": words})


@require_safe
@performs(Verb.CASE_READ)
@answers_json
def differential(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The list again, longer or with other candidates open. Ranks what is stored."""
    found = actions.read_case(actor_of(request), case_id, part="differential")
    content = actions.content_of(found.draft)
    asked = {"shown": request.GET.get("shown"), "open": request.GET.getlist("open")}
    html = differential_panel(
        content,
        None,
        shown=_shown(asked),
        opened=_opened(asked),
        part="list",
        skip=skipped(request.GET.getlist("skip")),
        editable=found.closed_at is None,
    )
    return JsonResponse({"revision": found.draft.revision, "list": html})


@require_safe
@performs(Verb.CASE_READ)
@answers_json
def candidate(request: HttpRequest, case_id: UUID, disease: str) -> HttpResponse:
    found = actions.read_case(actor_of(request), case_id, part="candidate")
    html = opened_panel(actions.content_of(found.draft), disease, editable=found.closed_at is None)
    return JsonResponse({"revision": found.draft.revision, "html": html})


@require_safe
@performs(Verb.CASE_READ)
@answers_json
def steady(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = actions.read_case(actor_of(request), case_id, part="steadiness")
    return JsonResponse({"revision": found.draft.revision, "html": steady_panel(actions.content_of(found.draft))})


def _for_script(found: Case, content: Content, editable: bool) -> dict[str, Any]:
    try:
        read = mentions(content.note)
    except RetrievalError:
        read = []
    here = {"case_id": found.pk}
    return {
        "id": str(found.pk),
        "reference": found.reference,
        "url": reverse("case", kwargs=here),
        "revision": found.draft.revision,
        "content": content.stored(),
        "mentions": read,
        "editable": editable,
        "limits": {"note": NOTE_LIMIT, "phrase": PHRASE_LENGTH, "findings": FINDING_LIMIT, "genes": GENE_LIMIT},
        "onsets": ONSETS,
        "urls": {
            "draft": reverse("case_draft", kwargs=here),
            "save": reverse("case_save", kwargs=here),
            "differential": reverse("case_differential", kwargs=here),
            "candidate": reverse("case_candidate", kwargs={**here, "disease": "DISEASE"}),
            "separates": reverse("case_separates", kwargs={**here, "disease": "DISEASE"}),
            "steady": reverse("case_steady", kwargs=here),
            "similar": reverse("case_similar", kwargs=here),
            "text": reverse("case_text", kwargs=here),
            "terms": reverse("terms"),
            "read": reverse("read"),
            "genes": reverse("genes"),
            "genes_read": reverse("genes_read"),
            "letters": reverse("case_letters", kwargs=here),
            "letter_add": reverse("letter_add", kwargs=here),
        },
    }


def _saved(found: Case, version: CaseVersion | None, content: Content) -> str:
    if version is None:
        return _("Draft kept %(at)s, no version yet") % {"at": moment(found.draft.updated_at)}
    if version.digest == content.digest():
        return _("Saved %(at)s as version %(version)s") % {
            "at": moment(version.created_at),
            "version": version.number,
        }
    return _("Draft kept %(at)s, changed since version %(version)s") % {
        "at": moment(found.draft.updated_at),
        "version": version.number,
    }


def _state(found: Case, stored: Draft, content: Content) -> dict[str, Any]:
    version = actions.last_version(found)
    return {
        "revision": stored.revision,
        "saved": _saved(found, version, content),
        "who": who(content.sex, content.age),
    }


def _conflict(conflict: actions.DraftConflict, data: dict[str, Any]) -> HttpResponse:
    theirs = actions.content_of(conflict.draft)
    try:
        mine = read_content(_spoken(data.get("content")))
        differ = list(differences(theirs, mine))[:30]
    except Invalid:
        differ = []
    body = {
        **conflict.as_json(),
        "draft": {
            "revision": conflict.draft.revision,
            "content": theirs.stored(),
            "by": conflict.draft.updated_by.display_name,
            "at": moment(conflict.draft.updated_at),
        },
        "differences": differ,
    }
    return JsonResponse(body, status=409)


def _spoken(content: object) -> object:
    """Ages and onsets may arrive as people write them."""
    if not isinstance(content, dict):
        return content
    data = dict(content)
    if isinstance(data.get("age"), str):
        data["age"] = age_from(data["age"])
    if isinstance(data.get("onset"), str):
        data["onset"] = onset_from(data["onset"])
    if isinstance(data.get("findings"), list):
        data["findings"] = [
            {**entry, "onset": onset_from(entry["onset"], field=f"findings.{position}.onset")}
            if isinstance(entry, dict) and isinstance(entry.get("onset"), str)
            else entry
            for position, entry in enumerate(data["findings"])
        ]
    return data


def _revision(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise Invalid(_("The change names no revision."), field="base", hint=_("Reload the page; your text is kept."))
    return value


def _shown(data: dict[str, Any]) -> int:
    return SHOWN[1] if str(data.get("shown")) == str(SHOWN[1]) else SHOWN[0]


def _opened(data: dict[str, Any]) -> tuple[str, ...]:
    asked = data.get("open")
    return tuple(str(one) for one in asked[:10]) if isinstance(asked, list) else ()
