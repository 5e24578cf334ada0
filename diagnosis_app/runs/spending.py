"""What the reasoning model took in a run: tokens, seconds, and what it cost where the deployment declares a price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frontend.tags import thousands
from frontend.words import duration


@dataclass(frozen=True, slots=True)
class Spent:
    """`cost` is None where no price is declared; it is in the unit of that price."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0
    seconds: float = 0.0
    calls: int = 0
    cost: float | None = None

    @property
    def tokens(self) -> int:
        return self.prompt + self.completion


def spent_on(steps: Iterable[Mapping[str, Any]]) -> Spent:
    """Over what steps came to: those that no model was asked for count nothing."""
    used = [got.get("model") or {} for got in steps]
    counts = {
        name: sum(int(one.get(name) or 0) for one in used) for name in ("prompt", "cached", "completion", "calls")
    }
    costs = [float(one["cost"]) for one in used if one.get("cost") is not None]
    seconds = round(fsum(float(one.get("seconds") or 0) for one in used), 3)
    return Spent(**counts, seconds=seconds, cost=fsum(costs) if costs else None)


def step_words(spent: Spent) -> str:
    """3 400 tokens in, 210 out; 2.1 s of the model. Empty where nothing was asked."""
    if not spent.calls:
        return ""
    told = _("%(prompt)s tokens in, %(completion)s out; %(seconds)s of the model") % {
        "prompt": thousands(spent.prompt),
        "completion": thousands(spent.completion),
        "seconds": duration(spent.seconds),
    }
    return ", ".join([told, *_cost(spent)])


def run_words(spent: Spent) -> str:
    """12 400 in 9 calls, 8 000 of them kept by the server; cost 0.021"""
    told = ngettext("%(n)s in %(calls)s call", "%(n)s in %(calls)s calls", spent.calls) % {
        "n": thousands(spent.tokens),
        "calls": spent.calls,
    }
    if spent.cached:
        told = _("%(told)s, %(cached)s of them kept by the server") % {"told": told, "cached": thousands(spent.cached)}
    return told


def cost_words(spent: Spent) -> str:
    """In the unit in which the deployment declares its prices; empty where it declares none."""
    return "" if spent.cost is None else f"{spent.cost:.4f}"


def _cost(spent: Spent) -> list[str]:
    said = cost_words(spent)
    return [_("cost %(cost)s") % {"cost": said}] if said else []
