"""How far a batch is: its files by what came of them, asked of the rows each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case as Choice
from django.db.models import CharField, Count, F, Q, QuerySet, Value, When

from diagnosis_app.batch.models import Batch, Item
from diagnosis_app.runs.models import State

WAITING, UNDER_WAY, UNREADABLE = "waiting", "under_way", "unreadable"
OPEN = frozenset({WAITING, UNDER_WAY})
OUTCOMES = ("ranked", "partial", "insufficient", "failed", "cancelled", UNDER_WAY, WAITING, UNREADABLE)


def with_outcome(items: QuerySet[Item]) -> QuerySet[Any]:
    """Each with `outcome`: what came of it, one of `OUTCOMES`."""
    given, gone = Q(state=Item.State.GIVEN), Q(state=Item.State.GIVEN, run__isnull=True)
    return items.annotate(
        outcome=Choice(
            When(gone, then=Value("failed")),
            When(given & ~Q(run__state=State.ENDED), then=Value(UNDER_WAY)),
            When(given, then=F("run__outcome")),
            default=F("state"),
            output_field=CharField(),
        )
    )


@dataclass(frozen=True, slots=True)
class Progress:
    counts: Mapping[str, int]
    state: str  # read, under_way, stopped, done

    @property
    def total(self) -> int:
        """Files that could be read."""
        return sum(self.counts.values()) - self.counts.get(UNREADABLE, 0)

    @property
    def done(self) -> int:
        return self.total - sum(self.counts.get(one, 0) for one in OPEN)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100

    @property
    def live(self) -> bool:
        """Whether something will change by itself."""
        return self.state == UNDER_WAY or bool(self.counts.get(UNDER_WAY))


def progress_of(batch: Batch) -> Progress:
    return progress_by_batch([batch])[batch.pk]


def progress_by_batch(batches: list[Batch]) -> dict[object, Progress]:
    """For a list: two queries however long it is."""
    counted: dict[object, dict[str, int]] = {batch.pk: {} for batch in batches}
    rows = with_outcome(Item.objects.filter(batch__in=batches)).order_by()
    for pk, outcome, count in rows.values_list("batch", "outcome").annotate(Count("pk")):
        counted[pk][outcome] = count
    return {batch.pk: Progress(counted[batch.pk], _state(batch, counted[batch.pk])) for batch in batches}


def _state(batch: Batch, counts: Mapping[str, int]) -> str:
    if batch.started_at is None:
        return "read"
    if batch.going and any(counts.get(one) for one in OPEN):
        return UNDER_WAY
    return "stopped" if counts.get("cancelled") and batch.stopped_at else "done"
