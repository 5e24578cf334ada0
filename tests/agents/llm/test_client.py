"""The client of a reasoning model against a server that speaks vLLM's shape: each way to succeed and to fail."""

from __future__ import annotations

import logging
import time

import pytest

from agents.llm import client
from agents.llm.asking import Usage
from agents.llm.breaker import Breaker
from agents.llm.client import Price
from agents.llm.failures import (
    CutShort,
    Forbidden,
    ModelError,
    NotValid,
    OverBudget,
    Overloaded,
    Refused,
    Resting,
    TimedOut,
    Unreachable,
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
    Silent,
    Status,
    Trickle,
    in_turn,
)


@pytest.fixture
def server():
    with Server(FITS) as running:
        yield running


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


# --- failures of the server -------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "asked"),
    [(400, Refused, 1), (401, Refused, 1), (404, Refused, 1), (422, Refused, 1), (429, Overloaded, 4),
     (500, Overloaded, 4), (503, Overloaded, 4)],
)  # fmt: skip
def test_a_status_of_failure_has_its_type(server, status, kind, asked):
    server.answers = Status(status, f"the prompt was: {SECRET}")
    with pytest.raises(kind) as caught:
        ask(model_at(server.setting), think=False)
    assert len(server.requests) == asked == caught.value.usage.calls
    assert caught.value.hint


def test_a_wrong_key_and_an_unknown_model_are_refused():
    with Server(FITS, key="right") as server:
        with pytest.raises(Refused, match="key"):
            ask(model_at(server.setting, "wrong"))
        with pytest.raises(Refused, match="model"):
            ask(model_at(f"{server.url}#other", "right"))


def test_a_context_that_is_too_short_is_named():
    with Server(FITS, length=100) as server, pytest.raises(Refused) as caught:
        ask(model_at(server.setting), think=False)
    assert "context" in caught.value.hint


def test_what_passes_is_tried_again(server):
    server.answers = in_turn(Status(503), Cut(), FITS)
    assert ask(model_at(server.setting), think=False).data == FITS
    assert len(server.requests) == 3


def test_it_waits_as_long_as_the_server_asks_for(server):
    waited: list[float] = []
    server.answers = in_turn(Status(429, retry_after="7"), FITS)
    assert ask(model_at(server.setting, sleep=waited.append), think=False).data == FITS
    assert waited == [7.0]


def test_it_does_not_wait_longer_than_there_is_time(server):
    waited: list[float] = []
    server.answers = Status(429, retry_after="3600")
    with pytest.raises(Overloaded) as caught:
        ask(model_at(server.setting, sleep=waited.append), think=False)
    assert caught.value.wait == 3600 and waited == []


def test_pauses_grow_and_differ(server):
    waited: list[float] = []
    server.answers = Status(500)
    with pytest.raises(Overloaded):
        ask(model_at(server.setting, sleep=waited.append), think=False)
    first, second, third = waited
    assert 0.25 <= first <= 0.5 <= second <= 1.0 <= third <= 2.0


@pytest.mark.parametrize("fault", [Silent(), Trickle()], ids=["silent", "trickle"])
@pytest.mark.parametrize("think", [True, False])
def test_time_is_over_also_where_bytes_keep_coming(server, fault, think):
    server.answers = server.thoughts = fault
    with pytest.raises(TimedOut) as caught:
        ask(model_at(server.setting), think=think, seconds=0.4)
    assert caught.value.usage.prompt > 0, "the server may have read the prompt"


def test_thinking_that_is_out_of_time_leaves_some_for_the_form(server):
    server.thoughts = Silent()
    with pytest.raises(TimedOut):
        ask(model_at(server.setting), seconds=0.4)
    assert [asked.form for asked in server.requests] == [None], "nothing was thought, so nothing is written down"


@pytest.mark.parametrize("fault", [Cut(), Raw(b"<html>a proxy's page</html>"), Raw(b"")], ids=["cut", "html", "empty"])
def test_half_an_answer_or_a_foreign_one_is_none(server, fault):
    server.answers = fault
    with pytest.raises(Unreachable):
        ask(model_at(server.setting), think=False)


def test_a_body_that_ends_before_its_length_is_called_cut(server):
    server.answers = Cut()
    with pytest.raises(Unreachable, match="cut"):
        ask(model_at(server.setting), think=False)


def test_a_fault_that_is_said_in_the_midst_of_a_stream_is_the_servers(server):
    server.thoughts = Break(after=0)
    with pytest.raises(Overloaded):
        ask(model_at(server.setting))


def test_a_stream_that_is_none_is_unreachable(server):
    server.thoughts = Raw(b"data: {half\n\n", "text/event-stream")
    with pytest.raises(Unreachable):
        ask(model_at(server.setting))


def test_a_server_that_is_gone_is_unreachable(server):
    with Server(FITS) as gone:
        setting = gone.setting
    with pytest.raises(Unreachable) as caught:
        ask(model_at(setting))
    assert caught.value.retryable and "CLEW_MODEL" in caught.value.hint


def test_a_redirect_is_not_followed(server):
    with Server(FITS) as elsewhere:
        server.answers = server.thoughts = Redirect(f"{elsewhere.url}/chat/completions")
        for think in (True, False):
            with pytest.raises(Forbidden):
                ask(model_at(server.setting), think=think)
        assert elsewhere.requests == []


def test_whoever_listens_may_stop_it_and_the_server_hears_of_it(server):
    class Enough(Exception):
        pass

    def stop(piece: str) -> None:
        raise Enough

    with pytest.raises(Enough):
        ask(model_at(server.setting), heard=stop)
    assert len(server.requests) == 1


# --- the breaker ------------------------------------------------------------------


def test_after_failures_in_a_row_it_rests_and_then_lets_one_try(server):
    now = [0.0]
    model = model_at(server.setting, breaker=Breaker(failures=2, rest=30.0, clock=lambda: now[0]))
    server.answers = Status(500)
    for _ in range(2):
        with pytest.raises(Overloaded):
            ask(model, think=False)
    server.requests.clear()
    server.answers = FITS
    with pytest.raises(Resting) as caught:
        ask(model, think=False)
    assert server.requests == [] and caught.value.usage == Usage()
    now[0] = 31.0
    assert ask(model, think=False).data == FITS
    assert ask(model, think=False).data == FITS


def test_a_failed_try_lets_it_rest_again(server):
    now = [0.0]
    model = model_at(server.setting, breaker=Breaker(failures=1, rest=30.0, clock=lambda: now[0]))
    server.answers = Status(500)
    with pytest.raises(Overloaded):
        ask(model, think=False)
    now[0] = 31.0
    with pytest.raises(Overloaded):
        ask(model, think=False)
    now[0] = 60.0
    with pytest.raises(Resting):
        ask(model, think=False)


def test_only_one_tries_while_others_wait():
    now = [0.0]
    breaker = Breaker(failures=1, rest=30.0, clock=lambda: now[0])
    with pytest.raises(Unreachable), breaker.trying():
        raise Unreachable("away")
    now[0] = 31.0
    with breaker.trying(), pytest.raises(Resting), breaker.trying():
        pass
    with breaker.trying():
        pass


@pytest.mark.parametrize("error", [Refused("key"), CutShort("long"), KeyboardInterrupt()])
def test_what_says_nothing_of_the_servers_health_does_not_let_it_rest(error):
    breaker = Breaker(failures=1)
    for _ in range(3):
        with pytest.raises(type(error)), breaker.trying():
            raise error
    with breaker.trying():
        pass


def test_being_late_with_too_little_time_is_no_sign_of_illness(server):
    model = model_at(server.setting, breaker=Breaker(failures=1))
    server.answers = in_turn(Silent(), FITS)
    with pytest.raises(TimedOut):
        ask(model, think=False, seconds=0.3)
    assert ask(model, think=False).data == FITS


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
