"""The pages of an investigation: start, watch, read, cancel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from corpus_ingest import library
from diagnosis_app.accounts.guard import actor_of, performs
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.panels import what_would_help
from diagnosis_app.cases.ranking import rank_content
from diagnosis_app.cases.scope import scope_words
from diagnosis_app.cases.similar_panels import similar_panel, start_of
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.review.blinding import marks_withheld
from diagnosis_app.review.panel import reviewed
from diagnosis_app.runs import actions, answering, went_words
from diagnosis_app.runs.drawing import live_parts, thread_context
from diagnosis_app.runs.gene_table import LEADING, gene_rows
from diagnosis_app.runs.manifest import model_for
from diagnosis_app.runs.model_shown import model_shown
from diagnosis_app.runs.model_words import model_words
from diagnosis_app.runs.models import Event, Outcome, Question, Run, State
from diagnosis_app.runs.named import named_of, unchecked
from diagnosis_app.runs.narration import reason
from diagnosis_app.runs.next_steps import next_steps, separated
from diagnosis_app.runs.panel_result import found_words, labels_of, unused_words, used_words
from diagnosis_app.runs.result import Result, left_out, result_of, with_knowledge
from diagnosis_app.runs.stream import Watcher, frames, told
from diagnosis_app.runs.thread import Thread
from frontend.words import who
from retrieval.errors import RetrievalError


@require_POST
@performs(Verb.RUN_START)
def start(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    asks = request.POST.get("asks") != "no"
    run = actions.request_run(actor, cases.find(actor, Verb.RUN_START, case_id), asks=asks)
    return redirect("run", case_id=case_id, run_id=run.pk)


@require_safe
@performs(Verb.RUN_READ)
def investigation(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The newest investigation of the case; without one, how to start it."""
    actor = actor_of(request)
    case = cases.read_case(actor, case_id, part="investigation")
    runs = actions.runs_of(actor, case)
    if runs:
        return redirect("run", case_id=case_id, run_id=runs[0].pk)
    content = cases.content_of(case.draft)
    context = {
        "case": case,
        "who": who(content.sex, content.age),
        "tab": "investigation",
        "present": sum(entry.status == "present" for entry in content.findings),
        "startable": _startable(actor, case),
        "modelled": model_for() is not None,
    }
    return render(request, "runs/none.html", context)


@require_safe
@performs(Verb.RUN_READ)
def shown_to_model(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What a connected reasoning model would be shown of the case as it stands now."""
    case = cases.read_case(actor_of(request), case_id, part="what the model is shown")
    content = cases.content_of(case.draft)
    context = {
        "case": case,
        "who": who(content.sex, content.age),
        "tab": "investigation",
        "shown": model_shown(content, library.current()),
    }
    return render(request, "runs/model_shown.html", context)


@require_safe
@performs(Verb.RUN_READ)
def run(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = _of_case(actions.read_run(actor, run_id), case_id)
    blind = marks_withheld(actor, found.team_id)
    thread = Thread.planned(found.manifest.get("plan", ())).through(told(found.pk, blind=blind))
    if not thread.under_way and found.state != State.ENDED:
        found.refresh_from_db()  # it ended after the row was read: the page shows its result
    content = cases.content_of(found.version)
    context: dict[str, Any] = {
        "case": found.case,
        "run": found,
        "who": who(content.sex, content.age),
        "tab": "investigation",
        "saved": _("Version %(version)s, run %(run)s") % {"version": found.version.number, "run": found.reference},
        "runs": actions.runs_of(actor, found.case),
        "startable": _startable(actor, found.case),
        "cancellable": actor.may(Verb.RUN_CANCEL, found),
        **thread_context(thread, found),
    }
    open_question = found.questions.filter(answer="").first()
    if open_question is not None and found.state != State.ENDED:
        context |= _question_context(actor, found, open_question)
    if found.state == State.ENDED:
        context |= _result_context(found)
        context["result"], context["review"] = reviewed(actor, found, context["result"])
        context["answerable"] = _startable(actor, found.case) and actor.may(Verb.CASE_EDIT, found.case)
    return render(request, "runs/run.html", context)


@require_POST
@performs(Verb.RUN_CANCEL)
def cancel(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = _of_case(actions.find(actor, Verb.RUN_CANCEL, run_id), case_id)
    actions.cancel(actor, found)
    return redirect("run", case_id=case_id, run_id=run_id)


@require_safe
@performs(Verb.RUN_READ)
def question(request: HttpRequest, case_id: UUID, run_id: UUID, key: str) -> HttpResponse:
    """One question of the run; the part of the thread that waits for it."""
    actor = actor_of(request)
    found = _of_case(actions.read_run(actor, run_id, part="question"), case_id)
    put = found.questions.select_related("answered_by").filter(key=key).first()
    if put is None:
        raise Hidden(_("There is no such question."))
    return render(request, "runs/_question.html", _question_context(actor, found, put))


@require_POST
@performs(Verb.RUN_ANSWER)
def answer(request: HttpRequest, case_id: UUID, run_id: UUID, key: str) -> HttpResponse:
    actor = actor_of(request)
    found = _of_case(actions.find(actor, Verb.RUN_ANSWER, run_id), case_id)
    given = {name: request.POST.get(name, "") for name in ("answer", "words")}
    answering.answer(actor, found, key, given["answer"], given["words"], no_more=given["answer"] == "no_more")
    return redirect("run", case_id=case_id, run_id=run_id)


@require_safe
@performs(Verb.RUN_READ)
def separates(request: HttpRequest, case_id: UUID, run_id: UUID, disease: str) -> HttpResponse:
    """One candidate of the run against another one; the part of the page it replaces."""
    found = _of_case(actions.read_run(actor_of(request), run_id, part="candidate"), case_id)
    return HttpResponse(separated(found, disease, request.GET.get("from") or None))


@require_safe
@performs(Verb.RUN_READ)
def similar(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponse:
    """Published cases beside what was investigated; the part of the page that waits for it."""
    found = _of_case(actions.read_run(actor_of(request), run_id, part="similar cases"), case_id)
    here = {"case_id": case_id, "run_id": run_id}
    return HttpResponse(
        similar_panel(
            answering.investigated(found),
            case_id,
            team_id=found.team_id,
            start=start_of(request.GET.get("from")),
            snapshot=str(found.manifest["snapshot"]),
            version=found.version.number,
            url=reverse("run_similar", kwargs=here),
        )
    )


@require_GET
@performs(Verb.RUN_READ)
async def events(request: HttpRequest, case_id: UUID, run_id: UUID) -> HttpResponseBase:
    """What the run tells, from any event on. 204 when all of it was told: a browser then stops asking."""
    after = _after(request)
    found, last, blind = await sync_to_async(_opened)(request, case_id, run_id)
    if found.state == State.ENDED and last <= after:
        return HttpResponse(status=204)
    watcher = Watcher(found.pk, request.session.session_key or "", after, translation.get_language() or "en", blind)
    plan = Thread.planned(found.manifest.get("plan", ()))
    return StreamingHttpResponse(
        frames(watcher, plan, live_parts(found)),
        content_type="text/event-stream; charset=utf-8",
        headers={"X-Accel-Buffering": "no"},
    )


def _opened(request: HttpRequest, case_id: UUID, run_id: UUID) -> tuple[Run, int, bool]:
    actor = actor_of(request)
    found = _of_case(actions.read_run(actor, run_id, part="events"), case_id)
    last = Event.objects.filter(run=found).order_by("-seq").values_list("seq", flat=True).first()
    return found, last or 0, marks_withheld(actor, found.team_id)


def _after(request: HttpRequest) -> int:
    """The number to go on from: what the browser remembers wins over what the page was drawn with."""
    text = request.headers.get("Last-Event-ID") or request.GET.get("after") or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid(_("The number of the last event is not a number."), field="after", hint=_("Reload the page."))
    return int(text)


def _question_context(actor: Actor, found: Run, put: Question) -> dict[str, Any]:
    return {
        "case_id": found.case_id,
        "run_id": found.pk,
        "asked": answering.asked(put),
        "answerable": actor.may(Verb.RUN_ANSWER, found),
    }


def _of_case(found: Run, case_id: UUID) -> Run:
    if found.case_id != case_id:
        raise Hidden(_("There is no such investigation."))
    return found


def _startable(actor: Actor, case: Case) -> bool:
    changeable = case.deleted_at is None and case.closed_at is None
    return changeable and actor.may(Verb.RUN_START, case)


def _result_context(found: Run) -> dict[str, Any]:
    draft, content = cases.content_of(found.case.draft), answering.investigated(found)
    questions = list(found.questions.select_related("answered_by"))
    result = _with_knowledge(found, result_of(found))
    following = next_steps(found, [one.id for one in result.entries])
    apart = following.separates or {}
    entries = tuple(replace(one, separates=apart.get(one.id, "")) for one in result.entries)
    return {
        "result": replace(result, entries=entries),
        "next": following,
        "reasons": [reason(code) for code in found.reasons if not (code == "two_diseases" and result.divided)],
        "left_out": left_out(found),
        "went": went_words.told(found.went),
        "model_used": used_words(found, result.panel),
        "model_unused": unused_words(found, result.panel),
        "model_pinned": model_words(found.manifest.get("model")),
        "found_in_note": found_words(result.panel),
        "named": named_of(result.panel, labels_of(content)),
        "named_unchecked": unchecked(),
        "genes": gene_rows(list(found.candidates.order_by("rank")[:LEADING]), content),
        "built": _built(found),
        "scope": _scope(found),
        "stale": _stale(found),
        "help": _help(found) if found.outcome == Outcome.INSUFFICIENT else [],
        "changed": draft.digest() != content.digest(),
        "answers": [answering.asked(one) for one in questions if one.answer],
        "seconds": (found.ended_at - found.started_at).total_seconds() if found.ended_at and found.started_at else None,
    }


def _with_knowledge(found: Run, result: Result) -> Result:
    """The result with what only the knowledge of the run can tell; without that knowledge, as it is stored."""
    try:
        knowledge = library.snapshot(str(found.manifest["snapshot"]))
        return with_knowledge(result, knowledge, str(found.manifest.get("ranker", "")))
    except RetrievalError:
        return result


def _built(found: Run) -> dict[str, Any] | None:
    """When the knowledge was made, and how old it was when the investigation ended."""
    try:
        made = datetime.fromisoformat(library.snapshot(str(found.manifest["snapshot"])).manifest.created)
    except (RetrievalError, ValueError):
        return None
    age = (found.ended_at or found.created_at) - made
    return {"on": made.date(), "days": max(age.days, 0)}


def _scope(found: Run) -> str:
    try:
        return scope_words(library.snapshot(str(found.manifest["snapshot"])).manifest)
    except RetrievalError:
        return _("Common and unlisted diseases are not ranked.")


def _help(found: Run) -> list[str]:
    """Facts that would let the case be ranked, as its workspace names them; none if the knowledge is away."""
    content = answering.investigated(found)
    try:
        ranking = rank_content(content)
        return [] if ranking.outcome == "ranked" else what_would_help(content, ranking)
    except RetrievalError:
        return []


def _stale(found: Run) -> bool:
    """Whether other knowledge is in use by now."""
    try:
        return bool(library.current().id != found.manifest["snapshot"])
    except RetrievalError:
        return False
