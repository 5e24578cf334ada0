"""What may be done next: plain values that come back from JSON as they went, under a name made of their content."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.actions import Action, Ask, Conclude, Decision, Lookup, Match, Search, Verb, decision_of, key_of

WORDS = st.text(max_size=12)
MANY = st.lists(WORDS, max_size=4).map(tuple)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Lookup, WORDS, WORDS),
    st.builds(Match, MANY),
    st.builds(Search, MANY, MANY),
    st.builds(Ask, WORDS),
    st.just(Conclude()),
)


@given(ACTIONS, WORDS, st.dictionaries(WORDS, st.one_of(WORDS, st.integers(), st.lists(WORDS)), max_size=3))
def test_a_decision_comes_back_from_json_as_it_went(action: Action, because: str, facts: dict[str, Any]) -> None:
    decision = Decision(action, because, facts)
    again = decision_of(json.loads(json.dumps(decision.as_json())))
    assert again == decision and key_of(again.action) == key_of(action)


@given(ACTIONS, ACTIONS)
def test_two_actions_have_one_name_only_where_they_are_the_same(one: Action, other: Action) -> None:
    assert (key_of(one) == key_of(other)) is (one == other)


def test_the_name_of_an_action_is_the_same_on_every_host() -> None:
    assert key_of(Ask("HP:0005347")) == "ask-7fce3621338def48"
    assert key_of(Conclude()).startswith("conclude-") and len(key_of(Conclude())) <= 80


def test_the_reason_is_no_part_of_the_name() -> None:
    decision = Decision(Ask("HP:0005347"), "close", {"gap": 0.4})
    other = replace(decision, because="sent_back_ask", facts={})
    assert key_of(decision.action) == key_of(other.action)


@pytest.mark.parametrize(
    "said",
    [
        {"verb": "prescribe", "given": {}, "because": "", "facts": {}},
        {"verb": "ask", "given": {"finding": "HP:0005347", "patient": "x"}, "because": "", "facts": {}},
        {"verb": "ask", "given": {}, "because": "", "facts": {}},
        {"verb": "back", "given": {}, "because": "", "facts": {}},
    ],
)
def test_what_is_no_action_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"prescribe|ask|back"):
        decision_of(said)


def test_every_verb_can_be_said() -> None:
    assert {one.verb for one in (Lookup(""), Match(), Search(()), Ask(""), Conclude())} == set(Verb)
