"""Appends to the events of a run: numbered without gaps, and each key told once.

The row of the run is the lock: whoever numbers an event holds it until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from diagnosis_app.runs.models import Event, Run


def append(run_id: UUID, type: str, key: str, payload: Mapping[str, Any]) -> int:
    """The number of the event, new or old. The caller is in a transaction."""
    Run.objects.select_for_update(no_key=True).only("id").get(pk=run_id)
    known = Event.objects.filter(run_id=run_id, key=key).values_list("seq", flat=True).first()
    if known is not None:
        return int(known)
    last = Event.objects.filter(run_id=run_id).aggregate(last=Max("seq"))["last"] or 0
    Event.objects.create(run_id=run_id, seq=last + 1, key=key, type=str(type), payload=dict(payload), at=timezone.now())
    return int(last) + 1
