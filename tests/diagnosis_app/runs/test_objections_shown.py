"""What the sceptic held against a candidate stands first among what speaks against it, with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils.html import strip_tags

from diagnosis_app.accounts.policy import Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.runs import actions, worker
from diagnosis_app.runs.result import result_of
from tests.agents.investigating import NOT_APERT

if TYPE_CHECKING:
    from diagnosis_app.accounts.models import Team
    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.runs.models import Run
    from retrieval.snapshot import Snapshot

pytestmark = pytest.mark.django_db(transaction=True)
SIGN = "Finger syndactyly"


@pytest.fixture
def ended(snapshot: Snapshot, actor: Actor, team: Team) -> Run:
    findings = [{"term": one.term, "status": str(one.status)} for one in NOT_APERT.findings]
    made = cases.create_case(actor, team.pk, read_content({"findings": findings}))
    run = actions.request_run(actor, cases.find(actor, Verb.CASE_READ, made.pk), asks=False)
    worker.investigate(run.pk)
    run.refresh_from_db()
    return run


def test_it_is_not_hidden_among_the_rest_and_is_said_once(ended: Run) -> None:
    result = result_of(ended)
    apert = next(one for one in (*result.entries, *result.others) if one.name == "Apert syndrome")
    assert apert.argued and apert.rank > 1 and not apert.strength
    first, second = apert.against.statements[:2]
    assert first.text.startswith(f"Objection: {SIGN}") and first.value.startswith("−1.") and first.sources
    assert second.text.startswith(SIGN) and "36 of 36" in second.text
    assert first.sources[0].number == second.sources[0].number, "the same source"
    assert not [part for part in apert.against.rest.parts if SIGN in part.words]
    assert strip_tags(apert.why).count(SIGN) == 1


def test_a_candidate_that_nothing_is_held_against_has_no_objection(ended: Run) -> None:
    first = result_of(ended).entries[0]
    assert first.strength and not any("Objection" in one.text for one in first.against.statements)
