"""Saving, looking back, returning; the bin; the worklist by keys."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions
from diagnosis_app.cases.models import Case
from tests.browser.steps import kept, open_case, stored
from tests.people import Clinic


def test_ctrl_s_saves_a_version_and_says_when_nothing_changed(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Saved as version 1")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Nothing changed since version 1")
    assert ranked_case.versions.count() == 1


def test_saving_while_offline_saves_when_the_connection_returns(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.context.route("**/draft/", lambda route: route.abort())
    page.locator("#age").fill("2y")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-alarm]")).to_contain_text("Not saved")
    page.context.unroute("**/draft/")
    page.locator("#try-now").click()
    expect(page.locator("[data-saved]")).to_contain_text("Saved as version 1")
    assert actions.content_of(ranked_case.versions.get()).age == "P2Y"


def test_the_history_tells_what_changed_and_returning_can_be_returned_from(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("version 1")
    page.locator("li[data-name=Proptosis] [data-act=remove]").click()
    kept(page)
    page.goto(f"/cases/{ranked_case.pk}/history/")
    expect(page.locator("main")).to_contain_text("Proptosis removed")
    page.get_by_role("link", name="Version 1").click()
    expect(page.locator("main")).to_contain_text("Read-only")
    expect(page.locator("main")).to_contain_text("Proptosis")
    page.get_by_role("button", name="Return to it").click()
    page.wait_for_url("**/history/")
    assert "Proptosis" in [entry.label for entry in stored(ranked_case).findings]
    assert ranked_case.versions.count() == 3  # the unsaved state was saved first
    page.get_by_role("button", name="Return to it version 2").click()
    expect(page.locator("main")).to_contain_text("Returned to version 2")
    assert "Proptosis" not in [entry.label for entry in stored(ranked_case).findings]


def test_an_old_version_opens_its_candidates_without_offering_changes(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("version 1")
    page.goto(f"/cases/{ranked_case.pk}/history/1/")
    page.locator(".cand .open").first.click()
    expect(page.locator(".cand .body").first).to_contain_text("Explains")
    assert page.locator("[data-answer]").count() == 0


def test_a_deleted_case_comes_back_with_undo(page: Page, ranked_case: Case) -> None:
    open_case(page, ranked_case)
    page.get_by_role("button", name="Put this case into the bin").click()
    expect(page.locator("main")).to_contain_text(f"{ranked_case.reference} is in the bin")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**/cases/{ranked_case.pk}/")
    ranked_case.refresh_from_db()
    assert ranked_case.deleted_at is None


def test_purging_takes_the_reference_typed_in_place(page: Page, ranked_case: Case, actor: Actor) -> None:
    actions.delete_case(actor, ranked_case)
    page.goto("/?state=bin")
    page.locator(".purge summary").click()
    field = page.locator(".purge input[name=confirmed]")
    field.fill("C-9999")
    page.get_by_role("button", name="Purge for good").click()
    expect(page.locator("main")).to_contain_text("does not match")
    assert Case.objects.filter(pk=ranked_case.pk).exists()
    page.goto("/?state=bin")
    page.locator(".purge summary").click()
    field.fill(ranked_case.reference)
    page.get_by_role("button", name="Purge for good").click()
    expect(page.locator("main")).to_contain_text("The bin is empty")
    assert not Case.objects.filter(pk=ranked_case.pk).exists()


def test_the_worklist_is_walked_searched_and_opened_by_keys(
    page: Page, ranked_case: Case, example_case: Case, actor: Actor, clinic: Clinic
) -> None:
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr[aria-current]")).to_have_count(1)
    expect(page.locator("tr[data-row]").nth(1)).to_have_attribute("aria-current", "")
    page.keyboard.press("k")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("proptosis")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("proptosis")
    page.locator("tr[data-row] a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{ranked_case.pk}/")


def test_c_starts_a_case_and_the_cursor_is_in_its_note(page: Page, snapshot: object) -> None:
    page.goto("/")
    expect(page.locator("main")).to_contain_text("No open cases")
    page.keyboard.press("c")
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#note")).to_be_focused()


def test_the_example_shows_a_list_after_one_key(page: Page, snapshot: object) -> None:
    page.goto("/")
    page.get_by_role("button", name="Try it with an example case").click()
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("n")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".cand")).to_have_count(10)
    expect(page.locator("[data-steady]")).to_contain_text("teady")


def test_a_phenopacket_is_imported_with_its_report_and_a_broken_one_is_refused_in_place(
    page: Page, snapshot: object, tmp_path: Path
) -> None:
    good = tmp_path / "girl.json"
    good.write_text(
        '{"id": "x", "subject": {"id": "s", "sex": "FEMALE"}, "phenotypicFeatures":'
        ' [{"type": {"id": "HP:0000520", "label": "Proptosis"}}], "metaData": {"created": "2024-01-01T00:00:00Z"}}'
    )
    page.goto("/cases/import/")
    page.set_input_files("#file", good)
    page.get_by_role("button", name="Import").click()
    expect(page.locator("main")).to_contain_text("Imported as")
    assert Case.objects.count() == 1
    broken = tmp_path / "<img src=x onerror=alert(1)>.json"
    broken.write_text('{"id": ')
    page.goto("/cases/import/")
    page.set_input_files("#file", broken)
    page.get_by_role("button", name="Import").click()
    expect(page.locator("main")).to_contain_text("This file was not imported")
    assert Case.objects.count() == 1
