"""The report of an investigation: without a flaw in every look, on paper one light sheet, copied by one button."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.runs import actions, worker
from diagnosis_app.runs.models import Run
from retrieval.cases import CaseBank
from tests.browser.test_accessibility import flawless, look  # noqa: F401  the fixture
from tests.diagnosis_app.reports.reading import paper


@pytest.fixture
def ended(actor: Actor, ranked_case: Case) -> Run:
    run = actions.request_run(actor, cases.find(actor, Verb.RUN_START, ranked_case.pk), asks=False)
    worker.investigate(run.pk)
    run.refresh_from_db()
    return run


def address(run: Run) -> str:
    return f"/cases/{run.case_id}/runs/{run.pk}/report/"


def test_a_report(look: Page, published: CaseBank, ended: Run) -> None:  # noqa: F811
    look.goto(address(ended))
    look.locator("summary", has_text="As text").click()
    flawless(look, "report")


def test_a_report_without_a_list(look: Page, actor: Actor, ranked_case: Case) -> None:  # noqa: F811
    run = actions.request_run(actor, cases.find(actor, Verb.RUN_START, ranked_case.pk), asks=False)
    look.goto(address(run))
    flawless(look, "report-under-way")
    actions.cancel(actor, run)
    look.goto(address(run))
    flawless(look, "report-cancelled")


def test_no_report_yet(look: Page, ranked_case: Case) -> None:  # noqa: F811
    look.goto(f"/cases/{ranked_case.pk}/report/")
    flawless(look, "report-none")


def test_the_tab_and_the_button_of_the_result_lead_to_it(page: Page, ended: Run) -> None:
    page.goto(f"/cases/{ended.case_id}/")
    page.get_by_role("link", name="Report", exact=True).click()
    expect(page).to_have_url(re.compile(f"{re.escape(address(ended))}$"))
    expect(page.locator("nav.tabs [aria-current=page]")).to_have_text("Report")
    page.get_by_role("link", name="Back to the result").click()
    expect(page.locator("[data-ended]")).to_be_visible()


def test_on_paper_it_is_one_light_sheet_without_buttons(
    open_as: Callable[..., Page], user: User, ended: Run, tmp_path: Path
) -> None:
    page = open_as(user, color_scheme="dark")
    page.goto(address(ended))
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".bar", ".tabs", ".rep-bar", ".foot", ".sub-in h1"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".a4")).to_be_visible()
    page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True, print_background=True)
    printed = (tmp_path / "printed.pdf").read_bytes()
    read = paper(printed)
    assert "Second reader, date" in read.text and "Copy as text" not in read.text
    assert len(read.pages) == 1
    sheet = pypdfium2.PdfDocument(printed)[0]
    assert [round(side) for side in sheet.get_size()] == [595, 842]
    tones = sheet.render(scale=1, grayscale=True).to_numpy()
    assert (tones > 250).mean() > 0.7, "the paper is white"


def test_one_button_copies_the_text_and_one_brings_the_pdf(
    open_as: Callable[..., Page], user: User, ended: Run
) -> None:
    page = open_as(user, permissions=["clipboard-read", "clipboard-write"])
    page.goto(address(ended))
    page.get_by_role("button", name="Copy as text").click()
    expect(page.locator("[data-copied]")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "DIFFERENTIAL DIAGNOSIS, FOR DISCUSSION" in copied and "SOURCES QUOTED" in copied
    with page.expect_download() as waiting:
        page.get_by_role("link", name="PDF").click()
    kept = waiting.value
    assert kept.suggested_filename == f"C-0001-{ended.reference}.pdf"
    assert "Candidates" in paper(Path(kept.path()).read_bytes()).text


def test_the_report_is_reached_and_left_with_the_keyboard_alone(page: Page, ended: Run) -> None:
    page.goto(address(ended))
    page.locator("main").focus()
    names = []
    for _ in range(6):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert names == ["Back to the result", "PDF", "Copy as text", "Text file", "JSON", "Phenopacket"]
