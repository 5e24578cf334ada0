"""An ingestion that is killed anywhere leaves the snapshot in use as it was, and the next try goes on to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from corpus_ingest import pipeline, publish, publishing, shelf
from corpus_ingest.ingestion import requests, worker
from corpus_ingest.models import Ingestion, State, Then
from retrieval.snapshot import open_snapshot, verify_snapshot
from tests.corpus_ingest import texts_world as world
from tests.corpus_ingest import tiny
from tests.environment import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = (
    *("fetch", "verify", "parse", "screen", "chunk", "build", "embed", "check", "publish"),
    "after a file was shelved",
    "in the middle of the texts",
    "while a result is written",
    "before the snapshot has its name",
    "after the snapshot has its name",
    "after it was proposed",
    "before the pointer is moved",
    "after the pointer was moved",
)
Until = Callable[..., None]


@pytest.fixture
def places(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"
    settings.RETRIEVAL_SOCKET = tmp_path / "nobody.sock"
    settings.EMBEDDER = str(tmp_path / "no-model")
    tiny.travels(monkeypatch, tiny.write(tmp_path / "raw"))
    return tmp_path


@pytest.fixture
def start(places: Path, process_environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """A process of the tiny deployment, killed after the test if it still runs."""
    began: list[subprocess.Popen[bytes]] = []

    def begin(*command: str, **variables: str) -> subprocess.Popen[bytes]:
        environment = {
            **process_environment,
            "CLEW_VAR": str(places / "var"),
            "CLEW_KNOWLEDGE": str(places / "knowledge"),
            "CLEW_EMBEDDER": str(places / "no-model"),
            "CLEW_LEASE_SECONDS": "5",
            "CLEW_TEST_RAW": str(places / "raw"),
            "REDIS_URL": os.environ["REDIS_URL"],
            **variables,
        }
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        began.append(process)
        return process

    yield begin
    for process in began:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wanted(places: Path) -> list[dict[str, Any]]:
    from corpus_ingest import incoming

    archive = places / "q.zip"
    if not archive.exists():
        world.many(archive, 300)
    return [incoming.receive("medquad", [archive.read_bytes()], "q.zip").as_json()]


def first_snapshot(places: Path) -> str:
    made = pipeline.build(places / "knowledge").id
    publishing.settle()
    return made


@pytest.mark.parametrize("place", PLACES)
def test_killed_anywhere_nothing_in_use_changes_and_the_next_try_ends_as_if_nothing_had_happened(
    places: Path, start: Any, place: str
) -> None:
    before = first_snapshot(places)
    asked = requests.start(wanted(places), then=Then.PUBLISH, inline=True)
    killed = start("-m", "tests.crash.dying_ingest", str(asked.pk), place)
    assert killed.wait(120) == -signal.SIGKILL
    asked.refresh_from_db()
    assert asked.state == State.RUNNING

    directory = places / "knowledge"
    used = publish.in_use(directory)
    assert used is not None and verify_snapshot(directory / used) == []
    assert used == before or place == "after the pointer was moved"

    Ingestion.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert worker.carry(asked.pk)
    asked.refresh_from_db()
    assert (asked.error, asked.state, asked.attempts) == ({}, State.DONE, 2)
    assert publish.in_use(directory) == asked.snapshot != before
    assert verify_snapshot(directory / asked.snapshot) == []
    assert open_snapshot(directory / asked.snapshot).passages.document_count == 300
    assert [one.name for one in shelf.files("medquad")] == ["q.zip"]
    assert list(directory.glob(".building-*")) == []
    published = [(row.snapshot, row.state) for row in publishing.history()]
    assert published == [(asked.snapshot, "published"), (before, "published")]


def test_a_killed_worker_is_noticed_and_the_next_one_finishes_what_it_was_given(
    places: Path, start: Any, redis_server: str, until: Until
) -> None:
    before = first_snapshot(places)
    command = ("-m", "tests.crash.dying_ingest", "worker", "--loglevel", "INFO", "--concurrency", "1")
    command += ("--without-gossip", "--without-mingle", "--queues", "ingest", "--hostname", "ingest@test")
    first = start(*command, CLEW_TEST_WAIT_IN="chunk")
    asked = requests.start(wanted(places))

    def stage() -> str:
        asked.refresh_from_db()
        return asked.stage

    until(lambda: stage() == "chunk", 90)
    first.send_signal(signal.SIGKILL)
    first.wait()
    start("manage.py", "reaper", "--every", "0.5")
    start(*command)
    until(lambda: stage() and asked.state == State.DONE, 120)
    assert (asked.attempts, asked.fence) == (2, 2)
    assert publish.in_use(places / "knowledge") == before
    assert [row.snapshot for row in publishing.proposals()] == [asked.snapshot]


def test_a_worker_asked_to_end_gives_its_ingestion_back(
    places: Path, start: Any, redis_server: str, until: Until
) -> None:
    command = ("-m", "tests.crash.dying_ingest", "worker", "--loglevel", "INFO", "--concurrency", "1")
    command += ("--without-gossip", "--without-mingle", "--queues", "ingest", "--hostname", "ingest@test")
    first = start(*command, CLEW_TEST_WAIT_IN="screen")
    asked = requests.start(wanted(places))
    until(lambda: Ingestion.objects.get().stage == "screen", 90)
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    asked.refresh_from_db()
    assert (asked.state, asked.attempts) == (State.QUEUED, 0)
