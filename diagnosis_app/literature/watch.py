"""Rings again for searches that nobody carries out, and ends those whose worker was lost too often."""

from __future__ import annotations

from django.db.models import F

from agents.contract import Failure
from diagnosis_app.leases import ATTEMPTS, ending, free_to_take, unheard
from diagnosis_app.literature.actions import bell
from diagnosis_app.literature.models import Search

LOST = Failure(
    "literature.gave_up",
    f"The search was begun {ATTEMPTS} times and each time its worker was lost.",
    "Ask again. If it is lost again, tell the operator the time.",
)


def watch() -> int:
    """One round; how many bells were rung."""
    lost = Search.objects.filter(free_to_take(), attempts__gte=ATTEMPTS)
    lost.update(fence=F("fence") + 1, outcome=Search.Outcome.FAILED, error=LOST.as_json(), **ending())
    rung = 0
    for search in Search.objects.filter(unheard()).order_by("created_at")[:100]:
        if not bell(search):
            break
        rung += 1
    return rung
