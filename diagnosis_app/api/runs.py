"""Investigations: start, follow, cancel. The row is the truth; this never asks the queue or a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja.params.functions import Query

from agents.contract import Stance
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.api import run_words as words
from diagnosis_app.api.answer import INTENDED_USE
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.api.run_model import of_model
from diagnosis_app.cases.actions import find as find_case
from diagnosis_app.cases.actions import read_case
from diagnosis_app.errors import Hidden
from diagnosis_app.review.blinding import marks_withheld
from diagnosis_app.runs import actions, answering
from diagnosis_app.runs.models import Candidate, Claim, Contribution, Question, Run, State
from diagnosis_app.runs.panel_result import Panel, arithmetic_ranks, is_doubted, panel_of
from diagnosis_app.runs.thread import PANEL
from diagnosis_app.runs.withheld import manifest_without_marks, payload_without_marks

operations = Operations("Investigations")
EVENTS = 500  # in one answer


@operations.post("/cases/{uuid:case_id}/runs", verb=Verb.RUN_START, answers=words.Run, status=201)
def start_run(
    request: HttpRequest,
    case_id: UUID,
    asks: bool = Query(False, description="Whether it may put questions and wait for their answers."),
) -> words.Run:
    """Saves the draft as a version and starts an investigation of it. While one is under way, that one answers."""
    actor = actor_of(request)
    run = actions.request_run(actor, find_case(actor, Verb.RUN_START, case_id), asks=asks)
    return _whole(actor, actions.read_run(actor, run.pk))


@operations.get("/cases/{uuid:case_id}/runs", verb=Verb.RUN_READ, answers=words.Runs)
def list_runs(request: HttpRequest, case_id: UUID) -> words.Runs:
    """The investigations of a case, the newest first. The reading is recorded."""
    actor = actor_of(request)
    runs = actions.runs_of(actor, read_case(actor, case_id, part="runs"))
    return words.Runs(runs=[words.RunLine(**_line(run)) for run in runs])


@operations.get("/cases/{uuid:case_id}/runs/{uuid:run_id}", verb=Verb.RUN_READ, answers=words.Run)
def get_run(request: HttpRequest, case_id: UUID, run_id: UUID) -> words.Run:
    """State, outcome and candidates, each with the contributions that add up to its score."""
    actor = actor_of(request)
    return _whole(actor, _read(actor, case_id, run_id, "run"))


@operations.get("/cases/{uuid:case_id}/runs/{uuid:run_id}/events", verb=Verb.RUN_READ, answers=words.Events)
def get_events(
    request: HttpRequest,
    case_id: UUID,
    run_id: UUID,
    after: int = Query(0, ge=0, le=1_000_000_000, description="The last event you have."),
) -> words.Events:
    """What has happened since `after`, in order, at most 500 at a time. Ask again until `ended`."""
    actor = actor_of(request)
    run = _read(actor, case_id, run_id, "events")
    shown = payload_without_marks if marks_withheld(actor, run.team_id) else dict
    rows = list(run.events.filter(seq__gt=after).order_by("seq")[: EVENTS + 1])
    told = rows[:EVENTS]
    return words.Events(
        events=[words.Event(seq=row.seq, type=row.type, payload=shown(row.payload), at=row.at) for row in told],
        last=told[-1].seq if told else after,
        ended=run.state == State.ENDED and len(rows) <= EVENTS,
    )


@operations.post(
    "/cases/{uuid:case_id}/runs/{uuid:run_id}/questions/{str:key}", verb=Verb.RUN_ANSWER, answers=words.Run
)
def answer_question(
    request: HttpRequest, case_id: UUID, run_id: UUID, key: str, body: words.QuestionAnswer
) -> words.Run:
    """Answers what a run asked. A waiting run goes on; the finding is added to the case as well."""
    actor = actor_of(request)
    run = _of(case_id, actions.find(actor, Verb.RUN_ANSWER, run_id))
    answering.answer(actor, run, key, body.answer, body.words)
    return _whole(actor, actions.read_run(actor, run.pk))


@operations.post("/cases/{uuid:case_id}/runs/{uuid:run_id}/cancel", verb=Verb.RUN_CANCEL, answers=words.Run)
def cancel_run(request: HttpRequest, case_id: UUID, run_id: UUID) -> words.Run:
    """Ends it now, wherever it is. Cancelling what has ended changes nothing."""
    actor = actor_of(request)
    run = _of(case_id, actions.find(actor, Verb.RUN_CANCEL, run_id))
    return _whole(actor, actions.read_run(actor, actions.cancel(actor, run).pk))


def _read(actor: Actor, case_id: UUID, run_id: UUID, part: str) -> Run:
    return _of(case_id, actions.read_run(actor, run_id, part=part))


def _of(case_id: UUID, run: Run) -> Run:
    if run.case_id != case_id:
        raise Hidden()
    return run


def _line(run: Run) -> dict[str, Any]:
    return {
        "id": run.pk,
        "case": run.case_id,
        "version": run.version.number,
        "state": run.state,
        "outcome": run.outcome,
        "reasons": run.reasons,
        "error": run.error or None,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
    }


def _whole(actor: Actor, run: Run) -> words.Run:
    rows = list(run.candidates.prefetch_related("contributions", "claims"))
    checked = run.steps.filter(action="verify", status="done").exists()
    panel, ranks = panel_of(run, rows, checked=checked), arithmetic_ranks(rows)
    spent = [step.detail.get("got") or {} for step in run.steps.filter(action__in=PANEL)]
    return words.Run(
        **_line(run),
        manifest=manifest_without_marks(run.manifest) if marks_withheld(actor, run.team_id) else run.manifest,
        questions=[_question(row) for row in run.questions.all()],
        candidates=[_candidate(row, ranks, panel, checked=checked) for row in rows],
        went=_went(run.went),
        intended_use=INTENDED_USE,
        **dict(of_model(run.manifest, panel, spent)),
    )


def _went(went: dict[str, Any]) -> words.RunWent | None:
    if not went:
        return None
    shares = {name: went.get(name) for name in ("efficiency", "factuality", "completeness")}
    told = {name: words.RunShare(n=share[0], of=share[1]) if share else None for name, share in shares.items()}
    return words.RunWent(**told, seconds=went.get("seconds"), model=went.get("model"))


def _question(row: Question) -> words.RunQuestion:
    names = ("key", "term", "label", "detail", "asked_at", "answer", "words", "answered_at")
    return words.RunQuestion(**{name: getattr(row, name) for name in names})


def _statement(row: Claim) -> words.RunStatement:
    verdict: Literal["verified", "partly", "removed"] = "removed"
    if row.verified:
        verdict = "partly" if is_doubted(row) else "verified"
    return words.RunStatement(
        key=row.key,
        text=row.text,
        stance=Stance(row.stance).value,
        verdict=verdict,
        removed_because=row.removed_because,
        evidence=row.evidence,
    )


def _candidate(row: Candidate, ranks: Mapping[str, int], panel: Panel, *, checked: bool) -> words.RunCandidate:
    return words.RunCandidate(
        rank=row.rank,
        id=row.disease,
        ids=row.ids,
        name=row.name,
        score=row.score,
        prior=row.prior,
        strength=row.strength,
        genes=row.genes,
        contributions=[_contribution(one) for one in row.contributions.all()],
        proposed=row.disease in panel.proposed,
        arithmetic_rank=ranks.get(row.disease, row.rank),
        statements=[_statement(one) for one in row.claims.all()] if checked else [],
    )


def _contribution(row: Contribution) -> words.RunContribution:
    return words.RunContribution(
        kind=row.kind, finding=row.finding or None, value=row.value, evidence=row.evidence_key, detail=row.body
    )
