"""A batch and its worker: interactive work goes first; no kill and no wiped broker loses a file or does one twice."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.conf import settings

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.batch import actions as batches
from diagnosis_app.batch import feeding
from diagnosis_app.batch.files import File
from diagnosis_app.batch.models import Batch
from diagnosis_app.batch.progress import progress_of
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.models import Case
from diagnosis_app.runs import actions
from diagnosis_app.runs.models import Run
from tests.crash.conftest import Start
from tests.diagnosis_app.batch.packets import THUMBS, packet
from tests.diagnosis_app.runs.conftest import CONTENT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("snapshot")]
Until = Callable[..., None]


@pytest.fixture
def broker(redis_server: str) -> redis.Redis:
    client = redis.Redis(unix_socket_path=settings.REDIS_URL.removeprefix("redis+socket://"))
    client.flushall()
    return client


@pytest.fixture
def begin(actor: Actor, team: Any) -> Callable[[int], Batch]:
    def started(count: int) -> Batch:
        files = [File(f"p{number}.json", packet(THUMBS[: 4 + number % 2])) for number in range(count)]
        return batches.start(actor, batches.create(actor, team.pk, "ward.zip", files))

    return started


def in_the_line(broker: redis.Redis) -> int:
    return sum(int(broker.llen(key)) for key in broker.keys("celery*") if broker.type(key) == b"list")


def done(batch: Batch) -> int:
    return progress_of(batch).done


def test_an_investigation_that_somebody_asks_for_in_the_middle_is_taken_next(
    begin: Callable[[int], Batch], broker: redis.Redis, start: Start, until: Until, actor: Actor, team: Any
) -> None:
    batch = begin(9)
    start("slow worker")
    until(lambda: Run.objects.filter(background=True, state="running").exists(), 90)
    until(lambda: Run.objects.filter(background=True).count() >= feeding.ROOM)
    case = cases.find(actor, Verb.RUN_START, cases.create_case(actor, team.pk, read_content(CONTENT)).pk)
    mine = actions.request_run(actor, case)
    waiting = set(Run.objects.filter(background=True, state="queued").values_list("pk", flat=True))
    assert len(waiting) >= feeding.ROOM - 2 and in_the_line(broker) <= feeding.ROOM + 3

    def begun() -> bool:
        mine.refresh_from_db()
        return mine.started_at is not None

    until(begun, 90)
    before = Run.objects.filter(pk__in=waiting, started_at__lt=mine.started_at)
    assert not before.exists(), "one that was in the line already was taken before it"
    actions.cancel(actor, mine)
    batches.cancel(actor, batch)


def test_a_killed_worker_and_a_wiped_broker_lose_no_file_and_do_none_twice(
    begin: Callable[[int], Batch], broker: redis.Redis, start: Start, until: Until
) -> None:
    batch = begin(7)
    first = start("slow worker")
    until(lambda: Run.objects.filter(background=True, state="running").exists(), 90)
    first.send_signal(signal.SIGKILL)
    first.wait()
    broker.flushall()
    assert done(batch) < 7
    start("reaper")
    start("worker")
    until(lambda: done(batch) == 7, 150)
    assert progress_of(batch).counts == {"partial": 7}
    assert Case.objects.count() == Run.objects.count() == 7
    assert Run.objects.filter(attempts=2).count() >= 1, "none was lost: the worker was killed too late"
