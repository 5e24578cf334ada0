"""What a pass left behind."""

from __future__ import annotations

from typing import Any

from diagnosis_app.cases.models import Case
from diagnosis_app.reanalysis.models import Alert, Pass


def results(row: Pass) -> list[str]:
    return list(row.rerankings.order_by("case__number").values_list("result", flat=True))


def listed(side: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in side]


def waiting(case: Case) -> Alert | None:
    return case.alerts.filter(seen_at=None, replaced_at=None).first()
