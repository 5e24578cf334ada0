"""Finds runs that nobody works on and tells the workers again; ends those that were lost too often.

It holds no state: what it does follows from the rows, so any number of reapers may run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from diagnosis_app.runs.bell import ring
from diagnosis_app.runs.claim import ATTEMPTS, expired, give_up
from diagnosis_app.runs.models import Run, State


@dataclass(frozen=True, slots=True)
class Swept:
    rung: int
    given_up: int


def sweep() -> Swept:
    """One round, runs that somebody waits for first. One that was rung for is left alone for half a lease: it may
    only be in the line.
    """
    orphans = Run.objects.filter(Q(state=State.QUEUED) | expired())
    given_up = sum(
        give_up(run_id) for run_id in list(orphans.filter(attempts__gte=ATTEMPTS).values_list("pk", flat=True))
    )
    before = Now() - timedelta(seconds=max(settings.LEASE_SECONDS / 2, 2.0))
    quiet = orphans.filter(attempts__lt=ATTEMPTS).filter(Q(rung_at__isnull=True) | Q(rung_at__lt=before))
    rung = 0
    for run_id in list(quiet.order_by("background", "created_at").values_list("pk", flat=True)[:200]):
        if not ring(run_id):
            break  # the broker is down: the next round tries again
        rung += 1
    return Swept(rung, given_up)
