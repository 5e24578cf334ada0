"""What the rules decide, in situations that real investigations made."""

from __future__ import annotations

import json

import pytest

from agents.actions import Conclude, Match, Verb, decision_of
from agents.contract import Answer, Reason
from agents.performing import LOOKED_AT, Outside, World, perform
from agents.policies.rules import CLOSE, FELL, LEADERS, QUESTIONS, WEAK, Rules
from retrieval.cases import match
from retrieval.model import Status
from tests.agents.conftest import patient
from tests.agents.investigating import NOT_APERT, TALL, Investigation, Watched, asked_of
from tests.agents.small_world import SmallWorld


def investigated(world: SmallWorld, *answers: Answer, **options: object) -> Investigation:
    one = Investigation(world, asked_of(TALL, **options))  # type: ignore[arg-type]
    one.through(answers)
    return one


@pytest.fixture(scope="module")
def open_to_questions(world: SmallWorld) -> Investigation:
    """Nobody leads clearly, and the clinician knows none of what is asked."""
    return investigated(world, asks=True)


@pytest.fixture(scope="module")
def alone(world: SmallWorld) -> Investigation:
    """The same patient, and nobody to ask."""
    return investigated(world)


@pytest.fixture(scope="module")
def clear(world: SmallWorld) -> Investigation:
    """A patient whom a published case is like, whose leader is well ahead."""
    one = Investigation(world, asked_of(patient(), asks=True))
    one.through()
    return one


@pytest.fixture(scope="module")
def fell(world: SmallWorld) -> Investigation:
    """A patient whose leader lacks what nearly everybody with it has."""
    one = Investigation(world, asked_of(NOT_APERT, asks=True))
    one.through()
    return one


def decided(one: Investigation) -> list[str]:
    assert isinstance(one.policy, Watched)
    return [decision.because for _, decision in one.policy.seen]


def test_the_leaders_are_looked_up_in_their_order(clear: Investigation) -> None:
    [first, *rest] = [step for step in clear.of("lookup") if step.why["because"] != "sent_back"]
    assert first.why["because"] == "leader" and {step.why["because"] for step in rest} == {"mimic"}
    assert [step.why["rank"] for step in (first, *rest)][:LEADERS] == [1, 2, 3]
    assert first.got["name"] == "Pfeiffer syndrome" and first.got["documented"] > 20
    held = {piece.body.get("disease") for piece in clear.record.evidence().values()}
    assert {step.why["action"]["disease"] for step in (first, *rest)} <= held


def test_a_match_that_is_good_is_not_asked_again(clear: Investigation) -> None:
    [only] = clear.of("match")
    assert only.got["best"] >= WEAK and only.why["because"] == "first_look"


def test_a_weak_match_is_asked_again_with_what_the_leaders_would_lead_one_to_expect(alone: Investigation) -> None:
    first, second = alone.of("match")
    assert first.got["best"] < WEAK and second.why["because"] == "weak_match"
    assert second.why["best"] == first.got["best"] and len(second.why["leaders"]) == 2
    more = second.why["action"]["more"]
    assert more and not {one.term for one in TALL.findings} & set(more)
    assert second.got["more"] and not [label for label in second.got["more"] if label.startswith("HP:")]


def test_likeness_is_to_the_patient_however_wide_the_question_was(world: SmallWorld, alone: Investigation) -> None:
    plain = {one.id: one.similarity for one in match(world.cases, TALL, limit=LOOKED_AT)}
    action = Match(tuple(alone.of("match")[1].why["action"]["more"]))
    wide = perform(action, World(world, Outside()), TALL, {})  # type: ignore[arg-type]
    found = {str(one.body["case"]): one for one in wide.evidence}
    assert found and set(found) <= set(plain)
    assert wide.got["best"] == round(max(plain[one] for one in found), 3)


def test_passages_are_searched_for_what_separates_the_leader_from_those_close_behind(clear: Investigation) -> None:
    first = clear.of("search")[0]
    assert first.why["because"] == "separates" and first.why["one"] == "Pfeiffer syndrome"
    assert len(first.why["action"]["diseases"]) == 2 and 0 < len(first.why["action"]["findings"]) <= 3
    passages = [one for one in clear.record.evidence().values() if one.kind == "passage"]
    assert first.got["kept"] and passages
    assert {one.body["disease"] for one in passages} & set(first.why["action"]["diseases"])
    assert all(one.body["text"][one.span[0] : one.span[1]] == one.quote for one in passages)


def test_questions_are_put_while_the_leaders_are_close_and_at_most_three(open_to_questions: Investigation) -> None:
    asked = open_to_questions.record.questions()
    assert len(asked) == QUESTIONS and len({one.term for one in asked}) == QUESTIONS
    for one in asked:
        assert one.label and not one.label.startswith("HP:") and one.detail["why"]["because"] == "close"
        assert 0 <= one.detail["why"]["gap"] < CLOSE and one.detail["gain"] >= 0.1
        assert one.detail["leaders"] and len(one.detail["first_if_present"]) == 2
    known = {one.term for one in TALL.findings if one.status is Status.PRESENT}
    assert not known & {one.term for one in asked}


def test_nobody_is_asked_where_nobody_may_be_asked(alone: Investigation) -> None:
    assert not alone.record.questions() and "ask" not in alone.actions


def test_no_question_is_put_where_the_leader_is_well_ahead_and_none_fell(clear: Investigation) -> None:
    assert all(step.why["because"] == "sent_back_ask" for step in clear.of("ask"))
    assert all(CLOSE <= step.why["gap"] <= FELL for step in clear.of("ask"))
    before = clear.actions[: clear.actions.index("challenge")]
    assert "ask" not in before


def test_it_stops_for_the_reason_that_is_told(
    open_to_questions: Investigation, alone: Investigation, clear: Investigation, world: SmallWorld
) -> None:
    assert open_to_questions.of("conclude")[0].why["because"] == "asked_enough"
    assert alone.of("conclude")[0].why["because"] == "nobody_to_ask"
    assert clear.of("conclude")[0].why["because"] == "nothing_would_change"
    short = investigated(world, steps=9)
    assert short.of("conclude")[0].why["because"] == "no_steps_left" and short.actions[-1] == "verify"


@pytest.mark.parametrize("steps", [6, 8, 10, 14])
def test_few_steps_are_enough_to_reach_the_end_with_everything_checked(world: SmallWorld, steps: int) -> None:
    """The challenge sends this patient back, which takes steps: not so many that the end is missed."""
    one = Investigation(world, asked_of(patient(), steps=steps))
    outcome = one.through()
    assert str(Reason.NOT_CHECKED) not in outcome.reasons and one.actions[-2:] == ["conclude", "verify"]
    assert max(step.seq for step in one.record.steps()) <= steps


def test_nothing_is_done_twice(open_to_questions: Investigation, alone: Investigation, clear: Investigation) -> None:
    for one in (open_to_questions, alone, clear):
        done = [
            (step.action, json.dumps(step.why["action"], sort_keys=True))
            for step in one.record.steps()
            if step.action in set(Verb) and step.action != "conclude"
        ]
        assert len(done) == len(set(done))
        assert len(one.record.told()) == len(set(one.record.told()))


def test_every_step_that_was_decided_says_why(open_to_questions: Investigation, clear: Investigation) -> None:
    for one in (open_to_questions, clear):
        for step in one.record.steps():
            if step.action in set(Verb):
                assert step.why["because"], step
    facts = decided(open_to_questions)
    assert facts[0] == "first_look" and "close" in facts and facts[-1] == "asked_enough"


def test_the_same_record_gives_the_same_decision(open_to_questions: Investigation, clear: Investigation) -> None:
    for one in (open_to_questions, clear):
        assert isinstance(one.policy, Watched)
        for situation, decision in one.policy.seen[::3]:
            again = Rules().decide(situation)
            assert again == decision
            assert decision_of(json.loads(json.dumps(again.as_json()))).action == decision.action


def test_a_policy_that_wants_the_same_again_is_told_to_conclude(world: SmallWorld) -> None:
    class Stubborn:
        name = "stubborn"

        def decide(self, situation: object) -> object:
            from agents.actions import Decision, Lookup

            return Decision(Lookup("OMIM:154700"), "leader", {"name": "Marfan syndrome"})

    one = Investigation(world, asked_of(TALL), policy=Stubborn())  # type: ignore[arg-type]
    one.through()
    assert len(one.of("lookup")) == 1
    assert one.of("conclude")[0].why == {"because": "repeated", "verb": "lookup"}


def test_a_run_that_is_sent_back_is_sent_back_twice_at_the_most_and_shows_it(fell: Investigation) -> None:
    challenges = fell.of("challenge")
    assert 2 <= len(challenges) <= 3
    assert [step.why["round"] for step in challenges] == list(range(len(challenges)))
    assert challenges[0].got["sent_back"] and challenges[0].got["felled"]
    assert challenges[-1].got["sent_back"] is False
    assert len(fell.of("weigh")) == len(challenges)
    back = [step for step in fell.of("lookup") if step.why["because"] == "sent_back"]
    assert back and not [step for step in back if step.why["name"].startswith(("OMIM:", "ORPHA:"))]
    assert fell.actions[-2:] == ["conclude", "verify"]


def test_a_sceptic_that_is_never_content_is_heard_twice(world: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    from agents.environment import Challenged, Environment

    def never(self: Environment, key: str, standing: object) -> Challenged:
        order = [one.disease for one in self.record.candidates()]
        place = 0 if key == "challenge" else 1
        return Challenged(1, (order[place], order[place + 2]), (order[place + 4],), ())

    monkeypatch.setattr(Environment, "challenge", never)
    one = Investigation(world, asked_of(TALL))
    one.through()
    assert [step.got["sent_back"] for step in one.of("challenge")] == [True, True, False]


def test_a_leader_that_keeps_its_place_and_loses_its_lead_is_gone_back_to(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agents.environment import Challenged, Environment

    def once(self: Environment, key: str, standing: object) -> Challenged:
        first, second = [one.disease for one in self.record.candidates()[:2]]
        return Challenged(1, (), (), (first, second) if key == "challenge" else ())

    monkeypatch.setattr(Environment, "challenge", once)
    one = Investigation(world, asked_of(patient(), asks=True))
    one.through()
    first, second = one.of("challenge")
    leaders = [candidate.name for candidate in one.record.candidates()[:2]]
    assert first.got["sent_back"] and first.got["caught"] == leaders and not first.got["felled"]
    assert not second.got["sent_back"] and second.got["caught"] == []


def test_the_reason_at_the_end_is_of_the_order_as_it_stands() -> None:
    from agents.contract import CandidateRecord
    from agents.nodes.conclude import _why

    def order(*scores: float) -> list[CandidateRecord]:
        return [CandidateRecord(i, str(i), (), f"Disease {i}", (), one, 0.0, ()) for i, one in enumerate(scores, 1)]

    stopped = {"because": "nothing_would_change", "gap": 2.1, "asked": 0, "name": "Disease 2"}
    assert _why(stopped, order(3.0, 1.2)) == {**stopped, "gap": 1.8, "name": "Disease 1"}
    assert _why(stopped, order(3.0, 2.9)) == {**stopped, "because": "objections", "gap": 0.1, "name": "Disease 1"}
    assert _why({**stopped, "because": "asked_enough"}, order(3.0, 2.9))["because"] == "asked_enough"
    assert _why({"because": "repeated", "verb": "lookup"}, order(3.0, 2.9)) == {"because": "repeated", "verb": "lookup"}
    assert _why(stopped, order(3.0)) == stopped


def test_concluding_is_the_only_decision_without_candidates(world: SmallWorld, clear: Investigation) -> None:
    from dataclasses import replace

    assert isinstance(clear.policy, Watched)
    empty = replace(clear.policy.seen[0][0], leaders=[])
    assert Rules().decide(empty).action == Conclude()
    assert Rules().decide(replace(clear.policy.seen[0][0], steps_left=0)).because == "no_steps_left"
