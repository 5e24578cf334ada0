"""How investigations on this server went, over all teams: counts and medians, by who decided.

It reads the numbers that each run left when it ended (`runs.went`) and nothing else of it. A group of fewer than five
runs is not shown, and neither is how many it has: a median of few would tell of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.runs.models import Outcome, Run

LEAST = 5  # runs of a group
LATEST = 2_000  # runs that are read
SHARES = ("efficiency", "factuality", "completeness")

Went = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """The runs of one policy. Each figure is a median; None where none of them has it."""

    policy: str
    runs: int
    efficiency: float | None
    factuality: float | None
    completeness: float | None
    seconds: float | None
    calls: float | None
    tokens: float | None
    cached: float | None
    answering: float | None  # seconds that a model took
    cost: float | None

    @property
    def name(self) -> str:
        return {"rules": _("Rules")}.get(self.policy, self.policy or _("not stated"))

    @property
    def asked_a_model(self) -> bool:
        return any(one is not None for one in (self.calls, self.tokens, self.answering, self.cost))


def groups(actor: Actor) -> list[Group]:
    """The largest first."""
    actor.require(Verb.EVALUATION_READ)
    ended = Run.objects.filter(outcome__in=(Outcome.RANKED, Outcome.PARTIAL)).exclude(went={})
    by: dict[str, list[Went]] = {}
    for policy, went in ended.order_by("-ended_at").values_list("manifest__policy", "went")[:LATEST]:
        if "factuality" in went:  # others were stopped before anything was checked
            by.setdefault(str(policy or ""), []).append(went)
    found = [_group(policy, runs) for policy, runs in by.items() if len(runs) >= LEAST]
    return sorted(found, key=lambda one: (-one.runs, one.policy))


def _group(policy: str, runs: Sequence[Went]) -> Group:
    models = [went["model"] for went in runs if went.get("model")]
    shares = {name: _median(_share(went.get(name)) for went in runs) for name in SHARES}
    return Group(
        policy=policy,
        runs=len(runs),
        **shares,
        seconds=_median(went.get("seconds") for went in runs),
        calls=_enough(one.get("calls") for one in models),
        tokens=_enough(_tokens(one) for one in models),
        cached=_enough(one.get("cached") for one in models),
        answering=_enough(one.get("seconds") for one in models),
        cost=_enough(one.get("cost") for one in models),
    )


def _share(counted: Sequence[int] | None) -> float | None:
    return counted[0] / counted[1] if counted and counted[1] else None


def _tokens(one: Mapping[str, Any]) -> float | None:
    known = [one[name] for name in ("prompt", "completion") if one.get(name) is not None]
    return sum(known) if known else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return float(median(known)) if known else None


def _enough(values: Iterable[float | None]) -> float | None:
    """The median of what some runs of a group have: under five of them none is told."""
    known = [one for one in values if one is not None]
    return float(median(known)) if len(known) >= LEAST else None
