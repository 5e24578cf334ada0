"""What the model may move, and how far: one bounded term for each candidate, among those that arithmetic places first.

The term counts what the panel found that is new to the sum, each piece the same and none by a number of the model's
own. Which candidates are the first ten is decided without it: whatever a text talks the model into, no disease enters
them by that, and within them none moves further than the bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents.contract import CandidateRecord, ContributionRecord, StepRecord

MODEL = "model"
FIRST = 10  # candidates within which the term may move anything
EACH = 0.3  # log-odds of one piece: about a third of what a usual finding counts
BOUND = 1.0  # log-odds of all of them together


def weighed(steps: Sequence[StepRecord]) -> dict[str, ContributionRecord]:
    """The term of each disease that the panel found something new about, from what it filed."""
    pieces: dict[str, dict[tuple[str, str], tuple[float, dict[str, Any]]]] = {}
    for step in steps:
        if step.action not in ("weigher", "sceptic") or "failed" in step.got:
            continue
        found = pieces.setdefault(str(step.why.get("disease", "")), {})
        for key, sign, piece in _pieces(step.got):
            found.setdefault(key, (sign * EACH, piece))
    return {disease: _term(list(found.values())) for disease, found in pieces.items() if found}


def _pieces(got: Mapping[str, Any]) -> list[tuple[tuple[str, str], float, dict[str, Any]]]:
    """What is new to the sum, each finding once for and once against, however many sources say it."""
    found = []
    for name, sign in (("supports", 1.0), ("against", -1.0)):
        for one in got.get(name, ()):
            if one["new"]:
                piece = {"by": "weigher", "says": name, "label": one["label"], "evidence": one["evidence"]}
                found.append(((name, str(one["finding"])), sign, piece))
    for one in got.get("objections", ()):
        if one["new"]:
            piece = {"by": "sceptic", "says": one["type"], "label": one["label"], "evidence": ""}
            found.append(((str(one["type"]), str(one["ground"])), -1.0, piece))
    return found


def _term(pieces: Sequence[tuple[float, dict[str, Any]]]) -> ContributionRecord:
    value = max(-BOUND, min(BOUND, sum(value for value, _ in pieces)))
    return ContributionRecord(MODEL, round(value, 6), body={"label": "", "pieces": [piece for _, piece in pieces]})


def without_model(one: CandidateRecord) -> tuple[ContributionRecord, ...]:
    return tuple(term for term in one.contributions if term.kind != MODEL)


def arithmetic(one: CandidateRecord) -> float:
    return one.prior + sum(term.value for term in without_model(one))


def places(candidates: Sequence[CandidateRecord]) -> dict[str, int]:
    """The place of each without what the model found."""
    bare = [replace(one, score=arithmetic(one)) for one in candidates]
    return {one.disease: rank for rank, one in enumerate(sorted(bare, key=_place), 1)}


def placed(candidates: Sequence[CandidateRecord], terms: Mapping[str, ContributionRecord]) -> list[CandidateRecord]:
    """In their order, each with its term where it may have one. Ties by id, as everywhere."""
    bare = [replace(one, contributions=without_model(one), score=arithmetic(one)) for one in candidates]
    order = sorted(bare, key=_place)
    first = [_with(one, terms.get(one.disease), rank) for rank, one in enumerate(order[:FIRST], 1)]
    order = [*sorted(first, key=_place), *order[FIRST:]]
    return [replace(one, rank=rank) for rank, one in enumerate(order, 1)]


def _place(one: CandidateRecord) -> tuple[float, str]:
    """Where a sum that was made in another order is the same."""
    return -round(one.score, 7), one.disease


def _with(one: CandidateRecord, term: ContributionRecord | None, rank: int) -> CandidateRecord:
    if term is None or not term.value:
        return one
    told = replace(term, body={**term.body, "arithmetic_rank": rank})
    # How often a word of strength held was measured without the term.
    return replace(one, contributions=(*one.contributions, told), score=one.score + term.value, strength="")
