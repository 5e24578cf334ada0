"""The page Evaluation as people look at it: nothing for axe to mend, and no mouse needed."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import flawless, look  # noqa: F401  the fixture
from tests.diagnosis_app.evaluation.test_page import stored


def test_a_run(look: Page) -> None:  # noqa: F811
    stored()
    look.goto("/evaluation/")
    expect(look.get_by_role("heading", name="Was the diagnosis on the list?")).to_be_visible()
    flawless(look, "evaluation")


def test_two_runs(look: Page) -> None:  # noqa: F811
    first, second = stored(), stored(shift=3.0)
    look.goto(f"/evaluation/?run={first.pk}&with={second.pk}")
    expect(look.get_by_role("heading", name=f"What changed against run {second.pk}")).to_be_visible()
    flawless(look, "evaluation-compared")


def test_no_run(look: Page) -> None:  # noqa: F811
    look.goto("/evaluation/")
    flawless(look, "evaluation-empty")


def test_runs_are_compared_with_the_keyboard(page: Page) -> None:
    first, second = stored(), stored(shift=3.0)
    page.goto(f"/evaluation/?run={first.pk}")
    page.get_by_label("Compare with").select_option(str(second.pk))
    page.get_by_role("button", name="Compare").press("Enter")
    expect(page.get_by_role("heading", name=f"What changed against run {second.pk}")).to_be_visible()
