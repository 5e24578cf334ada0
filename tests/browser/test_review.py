"""Verdicts with the keyboard, a second reader in a second browser, marks at sources, and the team's own cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from diagnosis_app.accounts.models import Membership, Role, User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases.models import Case
from diagnosis_app.local_cases import actions as local_cases
from diagnosis_app.local_cases.models import LocalCase
from diagnosis_app.review import citations, second, verdicts
from diagnosis_app.review.models import Verdict, WrongCitation
from diagnosis_app.runs.models import Run
from retrieval.cases import CaseBank
from tests.browser.steps import open_case
from tests.browser.test_accessibility import LOOKS, flawless
from tests.diagnosis_app.local_cases.keeping import keep
from tests.diagnosis_app.review.judging import (
    APERT,
    CROUZON,
    MARFAN,
    PFEIFFER,
    acting,
    asked_second,
    colleague,
    judged,
    made_case,
    source_of,
)


@pytest.fixture
def run(actor: Actor, team: Any, snapshot: object) -> Run:
    """An ended investigation."""
    return judged(actor, made_case(actor, team))


@pytest.fixture
def bo(team: Any) -> User:
    return colleague("bo-second", team)


def address(run: Run) -> str:
    return f"/cases/{run.case_id}/runs/{run.pk}/"


def opened(page: Page, run: Run) -> None:
    page.goto(address(run))
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def test_a_verdict_needs_no_mouse_and_no_reload(page: Page, run: Run) -> None:
    page.goto(address(run))
    page.evaluate("window.stayed = true")
    page.locator("#v-OMIM-101600-confirmed").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("Broad thumbs, great toes.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    panel = page.locator("#v-OMIM-101600")
    expect(panel.locator(".vd-h .tag")).to_have_text("Plausible")
    expect(page.locator("#review")).to_contain_text("1 verdict of yours")
    expect(panel.locator("#vs-OMIM-101600")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # take it back
    expect(panel.locator(".vd-h .tag")).to_have_count(0)
    expect(page.locator("#review")).not_to_contain_text("verdict of yours")
    assert page.evaluate("window.stayed") is True and not Verdict.objects.exists()


def test_a_verdict_needs_no_script(open_as: Callable[..., Page], user: User, run: Run) -> None:
    page = open_as(user, java_script_enabled=False)
    page.goto(address(run))
    panel = page.locator("#v-OMIM-101600")
    panel.get_by_text("Confirmed", exact=True).click()
    panel.get_by_role("textbox").fill("Gene found.")
    panel.get_by_role("button", name="Save verdict").click()
    expect(page.locator("#v-OMIM-101600 .vd-h .tag")).to_have_text("Confirmed")
    page.locator("#v-OMIM-101600").get_by_role("link", name="Add to the team’s cases").click()
    expect(page.get_by_text("This is kept, and nothing else")).to_be_visible()


def test_two_people_read_blind_in_two_browsers_and_then_both_see_both(
    open_as: Callable[..., Page], user: User, bo: User, run: Run
) -> None:
    first, other = open_as(user), open_as(bo)
    first.goto(address(run))
    first.locator("#v-OMIM-101600").get_by_text("Confirmed", exact=True).click()
    first.locator("#vc-OMIM-101600").fill("zebra of the first")
    first.locator("#vs-OMIM-101600").click()
    expect(first.locator("#second")).to_be_visible()
    first.locator("#second").select_option(bo.username)
    first.get_by_role("button", name="Ask for a second reading").click()
    expect(first.locator("#review")).to_contain_text("not committed yet")

    other.goto("/?state=second")
    other.locator("[data-row] .tag", has_text="Second reading").click()
    expect(other.locator("#review")).to_contain_text("asked you on")
    expect(other.locator("main")).not_to_contain_text("zebra of the first")
    expect(other.locator("#v-OMIM-101600 .tag")).to_have_count(0)
    expect(other.get_by_role("button", name="Commit my reading")).to_be_disabled()
    other.locator("#v-OMIM-101600").get_by_text("Unlikely", exact=True).click()
    other.locator("#vc-OMIM-101600").fill("quagga of the second")
    other.locator("#vs-OMIM-101600").click()
    expect(other.get_by_role("button", name="Commit my reading")).to_be_enabled()

    first.reload()
    expect(first.locator("#review")).to_contain_text("not committed yet")
    expect(first.locator("main")).not_to_contain_text("quagga of the second")

    other.get_by_role("button", name="Commit my reading").click()
    expect(other.locator("#v-OMIM-101600")).to_contain_text("zebra of the first")
    expect(other.locator("#review")).to_contain_text("they differ")
    first.reload()
    expect(first.locator("#v-OMIM-101600")).to_contain_text("quagga of the second")
    expect(first.locator("#review")).to_contain_text("they differ")


def test_another_diagnosis_is_found_while_typing(page: Page, run: Run) -> None:
    page.goto(f"{address(run)}another/")
    page.locator("#q").press_sequentially("marfan syn")
    page.get_by_label("Marfan syndrome").check()
    page.locator("#offered").get_by_text("Plausible", exact=True).click()
    page.get_by_role("button", name="Save verdict").click()
    expect(page.locator("h2")).to_have_text("Marfan syndrome")
    assert Verdict.objects.get().disease == MARFAN


def test_a_source_is_marked_and_the_mark_taken_back_with_the_keyboard(page: Page, run: Run) -> None:
    page.goto(address(run))
    source = page.locator("#c1 .run-src").first
    for summary in (source.locator("> summary"), source.locator(".mk-d > summary")):
        summary.focus()
        page.keyboard.press("Enter")
    source.locator("select").focus()
    source.locator("select").select_option("outdated")
    page.keyboard.press("Tab")
    page.keyboard.type("Superseded.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(source.locator(".mk")).to_contain_text("Marked as wrong by 1 reader")
    assert WrongCitation.objects.get().comment == "Superseded."
    source.get_by_role("button", name="Take my mark back").focus()
    page.keyboard.press("Enter")
    expect(source.locator(".mk")).not_to_contain_text("Marked as wrong")
    assert not WrongCitation.objects.exists()


def test_a_confirmed_case_is_kept_found_beside_the_next_patient_and_withdrawn(
    page: Page, run: Run, actor: Actor, ranked_case: Case, published: CaseBank
) -> None:
    verdicts.give(actor, run, PFEIFFER, "confirmed")
    page.goto(address(run))
    page.get_by_role("link", name="Add to the team’s cases").click()
    page.get_by_label("of a parent or guardian", exact=True).check()
    page.get_by_label("Where it is filed").fill("Binder 12")
    page.get_by_role("button", name="Keep this for the team").click()
    expect(page.locator("main")).to_contain_text("Binder 12")
    open_case(page, ranked_case)
    page.locator("[data-similar] thead a", has_text="Own case 1").click()
    page.get_by_label("consent was withdrawn").check()
    page.get_by_role("button", name="Withdraw and delete").click()
    expect(page.locator("main")).to_contain_text("What was kept is deleted")
    open_case(page, ranked_case)
    expect(page.locator("[data-similar] thead")).to_contain_text("Case A")
    expect(page.locator("[data-similar] thead")).not_to_contain_text("Own case 1")
    assert LocalCase.objects.get().content == {}


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_a_review_is_accessible(
    open_as: Callable[..., Page],
    user: User,
    bo: User,
    actor: Actor,
    team: Any,
    run: Run,
    ranked_case: Case,
    published: CaseBank,
    theme: str,
    width: int,
) -> None:
    pages = {}
    for name, person in (("first", user), ("second", bo)):
        pages[name] = open_as(
            person,
            viewport={"width": width, "height": 1000 if width > 500 else 844},
            color_scheme=theme,
            bypass_csp=True,
        )
        pages[name].look_name = f"{theme}-{width}"  # type: ignore[attr-defined]
    page = pages["first"]
    page.goto("/cases/local/")
    flawless(page, "local-none")

    kept_run = judged(actor, made_case(actor, team))
    verdicts.give(actor, kept_run, PFEIFFER, "confirmed", "Gene found.")
    page.goto(f"{address(kept_run)}keep/{PFEIFFER}/")
    flawless(page, "keep")
    page.goto(f"{address(kept_run)}keep/{PFEIFFER}/?gene=not+a+gene")
    flawless(page, "keep-wrong-gene")
    local = keep(actor, kept_run)
    gone = judged(actor, made_case(actor, team, sex="male"))
    verdicts.give(actor, gone, APERT, "confirmed")
    local_cases.withdraw(actor, keep(actor, gone, APERT), "consent")
    page.goto("/cases/local/")
    page.locator(".loc-gone > summary").click()
    flawless(page, "local-list")
    page.goto(f"/cases/local/{local.pk}/")
    flawless(page, "local-case")
    open_case(page, ranked_case)
    page.wait_for_selector("[data-similar] .sim-own")
    flawless(page, "similar-own")

    asked_second(actor, run, bo)
    verdicts.give(actor, run, CROUZON, "excluded")
    verdicts.give_another(actor, run, MARFAN, "unlikely")
    citations.mark(actor, run, PFEIFFER, source_of(PFEIFFER), "other", "See the later paper.")
    opened(page, run)
    flawless(page, "review-first")
    page.goto(f"{address(run)}review/{PFEIFFER}/")
    flawless(page, "review-candidate")
    page.goto(f"{address(run)}another/?q=saethre")
    flawless(page, "review-another")
    other = pages["second"]
    other.goto("/?state=second")
    flawless(other, "worklist-second")
    opened(other, run)
    flawless(other, "review-second")
    Membership.objects.create(user=bo, team=team, role=Role.AUDITOR)
    other.goto("/audit/")
    flawless(other, "audit-withheld")
    verdicts.give(acting(bo), run, PFEIFFER, "confirmed", "Yes.")
    verdicts.give(acting(bo), run, CROUZON, "plausible")
    second.commit(acting(bo), run)
    opened(other, run)
    flawless(other, "review-both")
