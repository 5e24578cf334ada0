"""A run with a reasoning model, as a worker carries it: what is pinned, sent, streamed and spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client

from agents.contract import EventType
from agents.prompts import JOBS, digests
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases.models import Case
from diagnosis_app.runs import actions, worker
from diagnosis_app.runs.models import Event, Run
from diagnosis_app.runs.store import Store
from tests.agents.panel.scripted import nothing
from tests.diagnosis_app.runs.test_views import page_of
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


def test_what_it_thinks_is_told_while_it_thinks_and_kept_once(
    server: Server, reasoned: Run, signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict[str, Any]] = []
    tell = Store.tell

    def listening(store: Store, type: EventType, key: str, payload: Mapping[str, Any]) -> None:
        tell(store, type, key, payload)
        if type == EventType.THOUGHT:
            heard.append(Event.objects.get(run=store.run_id, key=key).payload)

    monkeypatch.setattr(Store, "tell", listening)
    worker.investigate(reasoned.pk)
    assert heard and {one["action"] for one in heard} <= set(JOBS)
    first = [one["text"] for one in heard if one["key"] == heard[0]["key"]]
    assert len("".join(first)) > 400 and THOUGHTS.startswith("".join(first)), "in its order, and nothing twice"
    events = list(reasoned.events.order_by("seq"))
    pieces = [one.payload for one in events if one.type == EventType.THOUGHT]
    assert [one.seq for one in events] == list(range(1, len(events) + 1)), "none is missing for whoever reads on"
    assert [one["key"] for one in pieces] == [one["key"] for one in heard] and not any(one["text"] for one in pieces)
    assert all(reasoned.steps.get(key=one["key"]).detail["got"]["reasoning"] == THOUGHTS for one in pieces)
    page = " ".join(signed_in.get(page_of(reasoned)).content.decode().split())
    assert page.count(THOUGHTS.strip()) == reasoned.steps.filter(detail__got__reasoning=THOUGHTS).count() > 3


def test_what_was_thought_before_a_failure_stays_where_it_was_told(
    server: Server, reasoned: Run, signed_in: Client
) -> None:
    server.answers = Status(401)
    worker.investigate(reasoned.pk)
    failed = reasoned.steps.filter(detail__got__failed="model.refused").first()
    assert failed is not None
    told = reasoned.events.filter(type=EventType.THOUGHT, key__startswith=f"thought:{failed.key}:").order_by("seq")
    words = "".join(one.payload["text"] for one in told)
    assert len(words) > 400 and THOUGHTS.startswith(words)
    assert words in " ".join(signed_in.get(page_of(reasoned)).content.decode().split())


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
