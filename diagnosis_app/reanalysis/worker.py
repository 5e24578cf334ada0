"""Carries a pass over the open cases, a little at a time.

Whoever is investigating goes first: the work comes in short batches at the lowest priority, each ends as
soon as a run waits or is under way, and the pass goes to the end of the line again. Killed anywhere,
the next worker goes on with the case that was in hand.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import QuerySet

from corpus_ingest import library, publish
from diagnosis_app.audit import log as audit
from diagnosis_app.cases.models import Case
from diagnosis_app.leases import LOW, Lease, LeaseGone, claim, ending, held, release, ring
from diagnosis_app.reanalysis.models import Pass, Reranking
from diagnosis_app.reanalysis.ranking import ITSELF, rerank
from diagnosis_app.runs import shutdown
from diagnosis_app.runs.models import Run, State
from retrieval.errors import RetrievalError, SnapshotMissing
from retrieval.knowledge import Knowledge

log = logging.getLogger("clew.reanalysis")
BATCH = 2.0  # seconds of ranking before the pass goes to the end of the line
ENDED = "reanalysis.pass"


def work(pass_id: int) -> None:
    """For the queue's thread, which keeps no connection."""
    close_old_connections()
    try:
        carry(pass_id)
    except (OperationalError, InterfaceError) as error:
        log.warning("pass %s was left where it is: %s", pass_id, type(error).__name__)
    finally:
        connection.close()


def carry(pass_id: int) -> None:
    """A little further, if nobody has it."""
    lease = claim(Pass, pass_id)
    if lease is None:
        return
    try:
        _work(Pass.objects.get(pk=pass_id), lease)
    except LeaseGone:
        log.info("pass %s has another worker or has ended", pass_id)


def _work(row: Pass, lease: Lease) -> None:
    if in_use() not in (row.target, None):
        finish(row, lease, Pass.Outcome.SUPERSEDED)
        return
    try:
        target = library.snapshot(row.target)
    except RetrievalError as error:
        said = {"code": error.code, "message": error.message, "hint": error.hint}
        Pass.objects.filter(pk=row.pk, fence=lease.fence).update(error=said)
        release(lease, progressed=False)  # it may only be on its way to this machine; the reaper rings again
        log.warning("pass %s waits: %s", row.number, error.code)
        return
    done, over = _batch(row, target, lease)
    if over:
        finish(row, lease, Pass.Outcome.DONE)
        return
    if release(lease, progressed=done > 0):
        again(row)


def again(row: Pass) -> bool:
    """Rings for the pass at the lowest priority."""
    from diagnosis_app.reanalysis.tasks import reanalyse

    return ring(reanalyse, Pass, row.pk, priority=LOW)


def _batch(row: Pass, target: Knowledge, lease: Lease) -> tuple[int, bool]:
    """How many cases were looked at, and whether none is left."""
    began, done = time.monotonic(), 0
    for case_id in _left(row):
        if done and (time.monotonic() - began > BATCH or somebody_waits() or shutdown.asked()):
            return done, False
        with held(lease, at=case_id):
            pass
        rerank(case_id, row, target, lease)
        done += 1
    return done, True


def _left(row: Pass) -> Iterator[UUID]:
    return iter(list(pending(row).order_by("team_id", "number").values_list("pk", flat=True)))


def pending(row: Pass) -> QuerySet[Case]:
    """Open cases that the pass has not looked at. Cases begun since then were ranked with new knowledge at once."""
    looked_at = Reranking.objects.filter(during=row).values("case_id")
    cases = Case.objects.filter(deleted_at=None, closed_at=None, created_at__lte=row.created_at)
    return cases.exclude(pk__in=looked_at)


def somebody_waits() -> bool:
    return Run.objects.filter(state__in=(State.QUEUED, State.RUNNING)).exists()


def finish(row: Pass, lease: Lease, outcome: Pass.Outcome) -> None:
    with held(lease, **ending(), outcome=outcome, at=None, error={}):
        note_end(row, outcome)


def note_end(row: Pass, outcome: Pass.Outcome) -> None:
    results = Reranking.objects.filter(during=row)
    detail = {
        "pass": row.number,
        "from": row.source,
        "to": row.target,
        "outcome": str(outcome),
        "cases": results.count(),
        "changed": results.filter(result=Reranking.Result.CHANGED).count(),
        "failed": results.filter(result=Reranking.Result.FAILED).count(),
    }
    audit.record(ITSELF, ENDED, object=f"pass:{row.pk}", detail=detail)
    log.info("pass %s ended: %s, %s cases, %s changed", row.number, outcome, detail["cases"], detail["changed"])


def in_use() -> str | None:
    """The snapshot that the pointer names; None where it names none."""
    try:
        return publish.in_use(Path(settings.KNOWLEDGE_DIR))
    except SnapshotMissing:
        return None
