"""A worker that is lost at the worst moment changes nothing: whoever goes on comes to the same end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pytest

from agents import actions
from agents.actions import Ask, Conclude, Lookup, Match, Search, key_of
from agents.contract import Answer, CandidateRecord, Evidence, StepRecord, Waiting
from agents.memory import MemoryRecord
from retrieval.snapshot import Snapshot
from tests.agents.investigating import NOT_APERT, TALL, Investigation, asked_of
from tests.agents.small_world import SmallWorld


class Killed(BaseException):
    """The process is gone."""


class Dies(MemoryRecord):
    """Once, when the sceptic's new order is kept, or when its step is."""

    def __init__(self, when: str) -> None:
        super().__init__()
        self.when = when

    def keep_candidates(self, candidates: Sequence[CandidateRecord]) -> None:
        super().keep_candidates(candidates)
        if self.when == "order" and self._is_challenged():
            self._die()

    def step_done(self, step: StepRecord) -> None:
        super().step_done(step)
        if self.when == "step" and step.action == "challenge":
            self._die()

    def _is_challenged(self) -> bool:
        return any(step.action == "challenge" for step in self.steps())

    def _die(self) -> None:
        self.when = ""
        raise Killed


def left_by(one: Investigation) -> Any:
    steps = [(step.key, step.why, step.got, step.digest_out) for step in one.record.steps()]
    return steps, one.record.candidates(), one.record.claims(), sorted(one.record.told())


@pytest.fixture(scope="module")
def undisturbed(snapshot: Snapshot) -> Investigation:
    one = Investigation(snapshot, asked_of(NOT_APERT))
    one.through()
    assert one.of("challenge")[0].got["sent_back"], "there is something to lose"
    return one


@pytest.mark.parametrize("when", ["order", "step"])
@pytest.mark.parametrize("elsewhere", [False, True], ids=["with its checkpoints", "on another host"])
def test_a_worker_that_is_lost_while_the_sceptic_speaks_changes_nothing(
    snapshot: Snapshot, undisturbed: Investigation, when: str, elsewhere: bool
) -> None:
    one = Investigation(snapshot, asked_of(NOT_APERT), record=Dies(when))
    with pytest.raises(Killed):
        one.go()
    (one.elsewhere() if elsewhere else one).through()
    assert left_by(one) == left_by(undisturbed)


class Unreached(MemoryRecord):
    """A database that is away once, in the middle of a step."""

    away = (ConnectionError,)

    def __init__(self) -> None:
        super().__init__()
        self.times = 1

    def keep_evidence(self, evidence: Sequence[Evidence]) -> None:
        if self.times and any(step.action == "lookup" for step in self.steps()):
            self.times -= 1
            raise ConnectionError
        super().keep_evidence(evidence)


def test_a_record_that_cannot_be_reached_for_a_moment_is_no_failed_step(
    snapshot: Snapshot, undisturbed: Investigation
) -> None:
    one = Investigation(snapshot, asked_of(NOT_APERT), record=Unreached())
    with pytest.raises(ConnectionError):
        one.go()
    assert not [step for step in one.record.steps() if step.error]
    one.through()
    assert left_by(one) == left_by(undisturbed)


def test_an_answer_finds_its_question_though_another_version_names_steps_otherwise(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Investigation(world, asked_of(TALL, asks=True))
    waiting = one.go()
    assert isinstance(waiting, Waiting)
    one.record.answer(waiting.key, Answer.PRESENT)

    def otherwise(action: actions.Action) -> str:
        return f"{action.verb}:{sorted(asdict(action).items())}"

    for place in ("agents.actions", "agents.nodes.ask", "agents.nodes.act", "agents.nodes.decide"):
        monkeypatch.setattr(f"{place}.key_of", otherwise)
    again = one.elsewhere().go()
    terms = [asked.term for asked in one.record.questions()]
    assert len(terms) == len(set(terms)), "no question is put twice"
    assert one.record.steps() and not (isinstance(again, Waiting) and again.key == waiting.key)
    assert any(step.key == waiting.key and step.got["answer"] == "present" for step in one.of("ask"))


def test_the_names_of_steps_stay_what_they_are() -> None:
    """A run that waits for its answer is gone on with by a later version: what it did is found by these names."""
    assert key_of(Lookup("OMIM:154700", "HP:0001166")) == "lookup-24822c46d4b7678f"
    assert key_of(Match(("HP:0001166",))) == "match-62a1ccd3cc14d925"
    assert key_of(Search(("OMIM:154700",), ("HP:0001166",))) == "search-e05c372f4c27bed5"
    assert key_of(Ask("HP:0001166")) == "ask-1d4b8d2ccaa25488"
    assert key_of(Conclude()) == "conclude-4f43379f40915df4"
