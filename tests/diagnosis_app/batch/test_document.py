"""The document of one case whose investigation a reasoning model took part in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agents.contract import Claim, Outcome, OutcomeCode
from diagnosis_app.api.run_words import RunOfModel
from diagnosis_app.batch.offline.answer import document
from diagnosis_app.batch.reading import Input
from retrieval.snapshot import Snapshot
from tests.agents.investigating import Investigation
from tests.agents.panel.test_panel import investigated, writing
from tests.agents.small_world import SmallWorld
from tests.diagnosis_app.runs.modelled import MADE_UP, MODEL, OF_SEVERAL, naming


@pytest.fixture
def one(snapshot: Snapshot) -> Investigation:
    return investigated(SmallWorld(snapshot), {"writer": writing, "proposer": naming})


def told(one: Investigation, outcome: Outcome | None = None) -> dict[str, Any]:
    ended = outcome or one.through()
    assert isinstance(ended, Outcome)
    manifest = {"model": MODEL}
    return document(Input("a.json"), manifest, one.record, ended, 1.0)


def test_it_holds_what_the_model_left_and_marks_it(one: Investigation) -> None:
    result = told(one)
    assert RunOfModel.model_validate({name: result[name] for name in RunOfModel.model_fields}).named
    assert [(each["name"], each["of"]) for each in result["named"]] == [(MADE_UP, 0), (OF_SEVERAL, 3)]
    assert result["model"]["answered"] and len(result["summary"]) == 1


def test_a_sentence_of_a_statement_that_is_doubted_or_removed_is_not_in_it(one: Investigation) -> None:
    result = told(one)
    [key] = result["summary"][0]["statements"]
    disease = next(each["id"] for each in result["candidates"] if any(s["key"] == key for s in each["statements"]))
    whole = list(one.record.claims()[disease])

    def changed(**verdict: Any) -> dict[str, Any]:
        one.record.keep_claims(disease, [_with(claim, key, **verdict) for claim in whole])
        return told(one, Outcome(OutcomeCode(result["outcome"])))

    assert changed()["summary"] == result["summary"]
    assert changed(doubted=True)["summary"] == [] == changed(verified=False)["summary"]


def _with(claim: Claim, key: str, **verdict: Any) -> Claim:
    return replace(claim, **verdict) if claim.key == key else claim


def test_of_a_run_that_was_not_checked_nothing_is_summed_up(one: Investigation) -> None:
    ended = one.through()
    assert isinstance(ended, Outcome)
    result = told(one, replace(ended, reasons=("not_checked",)))
    assert result["summary"] == [] and result["named"]


def test_without_a_model_there_is_nothing_of_one(snapshot: Snapshot) -> None:
    plain = investigated(SmallWorld(snapshot), {})
    plain.model = None
    ended = plain.through()
    assert isinstance(ended, Outcome)
    result = document(Input("a.json"), {"model": None}, plain.record, ended, 1.0)
    assert (result["model"], result["summary"], result["look_next"], result["named"]) == (None, [], [], [])
