"""Passages set back, from the mark to where it is taken back; how an investigation went, on its page and over all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from diagnosis_app.accounts.models import Role, User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.review import citations
from diagnosis_app.review.models import WrongCitation
from diagnosis_app.runs import worker
from diagnosis_app.runs.models import Run
from retrieval.snapshot import Snapshot
from tests.agents.small_world import small_world
from tests.browser.test_accessibility import LOOKS, flawless
from tests.diagnosis_app.review.judging import PFEIFFER, acting, colleague
from tests.diagnosis_app.review.test_set_back_in_runs import cited_passage, investigated


@dataclass(frozen=True)
class Marked:
    first: Run
    later: Run
    colleague: User


@pytest.fixture
def marked(actor: Actor, team: Any, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> Marked:
    """A result of which two readers marked a passage as wrong, and the next patient's."""
    world = small_world(snapshot)
    monkeypatch.setattr(worker.library, "snapshot", lambda _name: world)
    first = investigated(actor, team)
    bo = colleague("bo-second", team)
    key = cited_passage(first).key
    citations.mark(actor, first, PFEIFFER, key, "not_said", "The family had another form.")
    citations.mark(acting(bo), first, PFEIFFER, key, "outdated")
    return Marked(first, investigated(actor, team), bo)


def address(run: Run) -> str:
    return f"/cases/{run.case_id}/runs/{run.pk}/"


def test_from_the_thread_to_the_mark_and_back(page: Page, marked: Marked, user: User) -> None:
    page.goto(address(marked.later))
    page.get_by_role("link", name="Which marks, and by whom").first.click()
    expect(page.get_by_role("heading", name="Passages set back")).to_be_visible()
    expect(page.get_by_text("it does not say so")).to_be_visible()
    expect(page.get_by_text("Counts in investigations begun since").first).to_be_visible()
    page.get_by_role("button", name="Take back").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("it is outdated")).to_be_visible()
    expect(page.get_by_text("it does not say so")).to_have_count(0)
    assert [one.reader_id for one in WrongCitation.objects.all()] == [marked.colleague.pk] != [user.pk]


def test_a_curator_finds_it_under_knowledge_and_overrules_it(
    open_as: Callable[..., Page], marked: Marked, team: Any
) -> None:
    page = open_as(colleague("cy-curator", team, Role.CURATOR))
    page.goto("/knowledge/")
    page.get_by_role("link", name="Passages set back").click()
    for _ in range(2):
        page.get_by_role("button", name="Overrule").first.click()
    expect(page.get_by_text("Counts as any other")).to_be_visible()
    expect(page.get_by_text("The family had another form.")).to_have_count(0)
    assert not WrongCitation.objects.filter(overruled_at=None).exists()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_pages_are_flawless(
    theme: str, width: int, open_as: Callable[..., Page], user: User, marked: Marked
) -> None:
    page = open_as(user, viewport={"width": width, "height": 1000}, color_scheme=theme, bypass_csp=True)
    page.look_name = f"{theme}-{width}"
    page.goto("/knowledge/set-back/?passage=nothing")
    flawless(page, "set-back-none")
    page.goto("/knowledge/set-back/")
    flawless(page, "set-back")
    page.goto(address(marked.later))
    expect(page.get_by_role("heading", name="How this investigation went")).to_be_visible()
    flawless(page, "run-went")
    page.goto("/evaluation/")
    expect(page.get_by_text("Too few investigations yet")).to_be_visible()
    flawless(page, "evaluation-few")
    for _ in range(5):
        copy_of(marked.later)
    page.goto("/evaluation/")
    expect(page.get_by_text("no model")).to_be_visible()
    flawless(page, "evaluation-went")


def copy_of(run: Run) -> None:
    Run.objects.create(
        team=run.team, case=run.case, version=run.version, manifest=run.manifest, requested_by=run.requested_by,
        state="ended", outcome="partial", went=run.went,
    )  # fmt: skip
