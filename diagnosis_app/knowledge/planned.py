"""Feeds that are fetched by themselves, because a curator asked for it: which, from whom, when next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from corpus_ingest import refresh
from diagnosis_app.knowledge import words
from diagnosis_app.knowledge.sources_panel import offers


@dataclass(frozen=True, slots=True)
class Planned:
    feed: str
    title: str
    host: str
    days: int
    next: datetime


def planned() -> list[Planned]:
    found = []
    for row in refresh.scheduled():
        offer = next(iter(offers([row.feed])), None)
        found.append(
            Planned(
                feed=row.feed,
                title=offer.title if offer else words.feed_name(row.feed),
                host=offer.host if offer else "–",
                days=row.every_days,
                next=row.next_at,
            )
        )
    return found
