"""A pass that a worker has taken, and what a pass left behind."""

from __future__ import annotations

from typing import Any

from diagnosis_app.cases.models import Case
from diagnosis_app.leases import Lease, claim
from diagnosis_app.reanalysis import watch
from diagnosis_app.reanalysis.models import Alert, Pass


def taken() -> tuple[Pass, Lease]:
    """The pass for what is in use now, in the hands of a worker that has done nothing yet."""
    watch.watch()
    row = Pass.objects.latest("number")
    lease = claim(Pass, row.pk)
    assert lease is not None
    return row, lease


def results(row: Pass) -> list[str]:
    return list(row.rerankings.order_by("case__number").values_list("result", flat=True))


def listed(side: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in side]


def waiting(case: Case) -> Alert | None:
    return case.alerts.filter(seen_at=None, replaced_at=None).first()
