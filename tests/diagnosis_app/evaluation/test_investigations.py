"""Medians over the investigations of this server: none of few, and nothing of any run but its numbers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import Content, FindingEntry
from diagnosis_app.errors import Forbidden
from diagnosis_app.evaluation.investigations import LEAST, groups
from diagnosis_app.runs.models import Run
from tests.people import Clinic

pytestmark = pytest.mark.django_db
WENT = {"seconds": 2.0, "efficiency": [3, 6], "factuality": [9, 10], "completeness": [2, 4]}


def ended(clinic: Clinic, count: int, *, policy: str = "rules", outcome: str = "partial", **went: Any) -> None:
    actor = clinic.actor()
    case = cases.create_case(actor, clinic.team.pk, Content(findings=(FindingEntry(term="HP:0001250"),)))
    version = cases.save_version(actor, case)
    for _ in range(count):
        Run.objects.create(
            team=clinic.team, case=case, version=version, manifest={"policy": policy}, requested_by_id=actor.user_id,
            state="ended", outcome=outcome, went={**WENT, **went},
        )  # fmt: skip


def page(clinic: Clinic) -> str:
    client = Client()
    client.force_login(clinic.person())
    return client.get("/evaluation/").content.decode()


def test_before_five_have_ended_it_says_so(clinic: Clinic) -> None:
    ended(clinic, LEAST - 1)
    assert groups(clinic.actor()) == []
    assert "Too few investigations yet" in page(clinic) and "no model" not in page(clinic)


def test_medians_are_over_all_teams(clinic: Clinic, other_clinic: Clinic) -> None:
    ended(clinic, 3)
    ended(other_clinic, 3, seconds=4.0, efficiency=[6, 6])
    (one,) = groups(clinic.actor())
    assert (one.policy, one.runs, one.efficiency, one.factuality, one.completeness) == ("rules", 6, 0.75, 0.9, 0.5)
    assert one.seconds == 3.0 and not one.asked_a_model
    shown = page(clinic)
    for words in ("investigations on this server, not a benchmark", "0.75", "0.90", "no model", "Rules"):
        assert words in shown, words
    assert other_clinic.team.name not in shown.split("How investigations went")[1]


def test_a_small_group_is_neither_shown_nor_counted(clinic: Clinic) -> None:
    ended(clinic, LEAST)
    ended(clinic, LEAST - 1, policy="model-of-few")
    assert [(one.policy, one.runs) for one in groups(clinic.actor())] == [("rules", LEAST)]
    assert "model-of-few" not in page(clinic)


def test_what_a_model_was_asked_has_columns_of_its_own(clinic: Clinic) -> None:
    ended(clinic, LEAST, policy="planner", model={"calls": 4, "prompt": 900, "completion": 100, "seconds": 7.0})
    ended(clinic, LEAST + 1)
    rules, planner = groups(clinic.actor())
    assert not rules.asked_a_model
    assert (planner.calls, planner.tokens, planner.answering, planner.cost) == (4.0, 1000.0, 7.0, None)
    assert "1,000" in page(clinic) or "1000" in page(clinic)


def test_a_figure_that_few_of_a_group_have_is_not_told(clinic: Clinic) -> None:
    ended(clinic, LEAST)
    ended(clinic, 1, model={"calls": 4, "cost": 1.25})
    (one,) = groups(clinic.actor())
    assert one.runs == LEAST + 1 and one.cost is None and not one.asked_a_model


def test_what_was_not_checked_or_failed_is_no_part_of_it(clinic: Clinic) -> None:
    ended(clinic, LEAST, outcome="failed")
    ended(clinic, LEAST, outcome="cancelled")
    assert groups(clinic.actor()) == []
    Run.objects.all().update(outcome="partial", went={"seconds": 2.0})
    assert groups(clinic.actor()) == []


def test_it_is_one_question_to_the_database_however_many_there_are(clinic: Clinic) -> None:
    ended(clinic, 20)
    actor = clinic.actor()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        groups(actor)
    assert len(asked) == 1


@pytest.mark.parametrize("role", list(Role))
def test_everybody_with_a_role_reads_it_and_nobody_else(clinic: Clinic, role: Role) -> None:
    ended(clinic, LEAST)
    assert groups(clinic.actor(role)) != []
    with pytest.raises(Forbidden):
        groups(Actor(None, "nobody", "page", frozenset()))
