"""How far the newest pass is, for whoever published: counts, never a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone

from diagnosis_app.reanalysis.models import Alert, Pass, Reranking
from diagnosis_app.reanalysis.worker import pending

Result = Reranking.Result


@dataclass(frozen=True, slots=True)
class Progress:
    number: int
    source: str  # snapshot ids; source is empty for the first pass
    target: str
    state: str  # queued, running, done, superseded, failed
    done: int
    total: int
    changed: int  # cases whose first five changed
    failed: int
    started_at: datetime | None
    ended_at: datetime | None
    seconds_left: float | None  # by the pace so far; None before the first case and after the last
    error: dict[str, str]

    @property
    def under_way(self) -> bool:
        return self.state in {"queued", "running"}


def progress() -> Progress | None:
    """None where no pass was ever needed."""
    row = Pass.objects.order_by("-number").first()
    if row is None:
        return None
    counts = row.rerankings.aggregate(
        done=Count("pk"),
        changed=Count("pk", filter=Q(result=Result.CHANGED)),
        failed=Count("pk", filter=Q(result=Result.FAILED)),
    )
    done = counts["done"]
    left = pending(row).count() if row.state != Pass.State.ENDED else 0
    pace = (timezone.now() - row.started_at).total_seconds() / done if row.started_at and done else None
    return Progress(
        number=row.number,
        source=row.source,
        target=row.target,
        state=row.outcome or row.state,
        done=done,
        total=done + left,
        changed=counts["changed"],
        failed=counts["failed"],
        started_at=row.started_at,
        ended_at=row.ended_at,
        seconds_left=pace * left if pace is not None and left else None,
        error=row.error,
    )


def snapshots_needed() -> frozenset[str]:
    """Snapshots that alerts and the next comparison still open: a clean-up that keeps these loses no reason.

    A pass that did not come to its end left cases as the one before it found them, so it reaches back to the
    last one that did. A case that was closed or could not be ranked since may stand further back.
    """
    named: set[str] = set()
    for one in Pass.objects.order_by("-number"):
        named |= {one.target, one.source}
        if one.outcome == Pass.Outcome.DONE:
            break
    waiting = Alert.objects.filter(seen_at__isnull=True, replaced_at__isnull=True)
    named.update(waiting.values_list("source", flat=True).distinct().order_by())
    return frozenset(named - {""})
