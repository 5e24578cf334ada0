"""A team's own cases: what would be kept, keeping it, and withdrawing it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja.params.functions import Query

from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.api import local_case_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.api.words import Named
from diagnosis_app.errors import Hidden
from diagnosis_app.local_cases import actions
from diagnosis_app.local_cases.kept import Kept, stored_kept
from diagnosis_app.local_cases.models import LocalCase
from diagnosis_app.local_cases.shown import shown
from diagnosis_app.review import keeping
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs.models import Run
from retrieval.errors import RetrievalError

operations = Operations("Team's cases")
_KEEP = "/cases/{uuid:case_id}/runs/{uuid:run_id}/local-case"


@operations.get("/local-cases", verb=Verb.LOCAL_LIST, answers=words.LocalCases)
def list_local_cases(
    request: HttpRequest,
    disease: str = Query("", max_length=200, description="Words of the name of the diagnosis, or its id."),
    limit: int = Query(actions.PAGE, ge=1, le=actions.MOST),
) -> words.LocalCases:
    """The cases of your teams, the last kept first, and what is left of withdrawn ones."""
    listed = actions.listed(actor_of(request), query=disease, shown=limit)
    return words.LocalCases(
        cases=[_case(row) for row in listed.rows],
        found=listed.found,
        withdrawn=[_case(row) for row in listed.gone],
    )


@operations.get("/local-cases/{uuid:local_id}", verb=Verb.LOCAL_READ, answers=words.LocalCase)
def get_local_case(request: HttpRequest, local_id: UUID) -> words.LocalCase:
    """One case of the team, without what tells who the patient was. The reading is recorded."""
    return _case(actions.read(actor_of(request), local_id))


@operations.get(f"{_KEEP}/{{disease}}", verb=Verb.LOCAL_ADD, answers=words.KeepPreview)
def preview_local_case(
    request: HttpRequest,
    case_id: UUID,
    run_id: UUID,
    disease: str,
    gene: str | None = Query(None, max_length=40, description="Unset: the one that the case and the diagnosis share."),
) -> words.KeepPreview:
    """Exactly what would be kept for a confirmed diagnosis, of the version that was investigated. Writes nothing."""
    actor = actor_of(request)
    run = _run(actor, case_id, run_id)
    offered = keeping.offer(actor, runs.read_run(actor, run.pk, part="keeping"), disease, gene=gene)
    verdict = offered.verdict
    return words.KeepPreview(
        disease=verdict.disease,
        ids=verdict.ids,
        name=verdict.name,
        content=_content(offered.kept),
        shown=offered.digest,
    )


@operations.post(_KEEP, verb=Verb.LOCAL_ADD, answers=words.LocalCase, status=201)
def add_local_case(request: HttpRequest, case_id: UUID, run_id: UUID, body: words.NewLocalCase) -> words.LocalCase:
    """Keeps what the preview showed, with the consent that you record."""
    actor = actor_of(request)
    made = keeping.keep(
        actor,
        _run(actor, case_id, run_id),
        body.disease,
        gene=body.gene,
        consent=body.consent,
        reference=body.reference,
        shown=body.shown,
    )
    return _case(actions.find(actor, Verb.LOCAL_ADD, made.pk))


@operations.post("/local-cases/{uuid:local_id}/withdraw", verb=Verb.LOCAL_WITHDRAW, answers=words.LocalCase)
def withdraw_local_case(request: HttpRequest, local_id: UUID, body: words.Withdrawal) -> words.LocalCase:
    """Out of every comparison at once, and what was kept is deleted. Withdrawing again changes nothing."""
    actor = actor_of(request)
    return _case(actions.withdraw(actor, actions.find(actor, Verb.LOCAL_WITHDRAW, local_id), body.reason))


def _run(actor: Actor, case_id: UUID, run_id: UUID) -> Run:
    run = runs.find(actor, Verb.LOCAL_ADD, run_id)
    if run.case_id != case_id:
        raise Hidden()
    return run


def _case(row: LocalCase) -> words.LocalCase:
    here = row.withdrawn_at is None
    return words.LocalCase(
        id=row.pk,
        team=row.team.name,
        disease=row.disease,
        ids=row.ids,
        name=row.name,
        content=_content(stored_kept(row.content)) if here else None,
        confirmed_by=row.confirmed_by.display_name if row.confirmed_by else "",
        consent=row.consent,  # type: ignore[arg-type]
        reference=row.reference,
        recorded_by=row.recorded_by.display_name if row.recorded_by else "",
        kept_at=row.kept_at,
        resting=row.resting,
        withdrawn_at=row.withdrawn_at,
        reason=row.reason,  # type: ignore[arg-type]
    )


def _content(kept: Kept) -> words.KeptContent:
    try:
        told = shown(kept, library.current().ontology)
    except RetrievalError:
        told = shown(kept, None)
    return words.KeptContent(
        present=[Named(id=one.id, label=one.label) for one in told.present],
        excluded=[Named(id=one.id, label=one.label) for one in told.excluded],
        sex=kept.sex,
        age=kept.age,
        onset=kept.onset,
        gene=kept.gene,
    )
