"""Batches: many files in one request, each a case with an investigation in the background."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.params.functions import Query

from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import batch_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.cases import team_for
from diagnosis_app.api.operations import Operations
from diagnosis_app.batch import actions
from diagnosis_app.batch.files import File
from diagnosis_app.batch.models import Batch
from diagnosis_app.batch.progress import Progress, progress_by_batch, progress_of
from diagnosis_app.batch.table import rows_of

operations = Operations("Batches")


@operations.post("/batches", verb=Verb.BATCH_CREATE, answers=words.Batch, status=201)
def create_batch(request: HttpRequest, body: words.NewBatch) -> words.Batch:
    """Reads the files and starts with those that can be read; the others come back as `unreadable` with the reason."""
    actor = actor_of(request)
    files = [_file(one) for one in body.files]
    batch = actions.create(actor, team_for(actor, body.team), body.name, files)
    if body.start and progress_of(batch).total:
        actions.start(actor, batch)
    return _whole(actions.find(actor, Verb.BATCH_CREATE, batch.pk))


@operations.get("/batches", verb=Verb.BATCH_READ, answers=words.Batches)
def list_batches(
    request: HttpRequest, deleted: bool = Query(False, description="Those in the bin instead.")
) -> words.Batches:
    """The batches of your teams, the newest first, at most 100."""
    found = actions.listed(actor_of(request), deleted=deleted)
    progress = progress_by_batch(found)
    return words.Batches(batches=[words.BatchLine(**_line(one, progress[one.pk])) for one in found])


@operations.get("/batches/{uuid:batch_id}", verb=Verb.BATCH_READ, answers=words.Batch)
def get_batch(request: HttpRequest, batch_id: UUID) -> words.Batch:
    """How far it is, and what came of each file. Ask again until `state` is `done`. The reading is recorded."""
    return _whole(actions.read(actor_of(request), batch_id))


@operations.post("/batches/{uuid:batch_id}/cancel", verb=Verb.BATCH_CANCEL, answers=words.Batch)
def cancel_batch(request: HttpRequest, batch_id: UUID) -> words.Batch:
    """Ends what is under way and leaves the rest; what was done stays. Again, it changes nothing."""
    actor = actor_of(request)
    return _whole(actions.cancel(actor, actions.find(actor, Verb.BATCH_CANCEL, batch_id)))


def _file(one: words.BatchFile) -> File:
    if one.phenopacket is not None:
        return File(one.name, json.dumps(one.phenopacket).encode())
    return File(one.name, (one.terms or "").encode())


def _line(batch: Batch, progress: Progress) -> dict[str, Any]:
    return {
        "id": batch.pk,
        "name": batch.name,
        "team": batch.team.name,
        "state": progress.state,
        "total": progress.total,
        "done": progress.done,
        "counts": dict(progress.counts),
        "created_at": batch.created_at,
        "started_at": batch.started_at,
        "deleted_at": batch.deleted_at,
    }


def _whole(batch: Batch) -> words.Batch:
    items = [
        words.BatchItem(
            file=row.file,
            outcome=row.outcome,  # type: ignore[arg-type]
            case=row.ids[0],
            run=row.ids[1],
            reasons=list(row.reasons),
            first=[words.BatchLeader(**one) for one in row.first],
            seconds=row.seconds,
            warnings=list(row.warnings),
            error=words.BatchFileProblem(**row.error) if row.error else None,
        )
        for row in rows_of(batch)
    ]
    return words.Batch(**_line(batch, progress_of(batch)), items=items)
