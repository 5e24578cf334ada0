"""Little, nothing, or something that cannot be read: the investigation says so and ends."""

from __future__ import annotations

from typing import Any

import pytest

from agents import performing
from agents.contract import Event, Outcome, OutcomeCode, Reason
from agents.performing import Outside
from retrieval.errors import SnapshotUnreadable
from retrieval.model import Finding, Profile
from tests.agents.conftest import patient
from tests.agents.investigating import TALL, Investigation, asked_of
from tests.agents.small_world import Silent, SmallWorld, Unreadable


def unreadable(*_: Any, **__: Any) -> Any:
    raise SnapshotUnreadable("passages/text_blob.npy cannot be read (OSError).", hint="Build it again.")


def told(one: Investigation, kind: str) -> list[Event]:
    return [event for event in one.record.events.values() if event.type == kind]


@pytest.mark.parametrize(
    ("findings", "reason"),
    [((), "no_findings"), (("HP:0000118",), "no_findings"), (("HP:0001250",), "too_few_findings")],
)
def test_nothing_and_one_vague_finding_end_as_insufficient(
    world: SmallWorld, findings: tuple[str, ...], reason: str
) -> None:
    one = Investigation(world, asked_of(Profile(tuple(Finding(term) for term in findings)), asks=True))
    outcome = one.through()
    assert outcome.code is OutcomeCode.INSUFFICIENT and reason in outcome.reasons
    assert one.actions == ["intake", "rank"] and not one.record.questions() and not one.record.candidates()


@pytest.mark.parametrize(("part", "action"), [("search", "search"), ("match", "match")])
def test_a_part_that_cannot_be_read_in_the_middle_is_a_failed_step_and_the_rest_stands(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch, part: str, action: str
) -> None:
    monkeypatch.setattr(performing, part, unreadable)
    one = Investigation(world, asked_of(patient()))
    outcome = one.through()
    assert isinstance(outcome, Outcome) and outcome.code is OutcomeCode.PARTIAL
    assert str(Reason.STEP_FAILED) in outcome.reasons
    failed = [step for step in one.record.steps() if step.error is not None]
    assert failed and {step.action for step in failed} == {action}
    assert failed[0].error is not None and failed[0].error.code == "knowledge.unreadable"
    assert failed[0].error.hint and len(told(one, "step.failed")) == len(failed)
    assert one.actions[-1] == "verify" and all(
        claim.verified for said in one.record.claims().values() for claim in said
    )


@pytest.mark.parametrize(("part", "failed"), [("passages", "intake"), ("lexical", "search")])
def test_texts_that_cannot_be_read_from_the_beginning_do_not_keep_the_ranking_back(
    world: SmallWorld, part: str, failed: str
) -> None:
    one = Investigation(Unreadable(world, part), asked_of(patient()))
    outcome = one.through()
    assert outcome.code is OutcomeCode.PARTIAL and str(Reason.STEP_FAILED) in outcome.reasons
    if failed == "intake":
        assert one.of("intake")[0].got["lost"] == ["passages"] and "search" not in one.actions
    else:
        assert {step.action for step in one.record.steps() if step.error} == {failed}
    assert one.record.candidates()[0].name == "Pfeiffer syndrome" and one.actions[-1] == "verify"


def test_what_failed_is_also_said_by_a_worker_that_goes_on_without_the_checkpoints(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(performing, "search", unreadable)
        one = Investigation(world, asked_of(TALL))
        first = one.through()
    assert one.elsewhere().go() == first and str(Reason.STEP_FAILED) in first.reasons


def test_an_unforeseen_error_is_no_failed_part(world: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("broad thumbs of the girl in bed 4")

    monkeypatch.setattr(performing, "search", broken)
    one = Investigation(world, asked_of(patient()))
    with pytest.raises(ZeroDivisionError):
        one.through()
    assert "bed 4" not in str(one.record.events) + str(one.record.steps())


def test_a_retrieval_process_that_hangs_is_said_and_passages_come_by_their_words(world: SmallWorld) -> None:
    one = Investigation(world, asked_of(patient()), outside=Outside(search=Silent()))
    outcome = one.through()
    assert outcome.code is OutcomeCode.PARTIAL and str(Reason.SEARCH_AWAY) in outcome.reasons
    assert str(Reason.STEP_FAILED) not in outcome.reasons
    assert {step.got["note"] for step in one.of("search")} == {"search.away"}
    assert one.of("search")[0].got["kept"]
    assert one.elsewhere().go() == outcome
