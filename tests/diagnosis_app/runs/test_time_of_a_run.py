"""How long a run may take, and that one which takes long stays with the worker that has it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection

from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.batch.offline.investigating import manifest_of
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.models import Case
from diagnosis_app.runs import actions, reaper, worker
from diagnosis_app.runs.claim import claim
from diagnosis_app.runs.manifest import SECONDS, SECONDS_WITH_A_MODEL, seconds_of_a_run
from diagnosis_app.runs.models import Run
from tests.agents.panel.scripted import nothing
from tests.model_server import Asked, Server

pytestmark = pytest.mark.django_db(transaction=True)

MODEL = "http://vllm:8000/v1#clew"


@pytest.mark.parametrize(
    ("model", "given", "seconds"),
    [("", None, SECONDS), (MODEL, None, SECONDS_WITH_A_MODEL), ("", 60, 60), (MODEL, 60, 60), (MODEL, 7200, 7200)],
)
def test_a_model_is_given_more_time_and_what_is_set_wins(
    settings: Any, model: str, given: int | None, seconds: float
) -> None:
    settings.MODEL, settings.RUN_SECONDS = model, given
    assert seconds_of_a_run() == seconds


def test_nothing_is_set_by_default_and_a_model_has_half_an_hour() -> None:
    assert configured.RUN_SECONDS is None and (SECONDS, SECONDS_WITH_A_MODEL) == (300, 1800)


def test_a_run_pins_its_time_as_a_batch_does(actor: Actor, case: Case, settings: Any) -> None:
    settings.MODEL = MODEL
    run = actions.request_run(actor, case, asks=False)
    assert run.manifest["budget"]["seconds"] == SECONDS_WITH_A_MODEL
    assert manifest_of(read_content(run.version.content), library.current())["budget"] == run.manifest["budget"]


def test_a_question_that_takes_longer_than_a_lease_loses_no_run(
    actor: Actor, case: Case, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LEASE_SECONDS = 1
    rung: list[Any] = []
    monkeypatch.setattr(reaper, "ring", lambda run_id: rung.append(run_id) or True)
    taken: list[Any] = []

    def slow(asked: Asked) -> Any:
        if not taken:
            first = Run.objects.get(pk=run.pk).lease_until
            for _ in range(100):
                time.sleep(0.1)
                if Run.objects.get(pk=run.pk).lease_until > first + timedelta(seconds=1):
                    break  # without a renewal it had run out by now
            taken.append((claim(run.pk), reaper.sweep()))
            connection.close()
        return nothing(asked.schema)

    with Server(slow) as server:
        settings.MODEL, settings.MODEL_TOKENS = server.setting, 500_000
        run = actions.request_run(actor, case, asks=False)
        Run.objects.filter(pk=run.pk).update(rung_at=None)
        worker.investigate(run.pk)
    run.refresh_from_db()
    assert taken == [(None, reaper.Swept(0, 0))] and not rung
    assert (run.outcome, run.fence, run.attempts) == ("ranked", 1, 1)
