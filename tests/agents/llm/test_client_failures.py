"""The client of a reasoning model against a server that fails, each way in its type; and when it is left alone."""

from __future__ import annotations

import pytest

from agents.llm.asking import Usage
from agents.llm.breaker import Breaker
from agents.llm.failures import (
    CutShort,
    Forbidden,
    Overloaded,
    Refused,
    Resting,
    TimedOut,
    Unreachable,
)
from tests.agents.llm.asking import FITS, SECRET, ask, model_at
from tests.model_server import (
    Break,
    Cut,
    Raw,
    Redirect,
    Server,
    Silent,
    Status,
    Trickle,
    in_turn,
)

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
