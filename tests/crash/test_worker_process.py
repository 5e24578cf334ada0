"""A worker that is killed, a broker that forgets, a shutdown in the middle: the run ends once, with one set of rows."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings

from corpus_ingest import library, publish, publishing, retention
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.runs import actions, worker
from diagnosis_app.runs.models import Claim, Contribution, Run, State
from retrieval.manifest import MANIFEST, content_id
from retrieval.snapshot import Snapshot
from tests.crash.conftest import Start
from tests.diagnosis_app.runs.asking import tall_case, waiting_run
from tests.diagnosis_app.runs.conftest import CONTENT

pytestmark = pytest.mark.django_db(transaction=True)
Until = Callable[..., None]


@pytest.fixture
def request_run(snapshot: Snapshot, actor: Actor, team: Any) -> Callable[[], Run]:
    def make() -> Run:
        made = cases.create_case(actor, team.pk, read_content(CONTENT))
        return actions.request_run(actor, cases.find(actor, Verb.RUN_START, made.pk), asks=False)

    return make


@pytest.fixture
def broker(redis_server: str) -> redis.Redis:
    client = redis.Redis(unix_socket_path=settings.REDIS_URL.removeprefix("redis+socket://"))
    client.flushall()
    return client


def told(run: Run) -> list[str]:
    return list(run.events.order_by("seq").values_list("key", flat=True))


def ended(run: Run) -> bool:
    run.refresh_from_db()
    return run.state == State.ENDED


def scratch() -> set[str]:
    with worker._checkpoints() as saver:
        return set(worker.runner.remembered(saver))


def record_of(run: Run) -> dict[str, Any]:
    """All that a run left, without its own ids and times."""
    return {
        "candidates": list(run.candidates.values_list("rank", "disease", "score")),
        "contributions": list(
            Contribution.objects.filter(candidate__run=run)
            .order_by("candidate__rank", "position")
            .values_list("candidate__disease", "position", "value", "evidence_key")
        ),
        "claims": sorted(Claim.objects.filter(candidate__run=run).values_list("candidate__disease", "key", "verified")),
        "evidence": sorted(run.evidence.values_list("key", flat=True)),
        "steps": list(run.steps.values_list("key", "status", "digest_in", "digest_out")),
        "told": [key for key in told(run) if not key.startswith("claimed:")],
    }


def undisturbed(request_run: Callable[[], Run]) -> dict[str, Any]:
    """What the same case leaves when nothing happens to its worker."""
    run = request_run()
    worker.investigate(run.pk)
    assert ended(run) and run.outcome == "partial"
    return record_of(run)


def test_a_killed_worker_and_its_successor_leave_one_set_of_rows(
    request_run: Callable[[], Run], broker: redis.Redis, start: Start, until: Until
) -> None:
    expected = undisturbed(request_run)
    run = request_run()
    first = start("slow worker")
    until(lambda: "step.started:weigh" in told(run))
    first.send_signal(signal.SIGKILL)
    first.wait()
    run.refresh_from_db()
    assert run.state == State.RUNNING and "step.done:weigh" not in told(run)
    start("reaper")
    start("worker")
    until(lambda: ended(run))
    assert (run.outcome, run.attempts, run.fence) == ("partial", 2, 2)
    assert record_of(run) == expected


def test_a_worker_asked_to_end_gives_its_run_back_and_the_next_one_finishes(
    request_run: Callable[[], Run], broker: redis.Redis, start: Start, until: Until
) -> None:
    expected = undisturbed(request_run)
    run = request_run()
    first = start("slow worker")
    until(lambda: "step.started:weigh" in told(run))
    first.send_signal(signal.SIGTERM)
    assert first.wait(30) == 0
    run.refresh_from_db()
    assert (run.state, run.attempts) == (State.QUEUED, 0)
    start("worker")
    until(lambda: ended(run))
    assert (run.outcome, run.attempts) == ("partial", 1)
    assert record_of(run) == expected


def test_a_run_ends_though_the_broker_forgot_it_and_a_cancelled_one_stays_cancelled(
    request_run: Callable[[], Run], broker: redis.Redis, start: Start, until: Until, actor: Actor
) -> None:
    forgotten, cancelled = request_run(), request_run()
    assert broker.llen("celery") == 2
    broker.flushall()
    start("reaper")
    start("slow worker")
    until(lambda: {"step.started:weigh"} & {*told(forgotten), *told(cancelled)})
    first, second = (cancelled, forgotten) if "step.started:weigh" in told(cancelled) else (forgotten, cancelled)
    actions.cancel(actor, first)
    assert ended(first) and first.outcome == "cancelled"
    until(lambda: ended(second))
    assert second.outcome == "partial"
    assert ended(first) and first.outcome == "cancelled" and told(first)[-1] == "run.ended"


def test_what_a_cancelled_run_left_goes_while_the_worker_runs_also_after_the_broker_was_away(
    broker: redis.Redis, start: Start, until: Until, snapshot: Snapshot, actor: Actor, team: Any
) -> None:
    first, second = (waiting_run(actor, tall_case(actor, team)) for _ in range(2))
    broker.flushall()
    start("tidying worker")
    actions.cancel(actor, first)
    until(lambda: str(first.pk) not in scratch())
    broker.client_kill_filter(_type="normal", skipme=True)
    actions.cancel(actor, second)
    assert str(second.pk) in scratch()
    until(lambda: str(second.pk) not in scratch())


def test_a_run_in_flight_while_a_snapshot_is_published_finishes_with_its_own(
    second_world: str,
    request_run: Callable[[], Run],
    broker: redis.Redis,
    start: Start,
    until: Until,
) -> None:
    run = request_run()
    first = run.manifest["snapshot"]
    start("slow worker")
    until(lambda: "step.started:weigh" in told(run))
    publishing.settle()
    published = publishing.approve(publishing.propose(second_world))
    assert (published.before, library.current().id) == (first, second_world)
    assert "step.done:weigh" not in told(run), "it ended before anything was published"
    until(lambda: ended(run))
    assert (run.outcome, run.manifest["snapshot"], run.attempts) == ("partial", first, 1)
    assert run.candidates.count() > 0
    assert retention.plan(Path(settings.KNOWLEDGE_DIR), keep=0).stays[first] == (
        "to roll back to",
        "made an investigation",
    )
    assert request_run().manifest["snapshot"] == second_world, "the next one is made with what is in use now"


@pytest.fixture
def second_world(snapshot: Snapshot, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A knowledge directory of the test's own: what is in use, and the same under another id, built and not used."""
    directory = tmp_path / "knowledge"
    shutil.copytree(snapshot.directory, directory / snapshot.id)
    publish.use(directory, snapshot.id)
    sources = tuple(replace(one, note="Another edition.") for one in snapshot.manifest.sources)
    manifest = replace(snapshot.manifest, sources=sources)
    manifest = replace(manifest, id=content_id(manifest))
    shutil.copytree(directory / snapshot.id, directory / manifest.id)
    (directory / manifest.id / MANIFEST).write_text(manifest.as_json(), encoding="utf-8")
    settings.KNOWLEDGE_DIR = directory
    monkeypatch.setenv("CLEW_KNOWLEDGE", str(directory))
    yield manifest.id
    library.close_all()
