"""What the panel weighed of each candidate: findings for it, against it, and those that nobody looked for, each with
the evidence that it stands on. Read from stored steps; a finding that several sources name is told once, with them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from diagnosis_app.runs.models import Step

WEIGHERS = ("weigher", "archivist")
_NAMES = ("supports", "against", "missing")


@dataclass(frozen=True, slots=True)
class Found:
    label: str
    new: bool  # to the sum
    absent: bool  # in this patient
    evidence: tuple[str, ...]  # keys


@dataclass(frozen=True, slots=True)
class Weighed:
    supports: tuple[Found, ...] = ()
    against: tuple[Found, ...] = ()
    missing: tuple[Found, ...] = ()


def weighed_of(steps: Iterable[Step], answered: Collection[str]) -> dict[str, Weighed]:
    """By disease; of those alone of which something stands. What was missing until it was `answered` is not any more;
    earlier versions kept what was missing without the place that names it."""
    told: dict[str, dict[str, dict[str, list[Mapping[str, Any]]]]] = {}
    for step in steps:
        if step.action not in WEIGHERS:
            continue
        disease, got = str(step.detail.get("why", {}).get("disease", "")), step.detail.get("got") or {}
        for name in _NAMES:
            for one in got.get(name) or ():
                term = str(one.get("finding") or one.get("term"))
                if name == "missing" and (term in answered or not one.get("evidence")):
                    continue
                told.setdefault(disease, {}).setdefault(name, {}).setdefault(term, []).append(one)
    return {disease: Weighed(**{name: _found(by_term) for name, by_term in of.items()}) for disease, of in told.items()}


def _found(by_term: Mapping[str, list[Mapping[str, Any]]]) -> tuple[Found, ...]:
    return tuple(
        Found(
            label=str(pieces[0]["label"]),
            new=any(one.get("new") for one in pieces),
            absent=any(one.get("absent") for one in pieces),
            evidence=tuple(dict.fromkeys(str(one["evidence"]) for one in pieces if one.get("evidence"))),
        )
        for pieces in by_term.values()
    )
