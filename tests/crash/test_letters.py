"""A letter and its worker: told by the broker, lost with a killed worker, found again by the reaper, read once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.attachments import actions, reading_state
from diagnosis_app.attachments.models import Attachment, State
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from tests.crash.conftest import Start
from tests.diagnosis_app.attachments import papers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("snapshot")]
Until = Callable[..., None]


@pytest.fixture
def case(actor: Actor, team: Any) -> Case:
    return cases.find(actor, Verb.CASE_EDIT, cases.create_case(actor, team.pk).pk)


@pytest.fixture
def broker(redis_server: str) -> redis.Redis:
    client = redis.Redis(unix_socket_path=settings.REDIS_URL.removeprefix("redis+socket://"))
    client.flushall()
    return client


def ready(letter: Attachment) -> bool:
    letter.refresh_from_db()
    return letter.state == State.READY


def test_a_worker_hears_of_a_letter_and_reads_it(
    actor: Actor, case: Case, broker: redis.Redis, start: Start, until: Until
) -> None:
    letter = actions.add(actor, case, "LETTER.pdf", papers.pdf())
    letter.refresh_from_db()
    assert letter.rung_at is not None
    start("worker")
    until(lambda: ready(letter), 120)
    assert papers.PAGE_TWO[0] in letter.letter().text and letter.attempts == 1


def test_a_letter_whose_worker_was_killed_and_of_which_the_broker_knows_nothing_is_read_by_the_next(
    actor: Actor, case: Case, broker: redis.Redis, start: Start, until: Until
) -> None:
    letter = actions.add(actor, case, "LETTER.pdf", papers.pdf())
    first = start("worker")
    first.send_signal(signal.SIGKILL)
    first.wait()
    broker.flushall()
    assert reading_state.claim(letter.pk), "as the killed worker had done"
    long_ago = timezone.now() - timedelta(seconds=60)
    Attachment.objects.update(lease_until=long_ago, rung_at=long_ago)
    start("reaper")
    start("worker")
    until(lambda: ready(letter), 120)
    assert letter.attempts == 2
