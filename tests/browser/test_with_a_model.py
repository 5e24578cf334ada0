"""A whole investigation with a reasoning model: streamed, interrupted, asked, answered; and one that is cancelled
while the model thinks. A real worker's code and real HTTP on both sides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from agents import runner
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases.models import Case
from diagnosis_app.runs import actions, shutdown, worker
from diagnosis_app.runs.models import Run, State
from tests.agents.panel.scripted import nothing
from tests.browser.test_investigation import Web, address, enter, investigate, web
from tests.diagnosis_app.runs.asking import open_question, tall_case
from tests.model_server import Asked, Server

__all__ = ["enter", "web"]  # fixtures

THOUGHT = "The fingers are long and the lens is out of place. "
ACTION = {"diseases": [], "findings": [], "more": [], "why": "", "gain": "much"}


class Model:
    """Asks the first question that it may, then stops; between two words it waits for whoever holds it."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()

    def form(self, asked: Asked) -> Any:
        if asked.template != "policy":
            return nothing(asked.schema)
        action = asked.schema["properties"]["actions"]["items"]["properties"]
        may_ask = "ask" in action["verb"]["enum"] and "\nask " not in asked.user
        chosen = {"verb": "ask", "question": ["Q1"]} if may_ask else {"verb": "conclude", "question": []}
        return {"actions": [{**ACTION, **chosen}]}

    def thought(self, asked: Asked) -> str:
        self.open.wait(30)
        return THOUGHT * 20


@pytest.fixture
def model(settings: Any) -> Iterator[Model]:
    model = Model()
    with Server(model.form, thoughts=model.thought) as server:
        settings.MODEL, settings.MODEL_TOKENS = server.setting, 500_000
        yield model
        model.open.set()
    shutdown._asked.clear()


@pytest.fixture
def run(model: Model, snapshot: object, actor: Actor, team: Any) -> Run:
    return actions.request_run(actor, tall_case(actor, team))


def beside(run: Run) -> threading.Thread:
    """A worker that carries the run while the page is watched."""

    def work() -> None:
        try:
            worker.investigate(run.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_an_investigation_with_a_model_is_streamed_interrupted_asked_and_ended(
    web: Web, enter: Callable[..., Page], model: Model, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    noticed = threading.Event()  # by the worker: that it shall leave
    stop = runner.Control.stop

    def stopping(control: runner.Control, why: str) -> None:
        stop(control, why)
        noticed.set()

    monkeypatch.setattr(runner.Control, "stop", stopping)
    with web.serving():
        page = enter()
        page.goto(address(run))
        page.evaluate("window.stayed = true")
        model.open.clear()
        first = beside(run)
        expect(page.locator("li.now")).to_be_visible()  # a voice is being asked, and its answer is held
        shutdown._asked.set()  # its worker is told to leave
        assert noticed.wait(60)
        model.open.set()
        first.join(60)
        shutdown._asked.clear()
        run.refresh_from_db()
        assert run.state == State.QUEUED, "given back in the midst of a thought"

        investigate(run)
        question = open_question(run)
        asked = page.get_by_role("heading", name="Does the patient have")
        expect(asked).to_contain_text(question.label)
        expect(asked).to_be_focused()  # its keys work from then on
        page.keyboard.press("p")
        expect(page.locator("[data-question]")).to_have_count(0)

        investigate(run)
        expect(page.locator("[data-ended=ranked]")).to_be_visible()
        assert page.evaluate("window.stayed") is True
        expect(page.locator("details.thought").first).to_contain_text("What the model thought (unchecked)")
        kept = [step.key for step in run.steps.all()]
        assert len(kept) == len(set(kept)) and run.questions.get().answer == "present"


def test_a_run_is_cancelled_while_the_model_thinks_and_another_begins(
    web: Web, enter: Callable[..., Page], model: Model, run: Run, actor: Actor
) -> None:
    with web.serving():
        page = enter()
        page.goto(address(run))
        model.open.clear()
        carrying = beside(run)
        expect(page.locator("li.now")).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("[data-ended=cancelled]")).to_contain_text("Cancelled at")
        model.open.set()
        carrying.join(60)
        assert not carrying.is_alive()
        run.refresh_from_db()
        assert run.outcome == "cancelled"
        page.get_by_role("button", name="Investigate again").click()
        expect(page.locator("#run-state")).to_contain_text("Queued")
        assert Run.objects.exclude(pk=run.pk).get().manifest["model"]["name"] == "clew"


def test_the_case_of_a_run_is_not_changed_by_what_the_reader_found(model: Model, run: Run) -> None:
    before = Case.objects.get(pk=run.case_id).draft
    investigate(run)
    assert Case.objects.get(pk=run.case_id).draft == before
