"""What an investigation of another patient keeps of a case of the team: a number, and nothing that outlives it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.local_cases import actions as local_cases
from diagnosis_app.review import verdicts
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs import worker
from diagnosis_app.runs.models import Event, Evidence, Run, Step
from diagnosis_app.runs.telling import _got_match
from tests.diagnosis_app.local_cases.keeping import keep
from tests.diagnosis_app.review.judging import PRESENT, made_case

pytestmark = pytest.mark.django_db(transaction=True)
FIBROSIS = "OMIM:219700"  # nobody who looks like this has it: it is named nowhere but by the case of the team


def stored(run: Run) -> str:
    rows = [
        *Evidence.objects.filter(run=run).values("key", "kind", "source", "locator", "quote", "body"),
        *Step.objects.filter(run=run).values("detail"),
        *Event.objects.filter(run=run).values("payload"),
    ]
    return json.dumps(rows, default=str)


def test_no_run_of_another_patient_names_a_case_of_the_team(actor: Actor, run: Run, team: Any) -> None:
    verdicts.give_another(actor, run, FIBROSIS, "confirmed")
    kept = keep(actor, run, FIBROSIS)
    like_it = made_case(actor, team, findings=[{"term": term} for term in PRESENT[1:]], note="")
    other = runs.request_run(actor, like_it)
    worker.investigate(other.pk)
    got = Step.objects.filter(run=other, action="match").order_by("seq")[0].detail["got"]
    assert got["local"] == 1 and got["nearest"] > 0, "it was compared, and only counted"
    assert got["cases"] == 0 and got["best"] == 0 and got["diagnoses"] == []
    names = (str(kept.pk), kept.reference_shown, FIBROSIS, "ystic fibrosis", "Cases of the team")
    assert not [name for name in names if name in stored(other)]
    local_cases.withdraw(actor, kept, "consent")
    assert not [name for name in names if name in stored(other)]


def test_the_thread_counts_them_and_no_more() -> None:
    published = {"cases": 2, "best": 0.5, "diagnoses": [{"name": "Apert syndrome", "cases": 2}], "nearest": 0.9}
    assert _got_match({**published, "local": 0}).endswith("2 Apert syndrome. The nearest is 50 % alike.")
    assert _got_match({**published, "local": 2}).endswith(" 2 of the team’s own are alike.")
    alone = _got_match({"cases": 0, "best": 0.0, "nearest": 0.9, "local": 1})
    assert alone == "No published case shares a finding. 1 of the team’s own is alike."
