"""What a policy that speaks reads, and that only an action said exactly is one."""

from __future__ import annotations

import json

import pytest

from agents.actions import Ask, Conclude, Lookup, Match, Search
from agents.saying import FORM, NotAnAction, permitted, read, told
from tests.agents.conftest import PRESENT
from tests.agents.published_patient import episode_of
from tests.agents.small_world import PFEIFFER, SmallWorld, Unreadable


def test_the_situation_names_patient_leaders_questions_and_what_was_done(world: SmallWorld) -> None:
    episode = episode_of(world)
    seen = episode.reset()
    text = told(seen)
    assert text.startswith("Patient: female, P14M")
    assert all(one.term in text for one in seen.profile.findings)
    assert f"1. {seen.leaders[0].disease} {seen.leaders[0].name}" in text
    question = seen.question
    assert question is not None and f"{question.term} {question.label}" in text
    assert "Done: nothing." in text and text.endswith(FORM)
    after = told(episode.step(read('{"verb": "match", "given": {}}')).observation)
    assert "Done: match." in after


def test_a_question_that_was_not_known_is_told_as_such(world: SmallWorld) -> None:
    episode = episode_of(world)
    episode.reset()
    after = episode.step(read('{"verb": "ask", "given": {"finding": "HP:0001166"}}')).observation
    assert "Asked, not known: HP:0001166 Arachnodactyly" in told(after)


def test_every_line_of_the_form_is_an_action() -> None:
    said = [read(line) for line in FORM.splitlines()[1:]]
    assert [one.action for one in said] == [
        Lookup("OMIM:154700"),
        Match(),
        Search(("OMIM:154700",), ("HP:0001166",)),
        Ask("HP:0001166"),
        Conclude(),
    ]


ASK = {"verb": "ask", "given": {"finding": "HP:0001166"}}


@pytest.mark.parametrize(
    "said",
    [
        "",
        "I would ask for arachnodactyly.",
        f"```json\n{json.dumps(ASK)}\n```",
        json.dumps(ASK) + " Because it tells.",
        json.dumps([ASK]),
        json.dumps({**ASK, "because": "it tells"}),
        json.dumps({"verb": "ask"}),
        json.dumps({"verb": "operate", "given": {}}),
        json.dumps({"verb": 1, "given": {}}),
        json.dumps({"verb": "ask", "given": {}}),
        json.dumps({"verb": "ask", "given": {"finding": "HP:0001166", "loudly": "yes"}}),
        json.dumps({"verb": "ask", "given": {"finding": ["HP:0001166"]}}),
        json.dumps({"verb": "ask", "given": {"finding": 1166}}),
        json.dumps({"verb": "search", "given": {"diseases": "OMIM:154700"}}),
        json.dumps({"verb": "match", "given": {"more": [1]}}),
        json.dumps({"verb": "conclude", "given": {"more": []}}),
        '{"verb": "conclude", "verb": "match", "given": {}}',
        '{"verb": "match", "given": NaN}',
        "[" * 100_000,
    ],
)
def test_anything_else_is_none_and_is_not_repeated(said: str) -> None:
    with pytest.raises(NotAnAction) as found:
        read(said)
    assert not said or said not in str(found.value)


def test_what_is_known_here_may_be_done_and_nothing_else(world: SmallWorld) -> None:
    seen = episode_of(world).reset()
    shown = seen.profile.findings[0].term
    assert permitted(Lookup(PFEIFFER), seen) and not permitted(Lookup("OMIM:1"), seen)
    assert permitted(Lookup(PFEIFFER, shown), seen) and not permitted(Lookup(PFEIFFER, "HP:1"), seen)
    assert permitted(Match(PRESENT), seen) and not permitted(Match(("HP:1",)), seen)
    assert permitted(Search((PFEIFFER,)), seen) and not permitted(Search(("OMIM:1",)), seen)
    assert permitted(Ask("HP:0001166"), seen) and not permitted(Ask(shown), seen)
    assert permitted(Conclude(), seen)


def test_texts_that_cannot_be_read_cannot_be_searched(world: SmallWorld) -> None:
    seen = episode_of(Unreadable(world, "passages")).reset()
    assert not permitted(Search((PFEIFFER,)), seen)
