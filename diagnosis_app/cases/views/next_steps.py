"""What separates two candidates, and an answer given outside the workspace."""

from __future__ import annotations

import re
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.cases import actions
from diagnosis_app.cases.next_panels import named, separates_panel
from diagnosis_app.cases.ranking import rank_content
from diagnosis_app.cases.views.answers import answers_json
from diagnosis_app.errors import Invalid

SKIPPED = 100  # questions that may be set aside at once
_TERM = re.compile(r"HP:[0-9]{7}\Z")
_ANSWERS = ("present", "excluded")


@require_safe
@performs(Verb.CASE_READ)
@answers_json
def separates(request: HttpRequest, case_id: UUID, disease: str) -> HttpResponse:
    """Against the candidate named by `from`, or the next one."""
    found = actions.read_case(actor_of(request), case_id, part="candidate")
    content = actions.content_of(found.draft)
    html = separates_panel(content, named(rank_content(content)), disease, request.GET.get("from") or None)
    return JsonResponse({"revision": found.draft.revision, "html": html})


@require_POST
@performs(Verb.CASE_EDIT)
def answer(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Adds the answer to a question to the draft, and goes to its live list."""
    actor = actor_of(request)
    found = actions.find(actor, Verb.CASE_EDIT, case_id)
    term, status = request.POST.get("term", ""), request.POST.get("status", "")
    if status not in _ANSWERS:
        raise Invalid(_("This is no answer."), field="status", hint=_("Answer with Yes or No."))
    added = actions.add_answer(actor, found, term, status)
    said = {"present": _("present"), "excluded": _("absent")}[status]
    messages.info(
        request, _("%(finding)s added as %(status)s.") % {"finding": added.label or added.term, "status": said}
    )
    return redirect("case", case_id=case_id)


def skipped(asked: object) -> tuple[str, ...]:
    """Terms of questions that could not be answered; anything else is left out."""
    listed = asked[:SKIPPED] if isinstance(asked, list) else []
    return tuple(one for one in listed if isinstance(one, str) and _TERM.match(one))
