"""Knowledge on its way in, read-only. What changes it has its pages."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja.params.functions import Query

from corpus_ingest import library, publishing
from corpus_ingest.models import Ingestion, Publication
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import ingestion_words as words
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.api.words import Problem
from diagnosis_app.errors import Hidden, Invalid
from diagnosis_app.knowledge import actions, changes
from retrieval.errors import SnapshotMissing

operations = Operations("Knowledge")
LISTED = 50


@operations.get("/knowledge/ingestions", verb=Verb.KNOWLEDGE_REVIEW, answers=words.Ingestions)
def list_ingestions(request: HttpRequest) -> words.Ingestions:
    """The newest 50 ingestions with their stages."""
    rows = Ingestion.objects.prefetch_related("stages").order_by("-created_at")[:LISTED]
    return words.Ingestions(ingestions=[_ingestion(one) for one in rows])


@operations.get("/knowledge/ingestions/{uuid:ingestion_id}", verb=Verb.KNOWLEDGE_REVIEW, answers=words.Ingestion)
def get_ingestion(request: HttpRequest, ingestion_id: UUID) -> words.Ingestion:
    """How far one ingestion has come."""
    return _ingestion(actions.find_ingestion(actor_of(request), ingestion_id))


@operations.get("/knowledge/publications", verb=Verb.KNOWLEDGE_REVIEW, answers=words.Publications)
def list_publications(request: HttpRequest) -> words.Publications:
    """What was proposed and published, the newest first."""
    rows = publishing.history(LISTED)
    return words.Publications(in_use=publishing.in_use() or "", publications=[_publication(one) for one in rows])


@operations.get("/knowledge/difference", verb=Verb.KNOWLEDGE_REVIEW, answers=words.Difference)
def get_difference(
    request: HttpRequest,
    b: str = Query(..., max_length=16, description="The snapshot looked at."),
    a: str = Query("", max_length=16, description="Against which; empty: the one in use."),
) -> words.Difference:
    """What one snapshot would change against another: counts by kind of thing."""
    before = a or library.current().id
    if before == b:
        raise Invalid("Both are the same snapshot.", field="b", hint="Name another one; see knowledge/publications.")
    for field, one in (("a", before), ("b", b)):
        try:
            library.snapshot(one)
        except SnapshotMissing as error:
            raise Hidden(error.message, hint=error.hint, field=field, code=error.code) from None
    rows = changes.changes(before, b)
    parts = [
        words.Changed(
            name=row.name, before=row.before, after=row.after, added=row.added, changed=row.changed, gone=row.gone
        )
        for row in rows
    ]
    return words.Difference(a=before, b=b, parts=parts)


def _ingestion(one: Ingestion) -> words.Ingestion:
    error = one.error or {}
    said = {name: str(error.get(name, "")) for name in ("code", "message", "hint")}
    return words.Ingestion(
        id=one.pk,
        state=one.state,
        created_at=one.created_at,
        ended_at=one.ended_at,
        snapshot=one.snapshot,
        unchanged=one.unchanged,
        error=Problem(**said) if error else None,
        stages=[
            words.IngestionStage(
                name=stage.name,
                state=stage.state,
                done=stage.done,
                total=stage.total,
                seconds_left=stage.left,
                note=stage.note,
            )
            for stage in one.stages.all()
        ],
    )


def _publication(one: Publication) -> words.Publication:
    return words.Publication(
        id=one.pk,
        snapshot=one.snapshot,
        state=one.state,
        before=one.before,
        proposed_at=one.proposed_at,
        approved_at=one.approved_at,
        published_at=one.published_at,
        ended_at=one.ended_at,
        checks=list(one.checks),
    )
