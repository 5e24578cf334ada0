"""Who works on a run: a lease under a fencing token, taken by a conditional UPDATE.

A worker goes on only if exactly one row changed. Each claim makes the token grow, so that what an
older holder still writes is refused. The database's clock decides when a lease has run out: hosts
need not agree on the time.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Expression, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce, Now

from agents.contract import EventType, Failure, Outcome, OutcomeCode
from diagnosis_app.runs import events, store
from diagnosis_app.runs.models import Event, Run, State

ATTEMPTS = 3  # claims that may be lost before a run is given up: it would take the next worker down too


@dataclass(frozen=True, slots=True)
class Lease:
    run_id: UUID
    fence: int
    holder: str
    resumed: bool


def claim(run_id: UUID) -> Lease | None:
    """Takes the run if nobody has it; None if somebody does, if it has ended, or if it was given up."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
    with transaction.atomic():
        changed = (
            Run.objects.filter(pk=run_id, attempts__lt=ATTEMPTS)
            .filter(Q(state=State.QUEUED) | expired())
            .update(
                state=State.RUNNING,
                fence=F("fence") + 1,
                attempts=F("attempts") + 1,
                lease_holder=holder,
                lease_until=_until(),
                started_at=Coalesce(F("started_at"), Now()),
            )
        )
        if changed != 1:
            return None
        fence = Run.objects.values_list("fence", flat=True).get(pk=run_id)
        resumed = Event.objects.filter(run_id=run_id, type=EventType.STARTED).exists()
        told = {"after": "answer"} if _answered(run_id) else {}
        events.append(run_id, EventType.RESUMED if resumed else EventType.STARTED, f"claimed:{fence}", told)
    return Lease(run_id, fence, holder, resumed)


def _answered(run_id: UUID) -> bool:
    """Whether the last that was told is an answer: then nobody was lost, the run had waited."""
    last = Event.objects.filter(run_id=run_id).order_by("-seq").values_list("type", flat=True).first()
    return last == EventType.ANSWERED


def renew(lease: Lease) -> bool:
    """Keeps the lease alive; False if it is no longer ours."""
    mine = Run.objects.filter(pk=lease.run_id, fence=lease.fence, state=State.RUNNING)
    return mine.update(lease_until=_until()) == 1


def release(lease: Lease) -> bool:
    """Gives an unfinished run back, as at a shutdown. It does not count as a lost attempt."""
    mine = Run.objects.filter(pk=lease.run_id, fence=lease.fence, state=State.RUNNING)
    return (
        mine.update(state=State.QUEUED, attempts=F("attempts") - 1, lease_holder="", lease_until=None, rung_at=None)
        == 1
    )


def give_up(run_id: UUID) -> bool:
    """Ends a run whose workers were lost too often. False if it has a holder again."""
    with transaction.atomic():
        gone = Run.objects.filter(pk=run_id, attempts__gte=ATTEMPTS).filter(Q(state=State.QUEUED) | expired())
        if gone.update(fence=F("fence") + 1) != 1:
            return False
        store.end(
            run_id,
            Outcome(
                OutcomeCode.FAILED,
                error=Failure(
                    "run.gave_up",
                    f"The investigation was begun {ATTEMPTS} times and each time its worker was lost.",
                    "Start it again. If it is lost again, give support the name of the run.",
                ),
            ),
        )
    return True


def expired() -> Q:
    """Running, and the holder has been silent for longer than its lease."""
    return Q(state=State.RUNNING) & (Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))


def _until() -> Expression:
    return ExpressionWrapper(Now() + timedelta(seconds=settings.LEASE_SECONDS), output_field=DateTimeField())
