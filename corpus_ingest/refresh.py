"""Feeds that are fetched every so many days, where a curator asked for it. The reaper's round starts what is due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F, QuerySet
from django.utils import timezone

from corpus_ingest.errors import NotPossible
from corpus_ingest.ingestion import requests
from corpus_ingest.models import ENDED, Ingestion, Refresh, Then

if TYPE_CHECKING:
    from diagnosis_app.accounts.models import User

LONGEST = 365  # days


def schedule(feed: str, every_days: int, *, by: User | None = None) -> Refresh:
    """Fetches the feed every so many days from now on, the first time after that many days."""
    if not 1 <= every_days <= LONGEST:
        raise NotPossible(f"Every 1 to {LONGEST} days.", hint="Give a number of days.")
    values = {
        "every_days": every_days,
        "enabled": True,
        "next_at": timezone.now() + timedelta(days=every_days),
        "set_by": by,
    }
    return Refresh.objects.update_or_create(feed=feed, defaults=values)[0]


def stop(feed: str) -> None:
    Refresh.objects.filter(feed=feed).update(enabled=False)


def scheduled() -> QuerySet[Refresh]:
    return Refresh.objects.filter(enabled=True).select_related("last", "set_by")


def start_due() -> list[Ingestion]:
    """Starts what is due, each once however many reapers look; what it builds is proposed, never published."""
    started = []
    for row in scheduled().filter(next_at__lte=timezone.now()):
        if row.last is not None and row.last.state not in ENDED:
            continue
        after = timezone.now() + timedelta(days=row.every_days)
        mine = Refresh.objects.filter(pk=row.pk, enabled=True, next_at=row.next_at).update(next_at=after)
        if mine == 1:
            ingestion = requests.start(feeds=[row.feed], then=Then.PROPOSE, by=row.set_by)
            Refresh.objects.filter(pk=row.pk).update(last=ingestion, next_at=F("next_at"))
            started.append(ingestion)
    return started
