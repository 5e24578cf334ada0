"""What the reaper looks after: a batch whose files wait although there is room, because a bell or a worker was lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from diagnosis_app.batch import feeding
from diagnosis_app.batch.models import Batch


def watch() -> bool:
    """One round; whether a bell was rung. Half a lease is left to a worker that was told already."""
    if not feeding.room():
        return False
    before = Now() - timedelta(seconds=max(settings.LEASE_SECONDS / 2, 2.0))
    due = feeding.hungry().filter(Q(rung_at__isnull=True) | Q(rung_at__lt=before))
    waiting = list(due.values_list("pk", flat=True))
    return bool(waiting) and bell(waiting)


def bell(batches: list[UUID]) -> bool:
    """Tells the workers of these."""
    from diagnosis_app.batch.tasks import ring

    if not ring():
        return False
    Batch.objects.filter(pk__in=batches).update(rung_at=Now())
    return True
