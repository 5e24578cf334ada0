"""Reading a stream of events, and what is guessed before a server counts."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agents.llm import completions
from agents.llm.failures import OtherModel, Unreachable
from agents.llm.tokens import estimate, of_messages

EVENTS = [{"a": "Ödem, 早期"}, {"b": 2}, {"c": [None, "\n"]}]
STREAM = b": alive\r\n\r\nevent: x\n" + b"".join(
    b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\r\n\r\n" for event in EVENTS
)
DONE = b"data: [DONE]\n\ndata: {}\n\n"


@given(some.lists(some.integers(1, 40), min_size=1, max_size=40))
def test_events_are_the_same_wherever_the_network_cuts_the_bytes(sizes):
    whole, pieces = STREAM + DONE, []
    for size in sizes:
        pieces.append(whole[:size])
        whole = whole[size:]
    assert list(completions._events([*pieces, whole])) == EVENTS


def test_what_is_no_event_is_no_stream():
    with pytest.raises(Unreachable):
        list(completions._events([b"data: {\n\n"]))
    with pytest.raises(Unreachable):
        list(completions._events([b"x" * 1000] * 2000))


@pytest.mark.parametrize(
    "data",
    [{"choices": None}, {"choices": [None]}, {"choices": [{"delta": "x"}]}, {"choices": [{"delta": {"content": 7}}]},
     {}, {"usage": "x"}, {"usage": {"prompt_tokens": "many", "prompt_tokens_details": None}}],
)  # fmt: skip
def test_a_strange_event_brings_nothing_and_breaks_nothing(data):
    piece, _ = completions._after(completions.Said(), data)
    assert piece == ""


def test_what_a_server_counts_is_never_negative_and_no_more_is_kept_than_was_asked():
    usage = {"prompt_tokens": 5, "completion_tokens": -3, "prompt_tokens_details": {"cached_tokens": 9}}
    assert completions._counted({"usage": usage}) == completions.Counted(5, 5, 0)


@pytest.mark.parametrize(
    ("asked", "answers", "same"),
    [
        ("clew", "clew", True),
        ("gpt-4o", "gpt-4o-2024-08-06", True),
        ("gpt-4", "gpt-4-0613", True),
        ("large-latest", "large-2411", True),
        ("clew", "", True),  # says nothing of itself
        ("gpt-4o", "gpt-4o-mini", False),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-05-13", False),
        ("small-2505", "small-2507", False),
        ("qwen3-8b", "qwen3-32b", False),
        ("clew", "clew2", False),
        ("clew", "newer", False),
    ],
)
def test_an_edition_of_the_asked_model_is_that_model_and_no_other_is(asked, answers, same):
    line = SimpleNamespace(address=SimpleNamespace(model=asked))
    if same:
        assert completions._answering(line, {"model": answers}) == answers
    else:
        with pytest.raises(OtherModel):
            completions._answering(line, {"model": answers})


@pytest.mark.parametrize(
    ("text", "at_least"),
    [
        ("The patient has broad thumbs and a beaked nose.", 10),  # no word is less than a token
        ("HP:0011304", 9),  # Qwen has a token for each figure
        ("Der Patient hat Krampfanfälle und eine Mikrozephalie.", 8),
        ("患者には幅の広い親指がある", 13),
    ],
)
def test_tokens_are_guessed_rather_too_many_than_too_few(text, at_least):
    assert at_least <= estimate(text) <= 4 * at_least


def test_every_message_has_marks_of_its_own():
    assert of_messages([{"role": "user", "content": ""}] * 2) > of_messages([{"role": "user", "content": ""}])
