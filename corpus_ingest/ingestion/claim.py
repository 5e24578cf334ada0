"""Who carries an ingestion: a lease under a fencing token, taken by a conditional UPDATE.

Whoever claims goes on only if exactly one row changed, and one ingestion runs at a time: the database
holds both. Each claim makes the token grow, so that what an older holder still writes is refused. The
database's clock decides when a lease has run out.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, Expression, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from corpus_ingest.errors import GaveUp
from corpus_ingest.models import Ingestion, StageRecord, StageState, State
from retrieval.errors import RetrievalError

ATTEMPTS = 5  # claims that may be lost before an ingestion is given up: it would take the next worker down too


@dataclass(frozen=True, slots=True)
class Lease:
    ingestion_id: UUID
    fence: int


def claim(ingestion_id: UUID) -> Lease | None:
    """Takes it if nobody has it and none other runs; None otherwise."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
    try:
        with transaction.atomic():
            changed = (
                Ingestion.objects.filter(pk=ingestion_id, attempts__lt=ATTEMPTS)
                .filter(Q(state=State.QUEUED) | expired())
                .update(
                    state=State.RUNNING,
                    fence=F("fence") + 1,
                    attempts=F("attempts") + 1,
                    lease_holder=holder,
                    lease_until=_until(),
                    started_at=Coalesce(F("started_at"), Now()),
                    error={},
                )
            )
            if changed != 1:
                return None
            fence = Ingestion.objects.values_list("fence", flat=True).get(pk=ingestion_id)
            StageRecord.objects.filter(ingestion_id=ingestion_id).update(
                state=StageState.WAITING, done=0, total=0, left=None, note="", started_at=None, ended_at=None
            )
    except IntegrityError:  # another one runs; the reaper rings again when it has ended
        return None
    return Lease(ingestion_id, fence)


def renew(lease: Lease) -> bool:
    """Keeps the lease alive; False if it is no longer ours."""
    return held(lease).update(lease_until=_until()) == 1


def held(lease: Lease) -> QuerySet[Ingestion]:
    """The row, as long as it is ours."""
    return Ingestion.objects.filter(pk=lease.ingestion_id, fence=lease.fence, state=State.RUNNING)


def release(lease: Lease, state: State) -> bool:
    """Gives it back unfinished, as at a shutdown (QUEUED) or because a person asked (PAUSED). No lost attempt."""
    gone = {"lease_holder": "", "lease_until": None, "rung_at": None, "asked": ""}
    return held(lease).update(state=state, attempts=F("attempts") - 1, **gone) == 1


def end(lease: Lease, state: State, error: RetrievalError | None = None, **values: object) -> bool:
    """Ends it; False if it is no longer ours, and then nothing is written."""
    said = {"code": error.code, "message": error.message, "hint": error.hint} if error else {}
    return (
        held(lease).update(
            state=state,
            error=said,
            ended_at=timezone.now(),
            lease_holder="",
            lease_until=None,
            asked="",
            **values,
        )
        == 1
    )


def give_up(ingestion_id: UUID) -> bool:
    """Ends one whose workers were lost too often. False if it has a holder again."""
    error = GaveUp(
        f"It was begun {ATTEMPTS} times and each time its worker was lost.",
        hint="Resume it; if it is lost again, the worker's log says where.",
    )
    lost = Ingestion.objects.filter(pk=ingestion_id, attempts__gte=ATTEMPTS)
    return (
        lost.filter(Q(state=State.QUEUED) | expired()).update(
            state=State.FAILED,
            fence=F("fence") + 1,
            error={"code": error.code, "message": error.message, "hint": error.hint},
            ended_at=timezone.now(),
            lease_holder="",
            lease_until=None,
        )
        == 1
    )


def expired() -> Q:
    """Running, and the holder has been silent for longer than its lease."""
    return Q(state=State.RUNNING) & (Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))


def _until() -> Expression:
    return ExpressionWrapper(Now() + timedelta(seconds=settings.LEASE_SECONDS), output_field=DateTimeField())
