"""A question in the thread of an investigation: seen, understood, and answered with one key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases.models import Case
from diagnosis_app.runs import actions
from diagnosis_app.runs.models import Run, State
from tests.browser.test_accessibility import LOOKS, flawless
from tests.browser.test_investigation import Web, address, enter, investigate, web
from tests.diagnosis_app.runs.asking import open_question, tall_case

__all__ = ["enter", "web"]  # fixtures


@pytest.fixture
def case(snapshot: object, actor: Actor, team: Any) -> Case:
    return tall_case(actor, team)


@pytest.fixture
def run(actor: Actor, case: Case) -> Run:
    return actions.request_run(actor, case)


def test_a_question_is_answered_with_one_key_and_the_run_goes_on_to_its_result_without_a_reload(
    web: Web, enter: Callable[..., Page], run: Run
) -> None:
    with web.serving():
        page = enter()
        page.goto(address(run))
        expect(page.locator("#run-state")).to_contain_text("Queued")
        page.evaluate("window.stayed = true")
        for number, key in enumerate(("a", "u", "n"), 1):
            investigate(run)
            question = open_question(run)
            heading = page.get_by_role("heading", name="Does the patient have")
            expect(heading).to_contain_text(question.label)
            expect(page.locator("#run-state")).to_contain_text("Waiting for your answer")
            expect(heading).to_be_focused()  # the first: nothing else was; then whoever answers goes on with the next
            page.keyboard.press(key)
            expect(page.locator("[data-question]")).to_have_count(0)
            expect(page.locator("#run-state")).not_to_contain_text("Waiting for your answer")
            assert run.questions.exclude(answer="").count() == number
        investigate(run)
        expect(page.locator("[data-ended=partial]")).to_be_visible()
        assert page.evaluate("window.stayed") is True
        assert [one.answer for one in run.questions.all()] == ["excluded", "uncertain", "unknown"]


def test_a_question_takes_the_focus_from_nobody(web: Web, enter: Callable[..., Page], run: Run) -> None:
    with web.serving():
        page = enter()
        page.goto(address(run))
        expect(page.locator("#run-state")).to_contain_text("Queued")
        page.get_by_role("button", name="Cancel").focus()
        investigate(run)
        expect(page.get_by_role("heading", name="Does the patient have")).to_be_visible()
        expect(page.get_by_role("button", name="Cancel")).to_be_focused()
        page.keyboard.press("a")
        assert open_question(run).answer == ""
        page.get_by_role("button", name="Cancel").blur()
        page.reload()
        expect(page.get_by_role("heading", name="Does the patient have")).to_be_focused()


def test_a_letter_in_the_words_beside_an_answer_is_no_answer(web: Web, enter: Callable[..., Page], run: Run) -> None:
    investigate(run)
    with web.serving():
        page = enter()
        page.goto(address(run))
        page.get_by_label("Beside it, in your words").fill("")
        page.get_by_label("Beside it, in your words").press_sequentially("pan")
        assert open_question(run).answer == ""
        page.get_by_role("button", name="Present").click()
        expect(page.locator("[data-question]")).to_have_count(0)
        question = run.questions.get()
        assert (question.answer, question.words) == ("present", "pan")


def test_a_page_that_was_closed_and_opened_again_asks_the_same(web: Web, enter: Callable[..., Page], run: Run) -> None:
    investigate(run)
    with web.serving():
        page = enter()
        page.goto(address(run))
        expect(page.locator("[data-question]")).to_have_count(1)
        shown = page.locator("[data-question] h3").inner_text()
        page.close()
        again = enter()
        again.goto("/?state=awaited")
        expect(again.get_by_text("Answer awaited").first).to_be_visible()
        again.goto(address(run))
        assert again.locator("[data-question] h3").inner_text() == shown
        again.get_by_role("button", name="Go on without questions").click()
        expect(again.locator("[data-question]")).to_have_count(0)
        investigate(run)
        expect(again.locator("[data-ended=partial]")).to_be_visible()
        run.refresh_from_db()
        assert run.state == State.ENDED and run.questions.count() == 1


def test_an_answer_that_somebody_else_gave_closes_the_question(
    web: Web, enter: Callable[..., Page], run: Run, actor: Actor
) -> None:
    from diagnosis_app.runs.answering import answer

    investigate(run)
    with web.serving():
        page = enter()
        page.goto(address(run))
        expect(page.locator("[data-question]")).to_have_count(1)
        answer(actor, run, open_question(run).key, "present")
        expect(page.locator("[data-question]")).to_have_count(0)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_run_that_waits_is_accessible(web: Web, enter: Callable[..., Page], run: Run, theme: str, width: int) -> None:
    investigate(run)
    with web.serving():
        page = enter(viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True)
        page.look_name = f"{theme}-{width}"  # type: ignore[attr-defined]
        page.goto(address(run))
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        flawless(page, "run-waiting")


def test_an_answer_that_is_refused_is_said(web: Web, enter: Callable[..., Page], run: Run) -> None:
    investigate(run)
    with web.serving():
        page = enter()
        page.goto(address(run))
        page.evaluate("document.querySelector('[data-question] [name=words]').maxLength = 5000")
        page.get_by_label("Beside it, in your words").fill("x" * 1200)
        page.get_by_role("button", name="Present").click()
        expect(page.get_by_text("longer than 1000 characters")).to_be_visible()
        assert open_question(run).answer == ""
