"""What the reaper's round does here: rings again for ingestions that nobody carries, ends those that were lost too
often, starts what is scheduled, and settles what was approved or put into use at the shell.

It holds no state: what it does follows from the rows, so any number of reapers may run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from corpus_ingest import publishing, refresh
from corpus_ingest.ingestion.bell import ring
from corpus_ingest.ingestion.claim import ATTEMPTS, expired, give_up
from corpus_ingest.models import Ingestion, State


@dataclass(frozen=True, slots=True)
class Swept:
    rung: int
    given_up: int
    started: int

    def __bool__(self) -> bool:
        return bool(self.rung or self.given_up or self.started)


def sweep() -> Swept:
    """One round. One that was rung for is left alone for half a lease: it may only be in the line."""
    publishing.settle()
    orphans = Ingestion.objects.filter(Q(state=State.QUEUED) | expired())
    lost = list(orphans.filter(attempts__gte=ATTEMPTS).values_list("pk", flat=True))
    given_up = sum(give_up(ingestion_id) for ingestion_id in lost)
    started = len(refresh.start_due())
    return Swept(_rung(orphans.filter(attempts__lt=ATTEMPTS)), given_up, started)


def _rung(orphans: QuerySet[Ingestion]) -> int:
    """For the oldest alone, one that was lost first: one runs at a time."""
    if Ingestion.objects.filter(state=State.RUNNING).exclude(expired()).exists():
        return 0
    before = Now() - timedelta(seconds=max(settings.LEASE_SECONDS / 2, 2.0))
    lost = orphans.filter(state=State.RUNNING).order_by("created_at").first()
    first = lost or orphans.order_by("created_at").first()
    if (
        first is None
        or not orphans.filter(pk=first.pk).filter(Q(rung_at__isnull=True) | Q(rung_at__lt=before)).exists()
    ):
        return 0
    return int(ring(first.pk))
