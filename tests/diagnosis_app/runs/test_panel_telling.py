"""What each voice of the reasoning model says of itself in the thread, in words that are ours."""

from __future__ import annotations

from typing import Any

import pytest

from agents.prompts import JOBS
from diagnosis_app.runs import panel_telling
from diagnosis_app.runs.narration import line
from diagnosis_app.runs.telling import why_of
from diagnosis_app.runs.thread import DONE, FAILED, NOW, PANEL, StepShown

BEST = {"term": "HP:1", "label": "Deafness", "gain": 0.312}
USAGE = {"prompt": 900, "cached": 600, "completion": 100, "seconds": 2.5, "calls": 1, "cost": None}


def step(action: str, got: dict[str, Any], state: str = DONE, **more: Any) -> StepShown:
    return StepShown(action, action, state, got=got, **more)


def test_the_voices_are_those_that_are_asked() -> None:
    assert PANEL == JOBS and set(panel_telling.titles()) == set(JOBS)
    assert all(panel_telling.asked_for(job, {}) for job in JOBS)


def test_what_of_a_long_note_is_not_read_is_told() -> None:
    told = line(step("reader", {"found": []}, why={"unread": 179_000})).why
    assert told.endswith("The note is long: 179\u202f000 characters after this part are not read by the model.")
    assert "not read" not in line(step("reader", {"found": []})).why


@pytest.mark.parametrize(
    ("action", "got", "told"),
    [
        ("reader", {"found": [{"term": "HP:1", "label": "Seizure", "quote": "fits"}]}, "1 finding in the note, not in"),
        ("reader", {"found": []}, "Nothing in it that the case does not hold."),
        ("proposer", {"grounded": [{"id": "OMIM:1", "name": "Rare", "explains": []}]}, "Proposed: Rare."),
        ("proposer", {"grounded": []}, "No disease beyond the list."),
        (
            "policy",
            {
                "chosen": [
                    {"verb": "lookup", "facts": {"name": "Apert"}},
                    {"verb": "match", "facts": {}},
                    {"verb": "search", "facts": {"one": "Apert", "other": "Pfeiffer"}},
                    {"verb": "ask", "facts": {}},
                    {"verb": "conclude", "facts": {}},
                ],
                "repeated": 0,
            },
            "Chosen: look up Apert; match published cases; search passages on Apert and Pfeiffer; ask a question; "
            "stop here.",
        ),
        ("policy", {"chosen": [], "repeated": 2}, "No choice that can be done: the rules decide. 2 had been done"),
        (
            "weigher",
            {
                "supports": [{"label": "Proptosis", "new": True}, {"label": "Seizure", "new": False}],
                "against": [{"label": "Macrocephaly", "new": False}],
                "missing": [{"term": "HP:2", "label": "Deafness"}],
            },
            "For: Proptosis (new to the sum) and Seizure. Against: Macrocephaly. Named, not recorded here: Deafness.",
        ),
        ("weigher", {"supports": [], "against": [], "missing": []}, "Nothing in it counts for or against."),
        (
            "archivist",
            {
                "supports": [{"label": "Proptosis", "new": False}],
                "against": [{"label": "Macrocephaly", "new": False}],
                "missing": [{"term": "HP:2", "label": "Deafness"}],
            },
            "For: Proptosis. Against: Macrocephaly. Named, not recorded here: Deafness.",
        ),
        (
            "sceptic",
            {
                "objections": [
                    {"type": "contradicted_sign", "label": "Syndactyly", "new": False},
                    {"type": "unexplained_sign", "label": "Seizure", "new": False},
                    {"type": "mimic", "label": "Pfeiffer", "new": True},
                ]
            },
            "Syndactyly speaks against it (the sum counts it already); Seizure is not explained (the sum counts it "
            "already); Pfeiffer explains what it does, and more.",
        ),
        ("sceptic", {"objections": []}, "No objection stands."),
        ("planner", {"next": [{"term": "HP:1", "label": "Deafness", "gain": 0.2}]}, "First: Deafness."),
        ("planner", {"next": []}, "It chose none of them."),
        ("planner", {"next": [], "stop": False, "best": BEST}, "It chose none of them."),
        (
            "planner",
            {"next": [], "stop": True, "best": BEST},
            "The model sees no further question worth its burden. "
            "By arithmetic the best, Deafness, is worth 0.31 bits.",
        ),
        (
            "second",
            {"opinions": {"a": "supports", "b": "partly", "c": "partly", "d": "not"}},
            "1 supported, 2 only in part, 1 not supported, as it reads them.",
        ),
        ("second", {"opinions": {}}, "It gave no opinion."),
        ("writer", {"sentences": [{"text": "x", "statements": ["a"]}]}, "1 sentence kept."),
        ("writer", {"sentences": []}, "No sentence was kept."),
    ],
)
def test_what_was_kept_is_told(action: str, got: dict[str, Any], told: str) -> None:
    said = line(step(action, got))
    assert said.got.startswith(told) and said.verb.startswith("Model") and said.asks_model


def test_of_many_names_the_first_are_named_and_the_rest_counted() -> None:
    found = [{"label": f"Finding {n}", "new": False} for n in range(6)]
    told = line(step("weigher", {"supports": found, "against": [], "missing": []})).got
    assert told == "For: Finding 0, Finding 1, Finding 2, Finding 3 and 2 more."


def test_what_stood_on_nothing_is_counted() -> None:
    assert line(step("reader", {"found": [], "refused": 1})).aside == (
        "1 thing it said stood on nothing and was set aside."
    )
    both = line(step("proposer", {"grounded": [], "refused": 2, "ungrounded": 3})).aside
    assert both.startswith("2 of what it said stood on nothing") and "3 names stand for no disease" in both
    assert not line(step("reader", {"found": [], "refused": 0})).aside


def test_names_that_stand_for_no_one_disease_are_counted_by_kind_and_none_is_repeated() -> None:
    unknown = {"name": "Fabry thumb", "explains": [], "among": [], "of": 0}
    several = {"name": "Fabry disease", "explains": [], "among": [], "of": 2}
    told = line(step("proposer", {"grounded": [], "named": [unknown, several], "ungrounded": 4, "unshown": 2})).aside
    assert told == (
        "3 names stand for no disease that is known here and were set aside. "
        "1 name stands for several diseases and was set aside. "
        "What was named stands in the result, apart from the list. "
        "2 names are not shown: names here are not made of such words."
    )


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("instruction", "it gives it an instruction."),
        ("instruction base64", "it gives it an instruction, in disguise (base64)."),
        ("invisible", "it holds characters that no reader sees."),
        ("direction", "it turns the direction of reading around."),
        ("script", "it holds a script."),
    ],
)
def test_a_text_that_was_withheld_is_told_as_an_attempt(code: str, why: str) -> None:
    said = line(step("weigher", {"withheld": code}))
    assert said.withheld == f"A passage that speaks to a machine was not shown to the model: {why}"
    assert not said.got and not said.spent


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("model.unreachable", "The model is away. From here on by rules."),
        ("model.overloaded", "The model is away. From here on by rules."),
        ("model.resting", "The model is away. From here on by rules."),
        ("model.timeout", "The model took too long. From here on by rules."),
        ("model.budget", "The tokens or the time of this run are used up. From here on by rules."),
        ("model.refused", "The server of the model does not take the request. From here on by rules."),
        ("model.missing", "The server does not serve the model that this run began with. From here on by rules."),
        ("model.egress", "The address of the model is outside of what this deployment allows. From here on by rules."),
        ("model.invalid", "The answer could not be used: it was not in the form that was asked for. Done by rules."),
        ("model.length", "The answer could not be used: it was cut off. Done by rules."),
    ],
)
def test_why_no_answer_came_is_told_by_its_kind(code: str, told: str) -> None:
    said = line(step("weigher", {"failed": code, "model": USAGE}))
    assert said.failed == told and not said.got
    assert said.spent, "what it took is told all the same"


def test_another_model_that_answered_is_named_where_it_has_a_name() -> None:
    said = line(step("policy", {"failed": "model.another", "answered": "newer-32b", "model": USAGE})).failed
    assert said.startswith("The server answers as another model than the one that this run began with: “newer-32b”.")
    nameless = line(step("policy", {"failed": "model.another", "answered": "", "model": USAGE})).failed
    assert nameless.startswith("The server answers as another model than the one") and "by rules" in nameless


def test_after_a_failure_that_ends_the_asking_the_words_are_of_all_that_follows() -> None:
    """The words for what stops the panel are held to the agents' own list."""
    from agents.panel.table import AWAY, SPENT

    for code in {*AWAY, SPENT}:
        assert panel_telling.failed({"failed": code}).endswith("From here on by rules.")


@pytest.mark.parametrize(
    ("gain", "told"),
    [
        ("much", "expects to learn much."),
        ("some", "expects to learn something."),
        ("little", "expects to learn little."),
    ],
)
@pytest.mark.parametrize("action", ["lookup", "search", "match", "ask"])
def test_an_action_that_the_model_chose_says_so(action: str, gain: str, told: str) -> None:
    why = {"because": "model", "by": "model", "gain": gain, "gap": None, "leaders": ["Apert"]}
    said = why_of(action, why)
    assert said.startswith("The model chose this") and told in said


def test_a_wider_match_says_with_how_much_more() -> None:
    told = why_of("match", {"because": "model", "gain": "some", "findings": 7, "wider": 2})
    assert "Asked with 2 findings more; likeness is still to this patient alone." in told


def test_where_the_model_stops_the_words_are_its_own_expectation() -> None:
    ahead = why_of("conclude", {"because": "model_stops", "gap": 2.25, "name": "Apert syndrome"})
    assert ahead == "The model expects no further step to change the order; Apert syndrome is 2.2 ahead."
    assert why_of("conclude", {"because": "model_stops", "gap": None, "name": "Apert syndrome"}) == (
        "The model expects no further step to change the order."
    )


def test_a_question_that_the_model_chose_has_a_reason_without_a_gap() -> None:
    from diagnosis_app.runs.answering import _reason

    why = {"because": "model", "gap": None, "leaders": ["Apert", "Pfeiffer"], "gain": "much"}
    assert _reason({"why": why}) == "The reasoning model chose it, among the questions that tell most."


def test_a_step_says_what_it_took() -> None:
    assert line(step("reader", {"found": [], "model": USAGE})).spent == ("900 tokens in, 100 out; 2.5 s of the model")
    priced = line(step("reader", {"found": [], "model": {**USAGE, "cost": 0.0123}})).spent
    assert priced.endswith("of the model, cost 0.0123")


def test_thinking_is_shown_while_it_lasts_and_folded_away_after() -> None:
    now = line(StepShown("reader", "reader", NOW, thought="a" * 2_000 + "end"))
    assert now.thinking.endswith("end") and len(now.thinking) == 600 and not now.thought
    done = line(step("reader", {"found": [], "reasoning": "So it is."}, thought="So"))
    assert not done.thinking and done.thought == "So it is."


def test_what_it_thought_before_it_failed_is_kept() -> None:
    away = line(step("reader", {"failed": "model.timeout", "model": USAGE}, thought="I was just"))
    assert away.thought == "I was just"
    broke = line(StepShown("reader", "reader", FAILED, error={"message": "It broke."}, thought="I was"))
    assert broke.got == "It broke." and broke.thought == "I was"


def test_a_weigher_names_the_disease_that_it_weighed() -> None:
    said = line(step("weigher", {"supports": []}, why={"name": "Apert syndrome"}))
    assert said.about == "Apert syndrome, by one passage"
    said = line(step("archivist", {"supports": []}, why={"name": "Apert syndrome"}))
    assert said.about == "Apert syndrome, by what is documented and published"
    assert "it moves nothing" in said.why
    assert line(step("sceptic", {"objections": []}, why={"name": "Apert syndrome"})).about == "Apert syndrome"
