"""The same pages in a hand: one narrow column, fingers, no keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from diagnosis_app.accounts.models import User
from diagnosis_app.cases.models import Case
from tests.browser.steps import kept, open_case, stored

SMALL = """() => [...document.querySelectorAll("button, select, summary, input, .nav a, .tabs a, .seg a, .btn")]
  .filter((one) => one.checkVisibility() && one.type !== "hidden" && !one.closest(".vh") && !one.closest(".hint"))
  .map((one) => [one.getBoundingClientRect().height, one.outerHTML.slice(0, 90)])
  .filter(([height]) => height > 0 && height < 43.5)"""


@pytest.fixture
def phone(open_as: Callable[..., Page], user: User) -> Page:
    return open_as(user, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


def test_the_way_to_the_list_says_who_leads_and_follows_each_change(phone: Page, ranked_case: Case) -> None:
    open_case(phone, ranked_case)
    way = phone.locator("[data-jump]")
    expect(way).to_be_in_viewport()
    leader = phone.locator(".cand .open").first
    expect(way).to_contain_text(leader.inner_text())
    phone.locator("li[data-term='HP:0011304'] select").select_option("excluded")
    phone.locator("li[data-term='HP:0010055'] select").select_option("excluded")
    kept(phone)
    expect(way).to_contain_text(leader.inner_text())
    way.tap()
    expect(phone.locator("#h-d")).to_be_in_viewport()


def test_without_a_list_the_way_to_it_says_so(phone: Page, example_case: Case) -> None:
    open_case(phone, example_case)
    expect(phone.locator("[data-jump]")).to_contain_text("No findings yet")


def test_no_page_is_wider_than_the_hand_that_holds_it(phone: Page, ranked_case: Case) -> None:
    for address in ("/", f"/cases/{ranked_case.pk}/", f"/cases/{ranked_case.pk}/history/", "/cases/import/"):
        phone.goto(address)
        phone.wait_for_load_state("networkidle")
        assert phone.evaluate("innerWidth") == 390, f"{address} was laid out wider than the screen"


def test_a_finding_is_added_as_absent_by_touch(phone: Page, ranked_case: Case) -> None:
    open_case(phone, ranked_case)
    phone.locator("#add").fill("cleft palate")
    phone.wait_for_selector("#opts [role=option]")
    phone.locator("[data-as=excluded]").tap()
    phone.get_by_role("option", name="Cleft palate HP:0000175").tap()
    kept(phone)
    assert {one.label: str(one.status) for one in stored(ranked_case).findings}["Cleft palate"] == "excluded"
    phone.locator("#add").fill("seizure")
    phone.wait_for_selector("#opts [role=option]")
    expect(phone.locator("[data-as=present]")).to_have_attribute("aria-pressed", "true")  # for one finding only


def test_what_is_pressed_is_large_enough_for_a_finger(phone: Page, ranked_case: Case) -> None:
    pages: dict[str, Any] = {"/": None, f"/cases/{ranked_case.pk}/": ".cand .open", "/?state=bin": None}
    for address, opens in pages.items():
        phone.goto(address)
        phone.wait_for_load_state("networkidle")
        if opens:
            phone.wait_for_selector("html[data-ready]")
            phone.locator(opens).first.tap()
            phone.wait_for_selector(".cand.opened .quad")
        assert phone.evaluate(SMALL) == [], address
