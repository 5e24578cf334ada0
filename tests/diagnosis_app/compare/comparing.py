"""What the tests of a comparison look up in it."""

from __future__ import annotations

from collections.abc import Callable
from math import fsum
from typing import Any

import pytest

from diagnosis_app.compare.actions import Comparison
from diagnosis_app.compare.moves import Move
from diagnosis_app.compare.sums import REST
from diagnosis_app.compare.words import move_words
from diagnosis_app.runs.models import Candidate, Run
from tests.diagnosis_app.runs.conftest import CONTENT

Investigate = Callable[..., Run]
Compared = Callable[..., Comparison]

FINDINGS = list(CONTENT["findings"])
WITHOUT_HALLUX = FINDINGS[1:]
TOE, FINGER = {"term": "HP:0004691"}, {"term": "HP:0006101", "status": "excluded"}


def row_of(found: Comparison, name: str) -> Any:
    return next(row for row in found.rows if row.name == name)


def move_of(found: Comparison, name: str) -> Move:
    return next(one for one in found.moves.all if one.one.name == name)


def told_of(found: Comparison, name: str) -> str:
    return move_words(move_of(found, name), found.moves, found.between)


def adds_up(found: Comparison) -> None:
    """For every candidate of both runs, the terms explain the whole difference of the stored scores."""
    scores = [
        dict(Candidate.objects.filter(run=side.run).values_list("disease", "score"))
        for side in (found.between.a, found.between.b)
    ]
    both = [one for one in found.moves.all if one.a is not None and one.b is not None]
    assert len(both) > 3
    for one in both:
        assert one.a is not None and one.b is not None
        was = scores[0][one.a.disease] if one.a.kept else one.a.score
        difference = (scores[1][one.b.disease] if one.b.kept else one.b.score) - was
        assert fsum(term.change.amount for term in one.terms) == pytest.approx(difference, abs=1e-6), one.one.name
        assert all(term.change.one.kind != REST for term in one.terms), "a real sum leaves nothing unsaid"
