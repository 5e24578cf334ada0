"""axe finds nothing to mend on any page: WCAG 2.2 A and AA, light and dark, wide and narrow."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.attachments import actions as letters_of
from diagnosis_app.attachments import reading
from diagnosis_app.attachments.models import Attachment
from diagnosis_app.cases import actions, ranking
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.models import Case
from retrieval.cases import CaseBank
from tests.browser.steps import open_case
from tests.diagnosis_app.attachments import papers
from tests.published import HANNAH

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [(theme, width) for theme in ("light", "dark") for width in (1440, 390)]


@pytest.fixture(params=LOOKS, ids=[f"{theme}-{width}" for theme, width in LOOKS])
def look(request: Any, open_as: Callable[..., Page], user: User) -> Page:
    """A page in one theme and width. The content policy is off for axe's own script only."""
    theme, width = request.param
    height = 1000 if width > 500 else 844
    page = open_as(user, viewport={"width": width, "height": height}, color_scheme=theme, bypass_csp=True)
    page.look_name = f"{theme}-{width}"
    return page


def flawless(page: Page, name: str) -> None:
    page.add_script_tag(content=AXE)
    page.evaluate("scrollTo(0, 0)")  # what the bar happens to cover when a page is scrolled is no flaw
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    shown = os.environ.get("CLEW_TEST_SCREENSHOTS")
    if shown:
        page.screenshot(path=Path(shown) / f"{name}-{page.look_name}.png", full_page=True)
    told = [
        f"{one['id']} ({one['impact']}): {one['help']}\n    "
        + "\n    ".join(node["html"][:160] for node in one["nodes"])
        for one in found["violations"]
    ]
    assert not told, "\n".join(told)
    scrolls = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not scrolls, "the page scrolls sideways"


def test_worklist(look: Page, ranked_case: Case, example_case: Case) -> None:
    look.goto("/")
    flawless(look, "worklist")


def test_empty_worklist(look: Page, snapshot: object) -> None:
    look.goto("/")
    flawless(look, "worklist-empty")


def test_bin(look: Page, ranked_case: Case, actor: Actor) -> None:
    actions.delete_case(actor, ranked_case)
    look.goto("/?state=bin")
    look.locator(".purge summary").click()
    flawless(look, "bin")


def test_workspace_with_proposals(look: Page, example_case: Case) -> None:
    open_case(look, example_case)
    look.keyboard.press("n")
    flawless(look, "workspace-proposals")


def test_workspace_with_an_open_candidate_and_search(look: Page, ranked_case: Case) -> None:
    open_case(look, ranked_case)
    look.locator(".cand .open").first.click()
    look.wait_for_selector(".cand.opened .quad")
    expect(look.locator("[data-steady]")).to_contain_text("teady:")
    look.locator("#add").fill("wide-set eyes")
    look.wait_for_selector("#opts [role=option]")
    flawless(look, "workspace")


def test_workspace_with_genes_and_a_wrong_list(look: Page, ranked_case: Case) -> None:
    open_case(look, ranked_case)
    look.keyboard.press("g")
    look.locator("#gene-list").fill("FGFR2, comp het, both, 0.93\nABCD99\nTWIST1, 7")
    look.locator("[data-gene-read]").click()
    look.locator("[data-gene-anyway]").click()
    look.wait_for_selector("#g-ABCD99")
    look.locator("#gene-list").fill("http://x")
    look.locator("[data-gene-read]").click()
    look.wait_for_selector("#gene-problems p")
    look.locator("#gene").fill("FGRF2")
    look.wait_for_selector("#gene-opts [data-at]")
    look.evaluate("scrollTo(0, 0)")  # a link that lies half under the bar would count as too small
    flawless(look, "workspace-genes")


@pytest.fixture
def letters(actor: Actor, ranked_case: Case) -> dict[str, Attachment]:
    """A letter in every state."""
    case = actions.read_case(actor, ranked_case.pk)
    files = {
        "read": ("Genetics letter, Northtown, 12 March.pdf", papers.pdf()),
        "broken": ("Scan of the discharge letter.pdf", papers.pdf()[:300]),
        "away": ("Letter of another patient.txt", b"Not about this girl at all."),
        "waiting": ("Arztbrief-Kinderklinik-Abteilung-Stoffwechsel-und-Neurologie-2026.docx", b"Waiting to be read."),
    }
    made = {state: letters_of.add(actor, case, name, content) for state, (name, content) in files.items()}
    for state in ("read", "broken", "away"):
        reading.carry(made[state].pk)
    letters_of.remove(actor, case, made["away"].pk)
    return made


def test_workspace_with_letters_in_every_state(look: Page, ranked_case: Case, letters: dict[str, Attachment]) -> None:
    open_case(look, ranked_case)
    look.click(f"#let-i-{letters['read'].pk}")
    look.wait_for_selector(".clin .lt")
    look.locator("[data-walk] mark", has_text="turricephaly").last.click()
    look.keyboard.press("Enter")
    look.locator("#let-away > summary").click()
    look.locator(".let-e > summary").click()
    look.wait_for_selector(".fl .from")
    look.evaluate("scrollTo(0, document.body.scrollHeight)")  # a link half under a bar would count as too small
    flawless(look, "workspace-letters")


def test_a_letter_with_the_words_of_a_finding(look: Page, ranked_case: Case, letters: dict[str, Attachment]) -> None:
    letters["read"].refresh_from_db()
    at = letters["read"].letter().text.index("turricephaly")
    look.goto(f"/cases/{ranked_case.pk}/attachments/{letters['read'].pk}/?at={at}-{at + 12}")
    look.wait_for_selector("mark#at")
    flawless(look, "letter")


def test_a_letter_that_was_not_read(look: Page, ranked_case: Case, letters: dict[str, Attachment]) -> None:
    look.goto(f"/cases/{ranked_case.pk}/attachments/{letters['broken'].pk}/?at=9-1")
    flawless(look, "letter-not-read")


def test_workspace_while_editing_and_offline(look: Page, ranked_case: Case) -> None:
    open_case(look, ranked_case)
    look.context.route("**/draft/", lambda route: route.abort())
    look.keyboard.press("e")
    look.locator("#note").fill("Typed without a connection.")
    look.wait_for_selector("[data-alarm][data-on]")
    flawless(look, "workspace-offline")


def test_not_enough_to_rank(look: Page, ranked_case: Case, actor: Actor) -> None:
    case = actions.read_case(actor, ranked_case.pk)
    content = actions.content_of(case.draft)
    actions.store_draft(actor, case, content.model_copy(update={"findings": content.findings[:1]}), 1)
    open_case(look, ranked_case)
    flawless(look, "workspace-insufficient")


def test_closed_case(look: Page, ranked_case: Case, actor: Actor) -> None:
    actions.close_case(actor, ranked_case)
    open_case(look, ranked_case)
    flawless(look, "workspace-closed")


def test_history_and_version(look: Page, ranked_case: Case, actor: Actor) -> None:
    actions.save_version(actor, ranked_case)
    case = actions.read_case(actor, ranked_case.pk)
    content = actions.content_of(case.draft)
    actions.store_draft(actor, case, content.model_copy(update={"age": "P2Y", "findings": content.findings[1:]}), 1)
    actions.save_version(actor, actions.read_case(actor, ranked_case.pk))
    look.goto(f"/cases/{ranked_case.pk}/history/")
    flawless(look, "history")
    look.goto(f"/cases/{ranked_case.pk}/history/1/")
    look.locator(".cand .open").first.click()
    flawless(look, "version")


def test_similar_cases(look: Page, ranked_case: Case, published: CaseBank) -> None:
    open_case(look, ranked_case)
    look.wait_for_selector("[data-similar] table")
    look.locator(".cand .open").nth(1).click()
    look.wait_for_selector(".cand.opened .quad")
    flawless(look, "similar")
    look.goto(f"/cases/{ranked_case.pk}/similar/all/")
    flawless(look, "similar-all")
    look.goto(f"/cases/{ranked_case.pk}/similar/case/?id={HANNAH.id}")
    flawless(look, "published-case")


def test_no_published_cases(look: Page, ranked_case: Case) -> None:
    open_case(look, ranked_case)
    look.wait_for_selector("[data-similar] code")
    flawless(look, "similar-none")


def test_none_of_these_leads(look: Page, ranked_case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ranking._ranked
    monkeypatch.setattr(ranking, "_ranked", lambda *asked: replace(plain(*asked), none_leads=True))
    open_case(look, ranked_case)
    flawless(look, "workspace-none-leads")


def test_export(look: Page, ranked_case: Case) -> None:
    look.goto(f"/cases/{ranked_case.pk}/export/")
    flawless(look, "export")


def test_import(look: Page, snapshot: object, tmp_path: Path) -> None:
    look.goto("/cases/import/")
    flawless(look, "import")
    broken = tmp_path / "broken.json"
    broken.write_text("[]")
    look.set_input_files("#file", broken)
    look.get_by_role("button", name="Import").click()
    look.wait_for_selector("#h-no")
    flawless(look, "import-refused")


def test_knowledge(look: Page, snapshot: object) -> None:
    look.goto("/knowledge/")
    flawless(look, "knowledge")


def test_nothing_here(look: Page, snapshot: object) -> None:
    look.goto("/cases/00000000-0000-0000-0000-000000000000/")
    flawless(look, "not-found")


@pytest.mark.parametrize("width", [720, 800, 960])
def test_no_page_scrolls_sideways_at_twice_the_size(
    open_as: Callable[..., Page], user: User, ranked_case: Case, actor: Actor, width: int
) -> None:
    long_names = [{"term": term} for term in ("HP:0032325", "HP:0002077", "HP:0030890", "HP:0000741")]
    actions.create_case(actor, ranked_case.team_id, read_content({"findings": long_names}))
    page = open_as(user, viewport={"width": width, "height": 500})
    for address in ("/", f"/cases/{ranked_case.pk}/", f"/cases/{ranked_case.pk}/export/", "/knowledge/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
