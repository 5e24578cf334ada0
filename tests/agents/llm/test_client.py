"""The client of a reasoning model against a server that speaks vLLM's shape: how it asks, and what it took."""

from __future__ import annotations

import logging
import time

import pytest

from agents.llm import client
from agents.llm.asking import Usage
from agents.llm.client import Price
from agents.llm.failures import (
    CutShort,
    ModelError,
    NotValid,
    OverBudget,
)
from tests.agents.llm.asking import FITS, PROMPT, SCHEMA, SECRET, ask, model_at
from tests.model_server import (
    Break,
    Cut,
    Empty,
    Huge,
    LengthStop,
    Raw,
    Redirect,
    Server,
    Status,
    in_turn,
)

# --- how it asks ------------------------------------------------------------------


def test_it_thinks_first_and_then_fills_in_the_form(server):
    reply = ask(model_at(server.setting))
    thinking, form = server.requests
    assert reply.data == FITS
    assert reply.reasoning == server.thoughts
    assert reply.model == "clew"
    assert thinking["stream"] is True and thinking.form is None
    assert "stream" not in form and form.schema == SCHEMA and form.form["strict"] is True
    assert form.template == "weigh"
    assert form["messages"][:2] == thinking["messages"], "a server keeps what is the same"
    assert form["messages"][2] == {"role": "assistant", "content": server.thoughts}


def test_without_thinking_it_asks_once(server):
    reply = ask(model_at(server.setting), think=False)
    (form,) = server.requests
    assert reply.data == FITS and reply.reasoning == ""
    assert [message["role"] for message in form["messages"]] == ["system", "user"]
    assert form["chat_template_kwargs"] == {"enable_thinking": False, "thinking": False}


def test_thoughts_are_heard_piece_by_piece_in_their_order(server):
    heard: list[str] = []
    reply = ask(model_at(server.setting), heard=heard.append)
    assert len(heard) == len(server.thoughts.split())
    assert "".join(heard) == reply.reasoning == server.thoughts


def test_older_servers_name_the_field_otherwise():
    with Server(FITS, field="reasoning_content") as server:
        assert ask(model_at(server.setting)).reasoning == server.thoughts


def test_thoughts_are_kept_up_to_a_bound(server):
    server.thoughts = "word " * 10_000
    heard: list[str] = []
    reply = ask(model_at(server.setting), heard=heard.append)
    assert len(reply.reasoning) == client.REASONING == len("".join(heard))


def test_where_all_thoughts_do_not_fit_the_form_is_written_from_their_end(server):
    server.thoughts = "so. " * 1500 + "It is the second."
    assert ask(model_at(server.setting), tokens=4500).data == FITS
    shown = server.requests[-1]["messages"][2]["content"]
    assert len(shown) < len(server.thoughts) and shown.endswith("It is the second.")


def test_thinking_that_is_cut_by_its_length_or_its_connection_still_serves(server):
    for thoughts, kept in ((LengthStop(), "It may be that"), (Cut(), "one two "), (Break(), "one two ")):
        server.thoughts = thoughts
        reply = ask(model_at(server.setting))
        assert reply.data == FITS and reply.reasoning == kept


def test_what_was_heard_is_never_told_again_after_a_cut(server):
    server.thoughts = Cut()
    heard: list[str] = []
    ask(model_at(server.setting), heard=heard.append)
    assert heard == ["one ", "two "]


def test_a_stream_that_breaks_before_its_first_word_is_asked_for_again(server):
    server.thoughts = in_turn(Cut(after=0), "Broad thumbs.")
    assert ask(model_at(server.setting)).reasoning == "Broad thumbs."


def test_where_there_is_no_room_to_think_it_answers_at_once(server):
    assert ask(model_at(server.setting), tokens=1200).data == FITS
    (form,) = server.requests
    assert form.form is not None


def test_a_server_that_does_not_know_vllms_own_field_is_asked_without_it_from_then_on():
    with Server(FITS, knows_templates=False) as server:
        model = model_at(server.setting)
        for _ in range(2):
            assert ask(model, think=False).data == FITS
        assert ["chat_template_kwargs" in asked for asked in server.requests] == [True, False, False]


def test_the_key_goes_along_and_stands_in_no_repr():
    with Server(FITS, key="hunter2") as server:
        model = model_at(server.setting, "hunter2")
        assert ask(model).data == FITS
        assert "hunter2" not in repr(model._line)


# --- what it took -----------------------------------------------------------------


def test_usage_is_the_sum_of_all_calls_with_what_the_server_kept_and_what_it_costs(server):
    usage = ask(model_at(server.setting, price=Price(2.0, 10.0))).usage
    prompt = sum(one["prompt_tokens"] for one in server.counted)
    completion = sum(one["completion_tokens"] for one in server.counted)
    assert (usage.prompt, usage.completion, usage.calls) == (prompt, completion, 2)
    assert usage.cached == len(PROMPT.system) // 4, "the second call begins like the first"
    assert usage.cost == pytest.approx((2 * prompt + 10 * completion) / 1e6)
    assert usage.seconds > 0


def test_without_a_price_there_is_no_cost(server):
    assert ask(model_at(server.setting)).usage.cost is None


def test_a_server_that_does_not_count_is_counted_for():
    with Server(FITS, counts=False) as server:
        usage = ask(model_at(server.setting)).usage
        assert usage.prompt > len(server.requests[0].text) / 8 and usage.completion > 0


def test_usage_comes_also_with_a_failure(server):
    server.answers = "no JSON"
    with pytest.raises(NotValid) as caught:
        ask(model_at(server.setting))
    assert caught.value.usage.calls == 3 == len(server.requests)
    assert caught.value.usage.tokens == sum(one["total_tokens"] for one in server.counted)


# --- the budget -------------------------------------------------------------------


@pytest.mark.parametrize("given", [{"tokens": 150}, {"tokens": 0}, {"seconds": 0.0}])
def test_what_is_over_the_budget_is_not_asked(server, given):
    with pytest.raises(OverBudget) as caught:
        ask(model_at(server.setting), **given)
    assert server.requests == []
    assert caught.value.usage == Usage()


def test_all_calls_together_stay_within_the_tokens(server):
    ask(model_at(server.setting), tokens=3000)
    for number, asked in enumerate(server.requests):
        spent = sum(one["total_tokens"] for one in server.counted[:number])
        assert spent + len(asked.text) // 4 + asked["max_tokens"] <= 3000


def test_where_the_rest_does_not_suffice_for_mending_nothing_more_is_asked(server):
    server.answers = '"' + "x" * 2000
    with pytest.raises(NotValid):
        ask(model_at(server.setting), think=False, tokens=1200)
    assert len(server.requests) == 1


# --- answers that do not fit ------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("Certainly! {", "no valid JSON"),
        ({**FITS, "weight": 7}, "$.weight: at most 3"),
        ({**FITS, "stance": "perhaps"}, "$.stance: expected one of for, against, missing"),
        ({"stance": "for"}, "weight is missing"),
        ({**FITS, "score": 0.9}, "score is not asked for"),
        ('{"stance": NaN}', "no valid JSON"),
        (Empty(), "no valid JSON"),
    ],
)
def test_the_model_is_told_once_what_does_not_fit(server, bad, told):
    server.answers = in_turn(bad, FITS)
    assert ask(model_at(server.setting)).data == FITS
    assert len(server.requests) == 3
    mending = server.requests[-1]["messages"]
    assert [message["role"] for message in mending[-2:]] == ["assistant", "user"]
    assert told in mending[-1]["content"]


def test_after_the_second_bad_answer_there_is_none(server):
    server.answers = {**FITS, "weight": 7}
    with pytest.raises(NotValid):
        ask(model_at(server.setting), think=False)
    assert len(server.requests) == 2


def test_an_answer_without_an_end_is_cut_short_and_not_asked_for_again(server):
    for answer in (LengthStop(), LengthStop(content='{"stance": "f'), Huge()):
        server.requests.clear()
        server.answers = answer
        with pytest.raises(CutShort):
            ask(model_at(server.setting), think=False)
        assert len(server.requests) == 1


def test_a_schema_with_more_than_is_checked_is_a_mistake_of_ours(server):
    with pytest.raises(TypeError, match="pattern"):
        ask(model_at(server.setting), schema={"type": "string", "pattern": "x"})
    assert server.requests == []


# --- what nobody may read ---------------------------------------------------------


@pytest.mark.parametrize(
    "answer", [FITS, Status(400, SECRET), Status(500, SECRET), SECRET, Cut(), Raw(SECRET.encode()), Redirect(), Empty()]
)
def test_no_word_of_prompt_or_answer_reaches_a_log_or_an_error(server, answer, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    server.answers = answer
    try:
        ask(model_at(server.setting))
    except ModelError as error:
        for shown in (error.message, error.hint, str(error), repr(error)):
            assert SECRET not in shown
        assert error.__cause__ is None
    assert SECRET in server.requests[0].text, "the test would notice nothing"
    assert SECRET not in caplog.text
    assert SECRET not in "".join(capfd.readouterr())


def test_proxies_of_the_environment_are_not_used(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(model_at(server.setting)).data == FITS


def test_no_thread_stays_behind(server):
    import threading

    ask(model_at(server.setting))
    deadline = time.monotonic() + 10
    while [one for one in threading.enumerate() if isinstance(one, threading.Timer)] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not [one for one in threading.enumerate() if isinstance(one, threading.Timer)]
