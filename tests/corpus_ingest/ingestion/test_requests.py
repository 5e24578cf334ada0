"""Start, pause, resume, cancel; one at a time; what is lost is found again, and what is lost too often is given up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection
from django.utils import timezone

from corpus_ingest import publishing, texts
from corpus_ingest.errors import NotPossible
from corpus_ingest.ingestion import bell, claim, reaper, requests, worker
from corpus_ingest.models import Ingestion, State
from tests.corpus_ingest import texts_world as world

pytestmark = pytest.mark.django_db(transaction=True)
Carried = Callable[..., Ingestion]
Received = Callable[..., dict[str, Any]]


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Who was rung for; nobody hears it."""
    names: list[Any] = []
    for module in (requests, reaper, worker):
        monkeypatch.setattr(module, "ring", lambda name: (names.append(name), True)[1])
    return names


def fresh(ingestion: Ingestion) -> Ingestion:
    ingestion.refresh_from_db()
    return ingestion


def let_the_lease_run_out(ingestion: Ingestion) -> None:
    Ingestion.objects.filter(pk=ingestion.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_start_writes_the_row_and_rings_once(rung: list[Any]) -> None:
    asked = requests.start()
    assert (asked.state, rung) == (State.QUEUED, [asked.pk])
    assert asked.stages.count() == 9


def test_it_waits_in_its_row_and_says_so_when_the_broker_is_down(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    from diagnosis_app.celery import app

    nobody = app.connection("redis+socket:///nowhere/redis.sock", transport_options=bell.IMPATIENT)
    with monkeypatch.context() as down:
        down.setattr(app, "connection", lambda **_: nobody)
        asked = requests.start()
    assert (fresh(asked).state, asked.rung_at, asked.error["code"]) == (State.QUEUED, None, "ingest.queue_down")
    assert "the broker did not answer" in caplog.text
    lease = claim.claim(asked.pk)
    assert lease is not None and fresh(asked).error == {}


def test_only_one_is_claimed_at_a_time_and_only_by_one(rung: list[Any]) -> None:
    first, second = requests.start(), requests.start()
    lease = claim.claim(first.pk)
    assert lease is not None and lease.fence == 1
    assert claim.claim(first.pk) is None and claim.claim(second.pk) is None
    assert claim.end(lease, State.DONE)
    assert claim.claim(second.pk) is not None


def test_what_an_older_holder_writes_is_refused(rung: list[Any]) -> None:
    asked = requests.start()
    old = claim.claim(asked.pk)
    let_the_lease_run_out(asked)
    new = claim.claim(asked.pk)
    assert old is not None and new is not None and new.fence == 2
    assert not claim.renew(old) and not claim.end(old, State.FAILED) and not claim.release(old, State.QUEUED)
    assert claim.renew(new)


def stopped_in_the_middle(
    monkeypatch: pytest.MonkeyPatch, file: Received, places: Path, stop: Callable[[Ingestion], object]
) -> tuple[Ingestion, list[str]]:
    """An ingestion of many texts to which `stop` is done after 200 of them; it comes back with what was screened."""
    seen: list[str] = []
    screen, asked_to = texts.screen, threading.Event()
    asked = requests.start([file(world.many(places / "q.zip", 600))], inline=True)

    def slowly(one: Any, **how: Any) -> Any:
        seen.append(one.id)
        if len(seen) == 200:
            stop(asked)
            connection.close()
            asked_to.set()
        if asked_to.is_set():  # the watching thread looks once a second
            asked_to.wait(0)
            threading.Event().wait(0.02)
        return screen(one, **how)

    monkeypatch.setattr(texts, "screen", slowly)
    assert worker.carry(asked.pk)
    return fresh(asked), seen


def test_a_pause_stops_between_two_portions_and_what_was_done_is_not_done_again(
    places: Path, file: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused, seen = stopped_in_the_middle(monkeypatch, file, places, requests.pause)
    assert (paused.state, paused.attempts, paused.asked) == (State.PAUSED, 0, "")
    assert 200 <= len(seen) < 600
    assert publishing.in_use() is None
    before = len(seen)
    requests.resume(paused, inline=True)
    assert worker.carry(paused.pk)
    assert fresh(paused).state == State.DONE
    assert len(seen) == len(set(seen)) == 600 and before < 600


def test_a_cancelled_one_ends_at_once_and_its_worker_writes_nothing_more(
    places: Path, file: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled, seen = stopped_in_the_middle(monkeypatch, file, places, requests.cancel)
    assert cancelled.state == State.CANCELLED and cancelled.ended_at is not None
    assert len(seen) < 600 and publishing.in_use() is None
    assert not worker.carry(cancelled.pk)
    with pytest.raises(NotPossible):
        requests.resume(cancelled)


def test_one_that_waits_is_paused_at_once_and_an_ended_one_cannot_be(rung: list[Any], carried: Carried) -> None:
    waiting = requests.start()
    assert requests.pause(waiting).state == State.PAUSED
    assert worker.carry(waiting.pk) is False
    assert requests.resume(waiting).state == State.QUEUED
    requests.cancel(waiting)
    with pytest.raises(NotPossible):
        requests.pause(waiting)


def test_a_wish_to_pause_can_be_taken_back(rung: list[Any]) -> None:
    asked = requests.start()
    claim.claim(asked.pk)
    assert requests.pause(asked).asked == "pause"
    assert requests.resume(asked).asked == "" and asked.state == State.RUNNING


def test_the_reaper_rings_for_what_lies_and_leaves_what_is_carried_alone(rung: list[Any]) -> None:
    asked = requests.start()
    rung.clear()
    assert reaper.sweep().rung == 1 and rung == [asked.pk]
    lease = claim.claim(asked.pk)
    assert lease is not None
    second = requests.start()
    rung.clear()
    assert reaper.sweep().rung == 0
    let_the_lease_run_out(asked)
    Ingestion.objects.update(rung_at=None)
    assert reaper.sweep().rung == 1 and rung == [asked.pk], "the lost one before the one that waits"
    assert second.state == State.QUEUED


def test_one_that_was_rung_for_just_now_is_left_in_the_line(rung: list[Any]) -> None:
    asked = requests.start()
    Ingestion.objects.filter(pk=asked.pk).update(rung_at=timezone.now())
    rung.clear()
    assert reaper.sweep().rung == 0


def test_one_that_was_lost_too_often_is_given_up_and_can_be_resumed(rung: list[Any]) -> None:
    asked = requests.start()
    for _ in range(claim.ATTEMPTS):
        assert claim.claim(asked.pk) is not None
        let_the_lease_run_out(asked)
    assert claim.claim(asked.pk) is None
    assert reaper.sweep().given_up == 1
    assert (fresh(asked).state, asked.error["code"]) == (State.FAILED, "ingest.gave_up")
    requests.resume(asked)
    assert claim.claim(asked.pk) is not None


def test_active_names_the_one_that_runs_before_those_that_wait(rung: list[Any]) -> None:
    assert requests.active() is None
    first, second = requests.start(), requests.start()
    assert requests.active() == first
    claim.claim(second.pk)
    assert requests.active() == second


def test_it_waits_in_a_line_of_its_own_so_that_no_investigation_waits_behind_a_build(redis_server: str) -> None:
    broker = redis.Redis(unix_socket_path=redis_server.removeprefix("redis+socket://"))
    broker.flushall()
    assert bell.ring(requests.start(inline=True).pk) is True
    assert (broker.llen("ingest"), broker.llen("celery")) == (1, 0)
