"""The bell: heard when the broker is there, and never waited for when it is not."""

from __future__ import annotations

from uuid import uuid4

import pytest
import redis
from django.conf import settings

from diagnosis_app.runs.bell import PATIENCE, ring
from diagnosis_app.runs.models import Run, State


@pytest.fixture
def broker(redis_server: str) -> redis.Redis:
    client = redis.Redis(unix_socket_path=settings.REDIS_URL.removeprefix("redis+socket://"))
    client.flushall()
    return client


@pytest.mark.django_db(transaction=True)
def test_a_requested_run_is_told_to_the_workers_by_its_id_alone(broker: redis.Redis, run: Run) -> None:
    run.refresh_from_db()
    assert run.rung_at is not None and run.state == State.QUEUED
    [message] = broker.lrange("celery", 0, -1)
    assert b"clew.investigate" in message and b"thumb" not in message


def test_without_a_broker_the_run_waits_in_its_row(db: None, run: Run) -> None:
    assert ring(run.pk) is False
    run.refresh_from_db()
    assert run.rung_at is None and run.state == State.QUEUED


def test_a_broker_that_hangs_is_not_waited_for(db: None, broker: redis.Redis) -> None:
    broker.client_pause(int(PATIENCE * 4000))
    assert ring(uuid4()) is False, "whoever waited would have been heard after the pause"
    broker.client_unpause()
