"""A list of genes is pasted, moves the differential, is edited and taken back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from diagnosis_app.cases.models import Case
from tests.browser.steps import kept, open_case, stored


def leader(page: Page) -> str:
    return page.locator(".cand .open").first.inner_text()


def genes_of(case: Case) -> list[tuple[str, str, str]]:
    return [(one.symbol, str(one.zygosity), str(one.inherited)) for one in stored(case).genes]


def test_a_pasted_list_moves_the_differential_and_undo_takes_it_back(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    before = leader(page)
    page.keyboard.press("g")
    expect(page.locator("#gene")).to_be_focused()
    page.locator("#gene-list").fill("TWIST1, het, de novo, 0.9\nCFTR, het\nABCD99")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-gene-rows] li")).to_have_count(3)
    kept(page)
    assert genes_of(ranked_case) == [
        ("TWIST1", "heterozygous", "de_novo"),
        ("CFTR", "heterozygous", "unknown"),
        ("ABCD99", "unknown", "unknown"),
    ]
    assert leader(page) != before
    first = page.locator(".cand").first
    assert "TWIST1" in first.locator(".ids").inner_text()
    expect(first.locator(".contrib .fillg")).to_have_count(1)
    expect(first.locator(".why")).to_contain_text("TWIST1")
    expect(page.locator("[data-moved-words]")).to_contain_text("TWIST1, CFTR, ABCD99 added to the candidate genes")
    expect(page.locator("#g-ABCD99")).to_contain_text("no disease known here; weighs nothing")
    expect(page.locator("[data-gene-said]")).to_contain_text("No disease here is linked to ABCD99")
    expect(page.locator("#gene-list")).to_have_value("")
    page.locator("#undo").click()
    expect(page.locator("[data-gene-line]")).to_have_text("none yet")
    kept(page)
    assert genes_of(ranked_case) == []
    assert leader(page) == before


def test_what_cannot_be_read_names_its_line_and_stays_in_the_field(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("g")
    text = "FGFR2, het\nTWIST1, 1.4\nhttp://example"
    page.locator("#gene-list").fill(text)
    page.locator("[data-gene-read]").click()
    problems = page.locator("#gene-problems p")
    expect(problems).to_have_count(2)
    expect(problems.nth(0)).to_have_text(
        "Line 2: “1.4” is not a score from 0 to 1. Write 0.93 for 93 %, or leave it out."
    )
    expect(problems.nth(1)).to_contain_text("Line 3: “http://example” is not a gene.")
    assert page.locator("#gene-list").input_value() == text
    assert genes_of(ranked_case) == []
    open_case(page, ranked_case)  # a reload loses nothing
    expect(page.locator("#gene-list")).to_have_value(text)
    page.locator("[data-gene-read]").click()
    page.get_by_role("button", name="Add the 2 that were read").click()
    expect(page.locator("[data-gene-rows] li")).to_have_count(2)
    kept(page)
    assert [symbol for symbol, *_ in genes_of(ranked_case)] == ["FGFR2", "TWIST1"]


def test_one_gene_is_found_edited_and_removed_by_the_keyboard(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("g")
    page.keyboard.type("fgfr")
    expect(page.locator("#gene-opts [data-at]").first).to_contain_text("FGFR1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#g-FGFR2")).to_be_visible()
    page.keyboard.type("FGRF3")  # a slip of the keyboard
    expect(page.locator("#gene-opts")).to_contain_text("Did you mean")
    page.keyboard.press("Enter")
    expect(page.locator("#g-FGFR3")).to_be_visible()
    page.locator("#g-FGFR2-z").select_option("heterozygous")
    page.locator("#g-FGFR2-i").select_option("de_novo")
    page.locator("#g-FGFR2-s").fill("2")
    page.keyboard.press("Tab")
    expect(page.locator("#g-FGFR2 .problem")).to_contain_text("A score is a number from 0 to 1")
    page.locator("#g-FGFR2-s").fill("0,8")
    page.keyboard.press("Tab")
    kept(page)
    assert genes_of(ranked_case) == [("FGFR3", "unknown", "unknown"), ("FGFR2", "heterozygous", "de_novo")]
    assert stored(ranked_case).genes[1].score == 0.8
    page.locator("#g-FGFR3-x").press("Enter")
    expect(page.locator("#g-FGFR2-x")).to_be_focused()  # the keyboard is not lost
    kept(page)
    assert [symbol for symbol, *_ in genes_of(ranked_case)] == ["FGFR2"]


def test_an_opened_candidate_says_what_the_gene_adds_and_from_where(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("g")
    page.locator("#gene-list").fill("FGFR2\thet\tde novo")
    page.keyboard.press("Control+Enter")
    kept(page)
    button = page.locator(".cand .open").first
    button.click()
    explains = page.locator(".cand .body:visible .quad section").first
    expect(explains).to_contain_text("FGFR2")
    expect(explains).to_contain_text("on the list and a known gene of this disease")
    expect(explains).to_contain_text("new in the patient")
    expect(explains).to_contain_text("HPO gene file")


def test_at_390_pixels_nothing_is_cut_off(open_as: Callable[..., Page], user: object, ranked_case: Case) -> None:
    page = open_as(user, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_case(page, ranked_case)
    page.locator("[data-gene-open]").click()
    page.locator("#gene-list").fill("FGFR2, comp het, both, 0.93\nNCBIGene:7467\nTWIST1, het, father")
    page.locator("[data-gene-read]").click()
    expect(page.locator("[data-gene-rows] li")).to_have_count(3)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
