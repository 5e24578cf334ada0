"""Two workers and one run with a reasoning model: one has it, and what was answered is asked and counted once, also
where the first is killed while the model answers."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as configured

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.runs import actions, worker
from diagnosis_app.runs.bell import ring
from diagnosis_app.runs.models import Run, State
from retrieval.snapshot import Snapshot
from tests.agents.panel.scripted import nothing
from tests.crash.conftest import Start
from tests.diagnosis_app.runs.conftest import CONTENT
from tests.model_server import Asked, Server

pytestmark = pytest.mark.django_db(transaction=True)
Until = Callable[..., None]
HELD = "sceptic"  # the voice whose second answer is held back: the first stands in the same node of the graph


class Holding:
    """A script that says as little as it may, and holds the second answer of one voice back until it is let go."""

    def __init__(self) -> None:
        self.heard = 0
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, asked: Asked) -> Any:
        self.heard += asked.template == HELD
        if self.heard == 2 and not self.begun.is_set():
            self.begun.set()
            self.go_on.wait(60)
        return nothing(asked.schema)


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Known to this process and to those that it starts."""
    with Server(lambda asked: nothing(asked.schema), thoughts="Thinking.") as server:
        settings.MODEL, settings.MODEL_TOKENS = server.setting, 500_000
        monkeypatch.setenv("CLEW_MODEL", server.setting)
        yield server


@pytest.fixture
def broker(redis_server: str) -> redis.Redis:
    client = redis.Redis(unix_socket_path=configured.REDIS_URL.removeprefix("redis+socket://"))
    client.flushall()
    return client


@pytest.fixture
def request_run(snapshot: Snapshot, actor: Actor, team: Any) -> Callable[[], Run]:
    def make() -> Run:
        made = cases.create_case(actor, team.pk, read_content(CONTENT))
        return actions.request_run(actor, cases.find(actor, Verb.RUN_START, made.pk), asks=False)

    return make


def voices(server: Server) -> Counter[str]:
    """How often each was asked for its form."""
    return Counter(asked.template for asked in server.requests if asked.form)


def spent(run: Run) -> dict[str, tuple[int, int]]:
    """Tokens and calls of each step for which the model was asked."""
    used = {step.key: step.detail["got"].get("model") for step in run.steps.all()}
    return {key: (one["prompt"] + one["completion"], one["calls"]) for key, one in used.items() if one}


def ended(run: Run) -> bool:
    run.refresh_from_db()
    return run.state == State.ENDED


def undisturbed(request_run: Callable[[], Run], server: Server) -> tuple[Counter[str], dict[str, tuple[int, int]]]:
    run = request_run()
    worker.investigate(run.pk)
    assert ended(run) and run.outcome == "ranked"
    asked = voices(server)
    server.requests.clear()
    return asked, spent(run)


def test_of_two_workers_that_hear_of_a_run_one_asks_the_model(
    server: Server, request_run: Callable[[], Run], broker: redis.Redis, start: Start, until: Until
) -> None:
    asked, took = undisturbed(request_run, server)
    broker.flushall()
    server.answers = holding = Holding()
    run = request_run()
    start("worker"), start("worker")
    until(holding.begun.is_set)
    for _ in range(3):
        assert ring(run.pk)
        until(lambda: broker.llen("celery") == 0)  # the first one is busy: it is the other that hears
    holding.go_on.set()
    until(lambda: ended(run))
    assert (run.outcome, run.fence, run.attempts) == ("ranked", 1, 1)
    assert voices(server) == asked and spent(run) == took


def test_a_worker_killed_while_the_model_answers_leaves_nothing_to_be_asked_or_counted_twice(
    server: Server, request_run: Callable[[], Run], broker: redis.Redis, start: Start, until: Until
) -> None:
    asked, took = undisturbed(request_run, server)
    broker.flushall()
    server.answers = holding = Holding()
    run = request_run()
    first = start("worker")
    until(holding.begun.is_set)
    first.send_signal(signal.SIGKILL)
    first.wait()
    holding.go_on.set()
    start("reaper"), start("worker")
    until(lambda: ended(run))
    assert (run.outcome, run.fence, run.attempts) == ("ranked", 2, 2)
    assert voices(server) - asked == Counter({HELD: 1}) and not asked - voices(server), "the one that was under way"
    assert spent(run) == took
    assert run.went["model"]["calls"] == sum(calls for _, calls in took.values())
