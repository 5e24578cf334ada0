"""Cases, through the same actions as the pages: the same permissions, the same trail, the same refusals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.params.functions import Query

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.api import case_words as words
from diagnosis_app.api import pages
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.api.operations import Operations
from diagnosis_app.audit import log
from diagnosis_app.cases import actions
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.models import Case, CaseVersion
from diagnosis_app.errors import Hidden, Invalid

operations = Operations("Cases")


@operations.get("/cases", verb=Verb.CASE_LIST, answers=words.Cases)
def list_cases(
    request: HttpRequest,
    limit: int = Query(50, ge=1, le=200),
    cursor: str = Query("", max_length=200),
    deleted: bool = Query(False, description="The bin instead of the worklist."),
) -> words.Cases:
    """The cases of your teams, the last changed first."""
    actor = actor_of(request)
    cases = Case.objects.filter(team_id__in=actor.teams(Verb.CASE_LIST), deleted_at__isnull=not deleted)
    page, following = pages.page_of(cases.select_related("team"), cursor, limit)
    log.record(actor, Verb.CASE_LIST, detail={"cases": len(page)})
    return words.Cases(cases=[words.CaseLine(**_line(case)) for case in page], next=following)


@operations.post("/cases", verb=Verb.CASE_CREATE, answers=words.Case, status=201)
def create_case(request: HttpRequest, body: words.NewCase) -> words.Case:
    """A new case with its draft. Obsolete ids are stored as what replaced them; unknown ones are refused."""
    actor = actor_of(request)
    case = actions.create_case(actor, team_for(actor, body.team), _from_api(body.case), origin="api")
    return whole(actions.find(actor, Verb.CASE_CREATE, case.pk))


@operations.get("/cases/{uuid:case_id}", verb=Verb.CASE_READ, answers=words.Case)
def get_case(request: HttpRequest, case_id: UUID) -> words.Case:
    """The case as it is being edited. The reading is recorded."""
    return whole(actions.read_case(actor_of(request), case_id))


@operations.put("/cases/{uuid:case_id}/draft", verb=Verb.CASE_EDIT, answers=words.Saved)
def store_draft(request: HttpRequest, case_id: UUID, body: words.DraftChange) -> words.Saved:
    """Replaces what is being edited, if `revision` is the current one; otherwise 409 and nothing changes."""
    actor = actor_of(request)
    case = actions.find(actor, Verb.CASE_EDIT, case_id)
    draft = actions.store_draft(actor, case, _from_api(body.case), body.revision)
    return words.Saved(revision=draft.revision)


@operations.post("/cases/{uuid:case_id}/versions", verb=Verb.CASE_SAVE, answers=words.Version, status=201)
def save_version(request: HttpRequest, case_id: UUID) -> words.Version:
    """Freezes the draft as an immutable version. If nothing changed since the last one, that one answers."""
    actor = actor_of(request)
    version = actions.save_version(actor, actions.find(actor, Verb.CASE_SAVE, case_id))
    return _version(version)


@operations.get("/cases/{uuid:case_id}/versions", verb=Verb.CASE_READ, answers=words.Versions)
def list_versions(request: HttpRequest, case_id: UUID) -> words.Versions:
    """Every saved version, the newest first."""
    case = actions.read_case(actor_of(request), case_id, part="versions")
    rows = case.versions.select_related("created_by")
    return words.Versions(versions=[words.VersionLine(**_version_line(row)) for row in rows])


@operations.get("/cases/{uuid:case_id}/versions/{int:number}", verb=Verb.CASE_READ, answers=words.Version)
def get_version(request: HttpRequest, case_id: UUID, number: int) -> words.Version:
    """One saved version. The reading is recorded."""
    case = actions.read_case(actor_of(request), case_id, part=f"version {number}")
    return _version(actions.version_of(case, number))


@operations.delete("/cases/{uuid:case_id}", verb=Verb.CASE_DELETE, answers=words.CaseLine)
def delete_case(request: HttpRequest, case_id: UUID) -> words.CaseLine:
    """Into the bin. Nothing is lost: restore brings it back."""
    actor = actor_of(request)
    case = actions.delete_case(actor, actions.find(actor, Verb.CASE_DELETE, case_id))
    return words.CaseLine(**_line(case))


@operations.post("/cases/{uuid:case_id}/restore", verb=Verb.CASE_RESTORE, answers=words.CaseLine)
def restore_case(request: HttpRequest, case_id: UUID) -> words.CaseLine:
    """Out of the bin."""
    actor = actor_of(request)
    case = actions.restore_case(actor, actions.find(actor, Verb.CASE_RESTORE, case_id))
    return words.CaseLine(**_line(case))


def team_for(actor: Actor, name: str | None) -> int:
    """The team a new case belongs to: the one named, or the only one there is to choose."""
    from diagnosis_app.accounts.models import Team

    teams = {team.name: team.pk for team in Team.objects.filter(pk__in=actor.teams(Verb.CASE_CREATE))}
    if name is None:
        if len(teams) == 1:
            return next(iter(teams.values()))
        raise Invalid("team is missing.", field="team", hint=f"Name one of: {', '.join(sorted(teams))}.")
    if name not in teams:
        raise Hidden("There is no such team.", field="team", hint=f"Name one of: {', '.join(sorted(teams))}.")
    return teams[name]


def _from_api(content: Content) -> Content:
    """Findings that name no origin came through the API."""
    findings = tuple(
        entry if "origin" in entry.model_fields_set else entry.model_copy(update={"origin": "api"})
        for entry in content.findings
    )
    return content.model_copy(update={"findings": findings})


def _line(case: Case) -> dict[str, Any]:
    summary = {key: value for key, value in case.summary.items() if key != "words"}  # a search index, not an answer
    return {
        "id": case.pk,
        "reference": case.reference,
        "team": case.team.name,
        "created_at": case.created_at,
        "updated_at": case.updated_at,
        "deleted_at": case.deleted_at,
        "closed_at": case.closed_at,
        "summary": summary,
    }


def whole(case: Case) -> words.Case:
    last = actions.last_version(case)
    return words.Case(
        **_line(case),
        revision=case.draft.revision,
        content=actions.content_of(case.draft),
        versions=last.number if last else 0,
    )


def _version_line(version: CaseVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "digest": version.digest,
        "snapshot": version.snapshot,
        "created_at": version.created_at,
        "created_by": version.created_by.display_name,
    }


def _version(version: CaseVersion) -> words.Version:
    return words.Version(**_version_line(version), content=actions.content_of(version))
