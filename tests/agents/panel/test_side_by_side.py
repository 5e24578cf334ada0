"""Three actions that the model chose at once, read side by side, of which one fails: the others stand as they would."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from agents import performing
from agents.actions import Search
from agents.contract import Outcome, OutcomeCode
from agents.performing import Performed
from retrieval.errors import SnapshotUnreadable
from tests.agents.investigating import Investigation
from tests.agents.panel.test_panel import SEARCHES, acting, investigated
from tests.agents.small_world import SmallWorld

LOOK = {**SEARCHES, "verb": "lookup", "diseases": ["D2"]}
MATCH = {**SEARCHES, "verb": "match", "diseases": []}
ACTIONS = {"search": SEARCHES, "lookup": LOOK, "match": MATCH}
FUNCTIONS = {"search": "_search", "lookup": "_look_up", "match": "_match"}


def side_by_side(world: SmallWorld) -> Investigation:
    return investigated(world, {"policy": acting(*ACTIONS.values())})


def unreadable(*_: Any) -> Performed:
    raise SnapshotUnreadable("passages/text_blob.npy cannot be read (OSError).", hint="Build it again.")


def met(original: Callable[..., Performed], barrier: threading.Barrier) -> Callable[..., Performed]:
    """Goes on once all three are under way; alone it would wait in vain."""

    def performed(*given: Any) -> Performed:
        barrier.wait(20)
        return original(*given)

    return performed


@pytest.mark.parametrize("fails", ACTIONS)
def test_one_that_fails_is_a_failed_step_and_the_others_bring_what_they_would_have(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    whole = side_by_side(world)
    whole.go()
    barrier = threading.Barrier(3)
    with monkeypatch.context() as broken:
        for action, name in FUNCTIONS.items():
            original = unreadable if action == fails else getattr(performing, name)
            broken.setattr(performing, name, met(original, barrier))
        one = side_by_side(world)
        outcome = one.go()
    assert isinstance(outcome, Outcome)
    assert (outcome.code, outcome.reasons) == (OutcomeCode.PARTIAL, ("step_failed",))
    acted = {step.action: step for step in one.record.steps() if step.action in ACTIONS}
    assert list(acted) == list(ACTIONS), "in the order in which they were chosen"
    assert [action for action, step in acted.items() if step.error] == [fails]
    undisturbed = {step.action: step for step in whole.record.steps()}
    for action in set(ACTIONS) - {fails}:
        assert acted[action].got == undisturbed[action].got and acted[action].digest_out
        assert set(acted[action].got["brought"]) <= set(one.record.evidence())
    claims = [claim for claims in one.record.claims().values() for claim in claims]
    assert claims and all(claim.verified for claim in claims)


def test_whoever_goes_on_repeats_neither_what_was_done_nor_what_failed(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(performing, "_search", unreadable)
        one = side_by_side(world)
        first = one.go()
    performed: list[Any] = []
    original = performing.perform
    monkeypatch.setattr(
        "agents.environment.perform", lambda action, *more: performed.append(action) or original(action, *more)
    )
    assert one.elsewhere().go() == first and not performed


def test_an_unforeseen_error_in_one_ends_the_run_and_the_next_worker_does_what_is_left(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Performed:
        raise ZeroDivisionError

    one = side_by_side(world)
    with monkeypatch.context() as breaking:
        breaking.setattr(performing, "_look_up", broken)
        with pytest.raises(ZeroDivisionError):
            one.go()
    done = {step.action: step for step in one.record.steps() if step.action in ACTIONS}
    assert done["search"].digest_out and done["lookup"].error and "match" not in done
    performed: list[Any] = []
    original = performing.perform
    monkeypatch.setattr(
        "agents.environment.perform", lambda action, *more: performed.append(action) or original(action, *more)
    )
    outcome = one.go()
    assert isinstance(outcome, Outcome) and outcome.reasons == ("step_failed",)
    assert not any(isinstance(action, Search) for action in performed), "what was done is not done again"
