"""Ranks one open case with the knowledge of a pass and writes down what came of it, once."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models.functions import Now

from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit import log as audit
from diagnosis_app.cases.actions import content_of
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.ranking import rank_content, summary_of
from diagnosis_app.leases import Lease, held
from diagnosis_app.reanalysis.basis import Basis, basis_of
from diagnosis_app.reanalysis.causes import LISTED, compare
from diagnosis_app.reanalysis.first_five import Placed, first_five, placed, same_list
from diagnosis_app.reanalysis.models import Alert, Pass, Reranking
from retrieval.errors import RetrievalError
from retrieval.knowledge import Knowledge
from retrieval.manifest import Manifest
from retrieval.ranking import rankable

log = logging.getLogger("clew.reanalysis")
ITSELF = Actor(None, "Clew", "reanalysis", frozenset())  # who acts in the trail: nobody asked for it
RAISED = "reanalysis.alert"
Result = Reranking.Result


@dataclass(frozen=True, slots=True)
class Found:
    result: str
    source: str = ""
    before: tuple[Placed, ...] = ()
    after: tuple[Placed, ...] = ()
    reasons: tuple[dict[str, Any], ...] = ()
    sources: tuple[dict[str, str], ...] = ()
    known: bool = True
    code: str = ""


def rerank(case_id: UUID, row: Pass, target: Knowledge, lease: Lease) -> None:
    """One case. Raises `LeaseGone` if somebody else has the pass; any other failure is the case's result."""
    case = Case.objects.select_related("draft").filter(pk=case_id, deleted_at=None, closed_at=None).first()
    if case is None:
        return  # deleted, purged or closed meanwhile
    basis: Basis | None = None
    try:
        basis = basis_of(case)
        found = _compared(basis, target)
        summary = _summary(case, target)
    except DatabaseError:
        raise
    except Exception as error:  # one case must not hold up the others; nothing of the patient is logged
        found, summary = Found(Result.FAILED, code=getattr(error, "code", "internal")), None
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error("case %s was not ranked again: %s at %s:%s", case_id, type(error).__name__, place.name, place.lineno)
    with held(lease, at=None):
        if not Case.objects.select_for_update().filter(pk=case.pk).exists():
            return  # purged meanwhile
        _write(case, row, basis, found)
        if summary is not None:  # unless somebody edited it meanwhile: then the page ranked it itself
            unedited = Case.objects.filter(pk=case.pk, updated_at=case.updated_at)
            unedited.update(summary=summary)


def _compared(basis: Basis, target: Knowledge) -> Found:
    profile = basis.content.profile()
    if basis.known == target.id and basis.waiting is None:
        after = _first(target, basis)
        return Found(Result.KNOWN, basis.known, after=after)
    try:
        before = library.snapshot(basis.known) if basis.known else None
    except RetrievalError:
        before = None
    if before is not None:
        both = compare(before, target, profile)
        reasons = tuple(one.as_json() for one in both.reasons)
        result = Result.CHANGED if both.changed else Result.SAME
        sources = sources_between(before.manifest, target.manifest)
        return Found(result, basis.known, both.before, both.after, reasons, sources)
    after = _first(target, basis)
    if basis.stored is None:
        return Found(Result.UNCOMPARED, basis.known, after=after)
    result = Result.SAME if same_list(basis.stored, after) else Result.CHANGED
    return Found(result, basis.known, basis.stored, after, known=False)


def _first(knowledge: Knowledge, basis: Basis) -> tuple[Placed, ...]:
    profile = rankable(knowledge.ontology, basis.content.profile())
    return tuple(placed(one) for one in first_five(knowledge.ranker.rank(profile, limit=LISTED)))


def _summary(case: Case, target: Knowledge) -> dict[str, Any] | None:
    """What the worklist shows of the draft, with the new knowledge."""
    if library.current().id != target.id:
        return None
    content = content_of(case.draft)
    return summary_of(content, rank_content(content))


def _write(case: Case, row: Pass, basis: Basis | None, found: Found) -> None:
    made, new = Reranking.objects.get_or_create(
        during=row,
        case=case,
        defaults={
            "version": basis.version if basis else None,
            "digest": basis.digest if basis else "",
            "source": found.source,
            "result": found.result,
            "first": [one.as_json() for one in found.after],
            "code": found.code[:80],
        },
    )
    if not new or basis is None or found.result not in {Result.CHANGED, Result.SAME}:
        return
    # What waited to be seen is answered by this: the list is as it was before, or changed in another way.
    Alert.objects.filter(case=case, seen_at__isnull=True, replaced_at__isnull=True).update(replaced_at=Now())
    if found.result == Result.CHANGED:
        alert = Alert.objects.create(
            case=case,
            reranking=made,
            version=basis.version,
            digest=basis.digest,
            source=found.source,
            target=row.target,
            before=[one.as_json() for one in found.before],
            after=[one.as_json() for one in found.after],
            reasons=list(found.reasons),
            sources=list(found.sources),
            known=found.known,
        )
        detail = {"alert": alert.pk, "pass": row.number, "from": found.source, "to": row.target}
        audit.record(ITSELF, RAISED, object=f"case:{case.pk}", team_id=case.team_id, detail=detail)


def sources_between(before: Manifest, after: Manifest) -> tuple[dict[str, str], ...]:
    """Sources that came, went or have another version."""
    older = {one.name: one for one in before.sources}
    newer = {one.name: one for one in after.sources}
    found = []
    for name in sorted(older.keys() | newer.keys()):
        was, now = older.get(name), newer.get(name)
        one = now or was
        if was != now and one is not None:
            versions = {"before": was.version if was else "", "after": now.version if now else ""}
            found.append({"name": name, "title": one.title, **versions})
    return tuple(found)
