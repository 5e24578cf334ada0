"""Published cases beside the patient: they come by themselves, are switched by keyboard, and follow edits."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from diagnosis_app.cases import similar
from diagnosis_app.cases.models import Case
from retrieval.cases import CaseBank
from tests.browser.steps import kept, open_case


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "TOGETHER", 1)


def test_the_cases_come_after_the_page_and_are_switched_by_keyboard(
    page: Page, ranked_case: Case, published: CaseBank, one_at_a_time: None
) -> None:
    open_case(page, ranked_case)
    panel = page.locator("[data-similar]")
    expect(panel.locator("thead")).to_contain_text("Girl, 9 months")
    page.keyboard.press("s")
    expect(panel.locator("thead a").first).to_be_focused()
    page.locator("#sim-after").focus()
    page.keyboard.press("Enter")
    expect(panel.locator("thead")).not_to_contain_text("Girl, 9 months")
    expect(page.locator("#sim-after")).to_be_focused()
    page.keyboard.press("Enter")  # the last: only the way back is left, and has the keyboard
    expect(page.locator("#sim-after")).to_be_disabled()
    expect(page.locator("#sim-before")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel.locator("thead")).to_contain_text("Case B")
    page.keyboard.press("Enter")
    expect(panel.locator("thead")).to_contain_text("Girl, 9 months")


def test_an_edit_is_followed_without_holding_up_the_page(page: Page, ranked_case: Case, published: CaseBank) -> None:
    open_case(page, ranked_case)
    panel = page.locator("[data-similar]")
    expect(panel.locator("tbody").first).to_contain_text("Broad hallux")
    page.locator("#add").focus()
    page.locator("[data-findings] [data-term='HP:0010055'] [data-act=remove]").click()
    kept(page)
    expect(panel.locator("tbody").first).not_to_contain_text("Broad hallux")


def test_a_case_opens_in_full_and_the_way_back_is_there(page: Page, ranked_case: Case, published: CaseBank) -> None:
    open_case(page, ranked_case)
    page.locator("[data-similar] thead a").first.click()
    expect(page.locator("#h-p")).to_have_text("Girl, 9 months")
    expect(page.locator("main")).to_contain_text("NM_000141.5:c.1052C>G")
    page.get_by_role("link", name="All similar cases").click()
    expect(page.locator("tbody")).to_contain_text("Crouzon syndrome")
    page.locator("#diagnosis").select_option("Crouzon syndrome")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Back to the findings").click()
    page.wait_for_selector("html[data-ready]")


def test_kin_lead_to_what_separates_them(page: Page, ranked_case: Case, published: CaseBank) -> None:
    open_case(page, ranked_case)
    button = page.locator("[data-kin]").first
    one, other = button.get_attribute("data-kin"), button.get_attribute("data-with")
    assert one and other
    button.click()
    expect(page.locator(f"[id='body-{one}'] [data-from]")).to_have_value(other)
    expect(page.locator(f"[id='body-{one}'] [data-from]")).to_be_focused()
