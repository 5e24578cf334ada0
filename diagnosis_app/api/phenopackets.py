"""Phenopackets v2 through the API: rank one, make a case of one, take a case away as one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.params.functions import Body, Query

from corpus_ingest import library
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import packet_words as words
from diagnosis_app.api.answer import ranked
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.cases import team_for, whole
from diagnosis_app.api.operations import Operations
from diagnosis_app.audit import log
from diagnosis_app.cases import actions
from diagnosis_app.errors import Invalid
from diagnosis_app.interop.phenopackets import Imported, read_phenopacket, write_phenopacket

operations = Operations("Phenopackets")
PACKET = Body(description="A phenopacket v2, as it is.")


@operations.post("/rank/phenopacket", verb=Verb.RANK, answers=words.RankedPacket)
def rank_phenopacket(
    request: HttpRequest,
    packet: dict[str, Any] = PACKET,
    name: str = Query("", max_length=200, description="Comes back as `case`."),
    limit: int = Query(50, ge=1, le=200),
) -> dict[str, Any]:
    """The differential of a phenopacket that is not stored, with a report of what was not read."""
    knowledge = library.current()
    imported = _read(packet)
    log.record(actor_of(request), Verb.RANK, detail={"findings": len(imported.content.findings)})
    return ranked(knowledge, imported.content, limit, case=name) | {"report": _report(imported)}


@operations.post("/cases/phenopacket", verb=Verb.CASE_CREATE, answers=words.Imported, status=201)
def import_phenopacket(
    request: HttpRequest,
    packet: dict[str, Any] = PACKET,
    team: str | None = Query(None, max_length=120, description="Needed only by clinicians of several teams."),
) -> words.Imported:
    """A new case of a phenopacket, with a report of what was not kept. Names and ids of the patient are dropped."""
    actor = actor_of(request)
    imported = _read(packet)
    case = actions.create_case(actor, team_for(actor, team), imported.content, origin="phenopacket")
    made = actions.find(actor, Verb.CASE_CREATE, case.pk)
    return words.Imported(case=whole(made), report=[words.Remark.model_validate(one) for one in _report(imported)])


@operations.get("/cases/{uuid:case_id}/phenopacket", verb=Verb.CASE_EXPORT, answers=dict[str, Any])
def export_phenopacket(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """The case as a phenopacket v2. What a phenopacket has no field for travels in its `files`."""
    actor = actor_of(request)
    case = actions.find(actor, Verb.CASE_EXPORT, case_id)
    content = actions.export_case(actor, case, form="phenopacket")
    return write_phenopacket(
        content,
        reference=case.reference,
        created=case.draft.updated_at,
        created_by=actor.name,
        ontology=library.current().ontology,
    )


def _read(packet: dict[str, Any]) -> Imported:
    try:
        return read_phenopacket(packet, library.current().ontology)
    except Invalid as error:
        if error.field == "file":
            error.field = "body"
        raise


def _report(imported: Imported) -> list[dict[str, str]]:
    return [
        {"level": note.level.value, "field": note.path, "message": note.message, "hint": note.hint}
        for note in imported.report
    ]
