"""A note and phrases made to break the page: everything stays text, and the page stays alive."""

from __future__ import annotations

from playwright.sync_api import Dialog, Page, expect

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions
from diagnosis_app.cases.content import read_content
from tests.browser.steps import FINDINGS, open_case
from tests.people import Clinic

MARKUP = "<img src=x onerror=alert(1)>\"'><svg onload=alert(2)><script>alert(3)</script>"


def test_a_phrase_that_stands_twenty_thousand_times_in_the_note_is_drawn(
    page: Page, actor: Actor, clinic: Clinic, snapshot: object
) -> None:
    content = read_content({"note": "the " * 20_000 + "seizures", "unmapped": ["the"], "findings": FINDINGS})
    open_case(page, actions.create_case(actor, clinic.team.pk, content))
    expect(page.locator("[data-walk] mark")).to_have_count(1)
    assert page.locator("[data-walk] .m-x").count() == 20_000


def test_markup_in_every_text_of_a_case_stays_text(page: Page, actor: Actor, clinic: Clinic, snapshot: object) -> None:
    findings = [{**one, "quote": MARKUP, "origin": "note"} for one in FINDINGS]
    relative = {"term": "HP:0001363", "status": "family", "relative": MARKUP[:80]}
    content = read_content(
        {"note": f"{MARKUP} seizures {MARKUP}", "unmapped": [MARKUP], "findings": [*findings, relative]}
    )
    case = actions.create_case(actor, clinic.team.pk, content)
    actions.save_version(actor, case)
    dialogs: list[str] = []

    def heard(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", heard)
    open_case(page, case)
    page.locator("#add").fill(MARKUP[:60])
    expect(page.locator("#opts [role=option]").first).to_contain_text("<img src=x")
    for part in ("history/", "history/1/", "export/"):
        page.goto(f"/cases/{case.pk}/{part}")
        assert page.locator("img[src=x], svg[onload]").count() == 0
    page.goto(f"/?q={MARKUP}")
    assert page.locator("img[src=x], svg[onload]").count() == 0
    assert dialogs == []
