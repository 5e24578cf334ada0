"""Two investigations side by side in a browser: with the keyboard, on paper, and looked at by axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.models import Case
from diagnosis_app.runs import actions, worker
from diagnosis_app.runs.models import Run
from tests.browser.steps import FINDINGS
from tests.browser.test_accessibility import flawless, look  # noqa: F401  a fixture


def investigated(actor: Actor, case: Case, **changed: Any) -> Run:
    fresh = cases.find(actor, Verb.CASE_READ, case.pk)
    if changed:
        content = read_content({**cases.content_of(fresh.draft).stored(), **changed})
        cases.store_draft(actor, fresh, content, fresh.draft.revision)
    run = actions.request_run(actor, fresh, asks=False)
    worker.investigate(run.pk)
    return run


@pytest.fixture
def pair(actor: Actor, ranked_case: Case) -> tuple[Run, Run]:
    first = investigated(actor, ranked_case, findings=[one for one in FINDINGS if one["term"] != "HP:0010055"])
    return first, investigated(actor, ranked_case, findings=FINDINGS, age="P2Y")


def test_a_comparison_is_flawless_closed_and_opened(
    look: Page,  # noqa: F811
    ranked_case: Case,
    pair: tuple[Run, Run],
) -> None:
    look.goto(f"/cases/{ranked_case.pk}/compare/")
    expect(look.get_by_role("heading", name="Why")).to_be_visible()
    charts = look.get_by_role("img", name="Pfeiffer syndrome")
    assert sum(chart.is_visible() for chart in charts.all()) == 1, "one of the two drawings is seen"
    flawless(look, "compare")
    for fold in (".cmp-terms", ".cmp-more", ".cmp-fold"):
        look.locator(f"{fold} > summary").first.click()
    flawless(look, "compare-opened")


def test_a_comparison_without_ranks_and_one_with_nothing_to_compare_are_flawless(
    look: Page,  # noqa: F811
    ranked_case: Case,
    actor: Actor,
) -> None:
    look.goto(f"/cases/{ranked_case.pk}/compare/")
    expect(look.get_by_role("heading", name="No investigation has ended yet")).to_be_visible()
    flawless(look, "compare-none")
    investigated(actor, ranked_case)
    actions.cancel(actor, actions.request_run(actor, ranked_case, asks=False))
    look.goto(f"/cases/{ranked_case.pk}/compare/")
    expect(look.get_by_text("Run B was cancelled before anything was ranked.")).to_be_visible()
    flawless(look, "compare-no-list")


def test_runs_are_chosen_swapped_and_opened_term_by_term_with_the_keyboard(
    page: Page, ranked_case: Case, pair: tuple[Run, Run]
) -> None:
    page.goto(f"/cases/{ranked_case.pk}/runs/{pair[1].pk}/")
    page.get_by_role("link", name="Compare", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cmp-b")).to_have_value(str(pair[1].pk))
    page.get_by_role("link", name="Swap").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cmp-a")).to_have_value(str(pair[1].pk))
    expect(page.get_by_text("Broad hallux removed").first).to_be_visible()
    page.locator("#cmp-a").select_option(str(pair[0].pk))
    page.locator("#cmp-b").select_option(str(pair[1].pk))
    page.get_by_role("button", name="Compare").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/?a={pair[0].pk}&b={pair[1].pk}")
    page.locator(".cmp-terms > summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cmp-terms[open] tfoot")).to_contain_text("Score")


def test_on_paper_the_chart_and_the_reasons_stand_without_buttons(
    page: Page, ranked_case: Case, pair: tuple[Run, Run]
) -> None:
    page.goto(f"/cases/{ranked_case.pk}/compare/")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".cmp-wide svg")).to_be_visible()
    expect(page.locator(".cmp-moves").first).to_be_visible()
    expect(page.get_by_role("button", name="Compare")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper')").strip() == "#fff"
