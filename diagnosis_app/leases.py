"""Work that stands in a row: who works on it holds a lease under a fencing token (docs/decisions/0005).

A model that inherits `Leased` is carried by the queue's tasks: the row is the truth and the broker a
bell. What is written for a lease is written inside `held`, so that an older holder can write nothing.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.db.models import DateTimeField, Expression, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce, Now
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from diagnosis_app.runs.bell import IMPATIENT

if TYPE_CHECKING:
    from celery import Task

ATTEMPTS = 3  # claims lost one after the other before the work is given up
LOW = 9  # of 0..9: what nobody is looking at is taken when nothing else waits
log = logging.getLogger("clew.leases")


class LeaseGone(Exception):
    """Another worker has the row, or it has ended: nothing more may be written for it."""


class Leased(models.Model):
    SILENCE: ClassVar[int] = 0  # seconds between two renewals at the most; CLEW_LEASE_SECONDS where that is longer

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        ENDED = "ended"

    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    lease_holder = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)  # claims that were lost, one after the other
    rung_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True)
class Lease:
    model: type[Leased]
    pk: Any
    fence: int

    def mine(self) -> models.QuerySet[Any]:
        return _rows(self.model).filter(pk=self.pk, fence=self.fence, state=Leased.State.RUNNING)


def claim(model: type[Leased], pk: Any) -> Lease | None:
    """Takes the row if nobody has it; None if somebody does, if it has ended, or if it was lost too often."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
    with transaction.atomic():
        free = _rows(model).filter(pk=pk, attempts__lt=ATTEMPTS).filter(free_to_take())
        changed = free.update(
            state=Leased.State.RUNNING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_holder=holder,
            lease_until=_until(model),
            started_at=Coalesce(F("started_at"), Now()),
        )
        if changed != 1:
            return None
        return Lease(model, pk, _rows(model).values_list("fence", flat=True).get(pk=pk))


@contextmanager
def held(lease: Lease, **changes: Any) -> Iterator[None]:
    """A transaction in which the row is known to be ours; it also renews the lease."""
    with transaction.atomic():
        if lease.mine().update(lease_until=_until(lease.model), **changes) != 1:
            raise LeaseGone
        yield


def release(lease: Lease, *, progressed: bool) -> bool:
    """Gives unfinished work back. What got further begins to count its lost claims anew."""
    counted: dict[str, Any] = {"attempts": 0} if progressed else {}
    given = {"state": Leased.State.QUEUED, "lease_holder": "", "lease_until": None, "rung_at": None}
    return bool(lease.mine().update(**given, **counted) == 1)


def ending() -> dict[str, Any]:
    """The changes that end a row, for `held` or an update."""
    return {"state": Leased.State.ENDED, "ended_at": Now(), "lease_holder": ""}


def free_to_take() -> Q:
    """Nobody works on it: queued, or its holder has been silent for longer than its lease."""
    silent = Q(state=Leased.State.RUNNING) & (Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))
    return Q(state=Leased.State.QUEUED) | silent


def unheard() -> Q:
    """Free, not lost too often, and nobody was told of it lately: it may only be in the line."""
    before = Now() - timedelta(seconds=max(settings.LEASE_SECONDS / 2, 2.0))
    return free_to_take() & Q(attempts__lt=ATTEMPTS) & (Q(rung_at__isnull=True) | Q(rung_at__lt=before))


def ring(task: Task[Any, Any], model: type[Leased], pk: Any, *, priority: int = 0) -> bool:
    """Tells the workers. Only a bell: a broker that is down is noted and not waited for."""
    from diagnosis_app.celery import app

    try:
        with app.connection(transport_options=IMPATIENT) as connection:
            producer = app.amqp.Producer(connection)
            task.apply_async(args=(str(pk),), retry=False, producer=producer, priority=priority)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("%s %s stays queued: the broker did not answer (%s)", task.name, pk, type(error).__name__)
        return False
    _rows(model).filter(pk=pk).update(rung_at=Now())
    return True


def _rows(model: type[Leased]) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = model._default_manager.all()
    return rows


def _until(model: type[Leased]) -> Expression:
    seconds = max(settings.LEASE_SECONDS, model.SILENCE)
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())


# --- what the reaper does ---------------------------------------------------------

_ROUNDS: list[Callable[[], object]] = []


def on_every_round(work: Callable[[], object]) -> None:
    """An app says at its start what the reaper shall look after in each of its rounds."""
    if work not in _ROUNDS:
        _ROUNDS.append(work)


def sweep_all() -> None:
    """One round of everything; a failure of one does not keep the others from theirs."""
    for work in _ROUNDS:
        try:
            work()
        except DatabaseError:
            raise
        except Exception as error:
            log.error("a round of %s failed: %s", work.__module__, type(error).__name__)
