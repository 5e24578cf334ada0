"""A run with a reasoning model, as a worker carries it: what is pinned, sent, streamed and spent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from agents.prompts import JOBS, digests
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases.models import Case
from diagnosis_app.runs import actions, worker
from diagnosis_app.runs.models import Run
from tests.agents.panel.scripted import nothing
from tests.model_server import Asked, Server, Status

pytestmark = pytest.mark.django_db(transaction=True)

THOUGHTS = "The thumbs are broad. " * 60


def sensible(asked: Asked) -> Any:
    return nothing(asked.schema)


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with Server(sensible, thoughts=THOUGHTS) as server:
        settings.MODEL, settings.MODEL_TOKENS = server.setting, 500_000
        yield server


@pytest.fixture
def reasoned(server: Server, actor: Actor, case: Case) -> Run:
    return actions.request_run(actor, case, asks=False)


def test_the_run_pins_the_model_and_the_prompts_and_ends_ranked(server: Server, reasoned: Run) -> None:
    assert reasoned.manifest["model"] == {"name": "clew", "address": "127.0.0.1", "public": False}
    assert (reasoned.manifest["policy"], reasoned.manifest["prompts"]) == ("model", digests())
    assert reasoned.manifest["budget"]["tokens"] == 500_000
    worker.investigate(reasoned.pk)
    reasoned.refresh_from_db()
    assert (reasoned.outcome, reasoned.reasons) == ("ranked", [])
    spoken = [step for step in reasoned.steps.all() if step.action in JOBS]
    assert {step.action for step in spoken} >= {"reader", "proposer", "policy", "sceptic", "planner", "writer"}
    took = [step.detail["got"]["model"] for step in spoken]
    assert sum(one["prompt"] + one["completion"] for one in took) == sum(one["total_tokens"] for one in server.counted)


def test_what_it_thinks_is_told_while_it_thinks(server: Server, reasoned: Run) -> None:
    worker.investigate(reasoned.pk)
    told = list(reasoned.events.filter(type="step.thought").order_by("seq"))
    assert told and {one.payload["action"] for one in told} <= set(JOBS)
    first = [one.payload["text"] for one in told if one.payload["key"] == told[0].payload["key"]]
    assert THOUGHTS.startswith("".join(first)), "in its order, and nothing twice"


def test_the_note_goes_to_the_model_alone_and_only_as_data(server: Server, reasoned: Run) -> None:
    worker.investigate(reasoned.pk)
    asked = [one for one in server.requests if "broad thumbs" in one.user]
    assert asked and all("Girl of 14 months" not in one.system for one in asked)
    user = asked[0].user
    start = user.index("Girl of 14 months")
    assert "DATA " in user[:start] and "END " in user[start:]
    assert not any("broad thumbs" in str(one.payload) for one in reasoned.events.exclude(type="step.thought"))


def test_a_run_that_pinned_another_model_goes_on_by_rules(server: Server, reasoned: Run, settings: Any) -> None:
    settings.MODEL = settings.MODEL.replace("#clew", "#another")
    worker.investigate(reasoned.pk)
    reasoned.refresh_from_db()
    assert (reasoned.outcome, reasoned.reasons) == ("partial", ["no_reasoning_model"])
    assert not server.requests


def test_a_run_that_pinned_none_asks_none(run: Run, server: Server) -> None:
    worker.investigate(run.pk)
    assert not server.requests


def test_a_model_that_fails_leaves_a_partial_result(server: Server, reasoned: Run) -> None:
    server.answers = server.thoughts = Status(401)
    worker.investigate(reasoned.pk)
    reasoned.refresh_from_db()
    assert (reasoned.outcome, reasoned.reasons) == ("partial", ["model_away"])
    assert reasoned.candidates.count() == 50


def test_nothing_of_a_prompt_or_an_answer_is_logged(
    server: Server, reasoned: Run, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        worker.investigate(reasoned.pk)
    assert "broad" not in caplog.text and "thumb" not in caplog.text
