"""How fast a token may ask: a minute's worth at once, then evenly; each token for itself, at both doors together."""

from __future__ import annotations

import math
from typing import Any

import pytest

from diagnosis_app.accounts.pace import Pace
from tests.diagnosis_app.api.asking import Asking, answer, failure
from tests.diagnosis_app.mcp.speaking import Speaking, refused, result
from tests.people import Clinic


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("a_minute", [1, 7, 60, 600])
def test_a_minutes_worth_passes_at_once_and_then_one_at_a_time(a_minute: int) -> None:
    clock = Clock()
    pace = Pace(clock)
    assert [pace.wait("a", a_minute) for _ in range(a_minute)] == [0] * a_minute
    for _ in range(3):
        wait = pace.wait("a", a_minute)
        assert 0 < wait <= math.ceil(60 / a_minute)
        clock.now += 60 / a_minute
        assert pace.wait("a", a_minute) == 0, "what was refused was not counted"
    clock.now += 60
    assert [pace.wait("a", a_minute) for _ in range(a_minute)] == [0] * a_minute


def test_who_waits_as_long_as_was_said_gets_in() -> None:
    clock = Clock()
    pace = Pace(clock)
    while not (wait := pace.wait("a", 7)):
        pass
    clock.now += wait
    assert pace.wait("a", 7) == 0


def test_each_asks_for_itself_and_without_a_limit_nobody_waits() -> None:
    pace = Pace(Clock())
    assert [pace.wait("a", 1), pace.wait("b", 1)] == [0, 0] and pace.wait("a", 1)
    assert [pace.wait("a", 0) for _ in range(1000)] == [0] * 1000


@pytest.mark.django_db
def test_the_two_doors_count_together_and_another_token_is_not_held_up(clinic: Clinic, settings: Any) -> None:
    settings.REQUESTS_PER_MINUTE = 3
    person = clinic.person()
    ask, speak = Asking(person), Speaking()
    speak.token = ask.token
    answer(ask.get("/terms", text="seizure"))
    assert result(speak.ask("tools/list"))["tools"]
    answer(ask.get("/terms", text="seizure"))
    late = ask.get("/terms", text="seizure")
    failure(late, 429, "too_fast")
    assert 1 <= int(late["Retry-After"]) <= 20
    late = speak.ask("tools/list")
    said = refused(late, 429, -32000, "too_fast")
    assert 1 <= int(late["Retry-After"]) <= 20 and late["Retry-After"] in said["message"]
    assert result(Speaking(person).ask("tools/list"))["tools"]


@pytest.mark.django_db
def test_a_token_that_is_none_is_not_counted(clinic: Clinic, settings: Any) -> None:
    settings.REQUESTS_PER_MINUTE = 1
    stranger = Asking(token="clew_" + "x" * 43)
    for _ in range(3):
        failure(stranger.get("/terms", text="seizure"), 401, "unauthenticated")


@pytest.mark.django_db
def test_what_comes_too_fast_is_not_done(clinic: Clinic, settings: Any) -> None:
    settings.REQUESTS_PER_MINUTE = 1
    ask = Asking(clinic.person())
    ask.made()
    failure(ask.post("/cases", {"case": {"findings": []}}), 429, "too_fast")
    settings.REQUESTS_PER_MINUTE = 0
    assert len(answer(ask.get("/cases"))["cases"]) == 1
