"""Published cases like a patient: the panel of the workspace, the whole list, and one case in full."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from corpus_ingest import library
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.cases import actions
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.published import record
from diagnosis_app.cases.similar_list import Wanted, listed
from diagnosis_app.cases.similar_panels import similar_panel, start_of
from diagnosis_app.cases.views.answers import answers_json
from diagnosis_app.errors import Hidden
from frontend.words import who
from retrieval.errors import RetrievalError, SnapshotMissing
from retrieval.knowledge import Knowledge


@require_safe
@performs(Verb.CASE_READ)
@answers_json
def beside(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The patient and three cases, from the place `from` on. Compares what is stored."""
    found = actions.read_case(actor_of(request), case_id, part="similar cases")
    start = start_of(request.GET.get("from"))
    html = similar_panel(actions.content_of(found.draft), case_id, team_id=found.team_id, start=start)
    return JsonResponse({"revision": found.draft.revision, "html": html})


@require_safe
@performs(Verb.CASE_READ)
def everything(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The list, filtered by the way it was found, by diagnosis and by gene."""
    case, content = _read(request, case_id, "similar cases")
    context = {**_frame(case, content), "asked": _asked(request)}
    try:
        context["listed"] = listed(_knowledge(request), content, Wanted.read(request.GET))
    except SnapshotMissing as error:
        raise Hidden(error.message, hint=error.hint) from None
    except RetrievalError as error:
        context["problem"] = error
    return render(request, "similar/all.html", context)


@require_safe
@performs(Verb.CASE_READ)
def published(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One published case in full, beside what is known of the patient; without `id`, the list."""
    case, content = _read(request, case_id, "published case")
    if "id" not in request.GET:
        return redirect("case_similar_all", case_id=case_id)
    knowledge = _knowledge(request)
    position = knowledge.cases.index(request.GET["id"])
    if position is None:
        raise Hidden(_("The knowledge in use holds no such published case."), hint=_("Open it from the list again."))
    view = record(knowledge, knowledge.cases.case(position), content.profile())
    context = {**_frame(case, content), "one": view, "asked": _asked(request)}
    return render(request, "similar/published.html", context)


def _read(request: HttpRequest, case_id: UUID, part: str) -> tuple[Case, Content]:
    """The draft, or the version that an investigation read."""
    number = request.GET.get("version", "")
    known = number.isascii() and number.isdigit() and len(number) < 7
    case = actions.read_case(actor_of(request), case_id, part=f"{part} of version {number}" if known else part)
    return case, actions.content_of(actions.version_of(case, int(number)) if known else case.draft)


def _knowledge(request: HttpRequest) -> Knowledge:
    """The knowledge in use, or that of an investigation."""
    named = request.GET.get("snapshot")
    try:
        return library.snapshot(named) if named else library.current()
    except SnapshotMissing as error:
        raise Hidden(error.message, hint=error.hint) from None


def _asked(request: HttpRequest) -> str:
    """Which version and knowledge the links of the page go on with: &version=2&snapshot=..."""
    kept = QueryDict(mutable=True)
    kept.update({name: request.GET[name] for name in ("version", "snapshot") if request.GET.get(name)})
    return f"&{kept.urlencode()}" if kept else ""


def _frame(case: Case, content: Content) -> dict[str, object]:
    return {"case": case, "who": who(content.sex, content.age), "tab": "findings"}
