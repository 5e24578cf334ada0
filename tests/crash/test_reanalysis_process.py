"""A pass over open cases whose worker is killed and whose bell is lost: each case is looked at once."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings

from corpus_ingest import library
from corpus_ingest import publish as publishing
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.reanalysis.models import Alert, Pass, Reranking
from tests.crash.conftest import Start
from tests.diagnosis_app.reanalysis.small import CLEFT, PATIENT, World

pytestmark = pytest.mark.django_db(transaction=True)
CASES = 6
BEFORE, AFTER = World(), World().with_rows("OMIM:300006", (CLEFT, "9/10"))


@pytest.fixture
def knowledge(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two small snapshots, the older one in use; the processes of the test see the same directory."""
    folder = tmp_path / "knowledge"
    for world in (AFTER, BEFORE):
        made = world.build(tmp_path / "built")
        shutil.copytree(made.directory, folder / made.id)
        publishing.use(folder, made.id)
    settings.KNOWLEDGE_DIR = folder
    monkeypatch.setitem(os.environ, "CLEW_KNOWLEDGE", str(folder))
    library.close_all()
    yield folder
    library.close_all()


@pytest.fixture
def open_cases(knowledge: Path, actor: Actor, team: Any) -> list[str]:
    content = read_content({"findings": [{"term": term} for term in PATIENT]})
    made = [cases.create_case(actor, team.pk, content) for _ in range(CASES)]
    for case in made:
        cases.save_version(actor, cases.find(actor, Verb.CASE_SAVE, case.pk))
    return [case.reference for case in made]


@pytest.fixture
def broker(redis_server: str) -> redis.Redis:
    client = redis.Redis(unix_socket_path=django_settings.REDIS_URL.removeprefix("redis+socket://"))
    client.flushall()
    return client


def looked_at() -> int:
    return Reranking.objects.filter(during__source__gt="").count()


def ended() -> bool:
    return Pass.objects.filter(number=2, state="ended").exists()


def test_a_killed_worker_and_its_successor_look_at_each_case_once(
    open_cases: list[str], knowledge: Path, broker: redis.Redis, start: Start, until: Callable[..., None]
) -> None:
    start("reaper")
    first = start("slow reanalysis")
    until(lambda: Pass.objects.filter(number=1, state="ended").exists(), 90.0)
    assert Alert.objects.count() == 0, "nothing changed yet"
    after = next(name for name in publishing.finished(knowledge) if name != publishing.in_use(knowledge))
    publishing.use(knowledge, after)
    until(lambda: 0 < looked_at() < CASES, 90.0)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not ended()
    broker.flushall()  # and the bell is lost as well
    start("slow reanalysis")
    until(ended, 90.0)
    row = Pass.objects.get(number=2)
    assert (row.outcome, row.rerankings.count(), row.rerankings.filter(result="changed").count()) == (
        "done", CASES, CASES,
    )  # fmt: skip
    assert Alert.objects.filter(seen_at=None, replaced_at=None).count() == CASES
    assert {alert.reasons[0]["kind"] for alert in Alert.objects.all()} == {"annotation_added"}
