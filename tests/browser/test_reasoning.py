"""A reasoning model in the thread and in the result, as a browser shows it: live, quiet, and inert."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import Page, expect

from agents.contract import EventType, StepRecord
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases.models import Case
from diagnosis_app.runs.claim import claim
from diagnosis_app.runs.models import Run
from diagnosis_app.runs.store import Store
from retrieval.snapshot import Snapshot
from tests.agents.panel.test_panel import NOTE
from tests.agents.small_world import SmallWorld
from tests.browser.test_accessibility import flawless
from tests.browser.test_accessibility import look as look
from tests.browser.test_investigation import Web, address, request_run
from tests.browser.test_investigation import enter as enter
from tests.browser.test_investigation import web as web
from tests.diagnosis_app.runs.modelled import (
    HOSTILE,
    MADE_UP,
    OF_SEVERAL,
    SPEAKS_TO_A_MACHINE,
    TEXTS,
    answers,
    carried,
    far_from,
    naming,
    reserved,
)

DOES_SOMETHING = "<img src=x onerror='window.done = true'><script>window.done = true</script>"
THOUGHT = "Both bend the thumbs; the joints may tell them apart. I look at the passages first. "


def store_of(run: Run) -> Store:
    lease = claim(run.pk)
    assert lease is not None
    return Store(run.pk, lease.fence)


def thinks(store: Store, n: int, text: str) -> None:
    store.tell(EventType.THOUGHT, f"thought:reader-1:{n}", {"key": "reader-1", "action": "reader", "text": text})


def test_what_is_thought_grows_in_its_step_and_is_folded_away_at_its_end(
    web: Web, enter: Callable[..., Page], ranked_case: Case, actor: Actor
) -> None:
    run = request_run(actor, ranked_case)
    store = store_of(run)
    with web.serving():
        page = enter()
        page.goto(address(run))
        store.step_started(StepRecord("reader-1", "reader", 1))
        block = page.locator("#thought-reader-1")
        expect(block).to_be_attached()
        expect(block).to_be_hidden()
        block.evaluate("one => { one.stayed = true }")
        thinks(store, 0, f"It may be so. {DOES_SOMETHING}")
        expect(block).to_contain_text("checked by nobody")
        expect(block).to_contain_text("<img src=x")
        thinks(store, 1, "The last of it.")
        expect(block).to_contain_text("The last of it.")
        assert block.evaluate("one => one.stayed && one.ariaLive === 'off'"), "nobody is read what is thought"
        assert page.evaluate("window.done") is None
        store.step_done(StepRecord("reader-1", "reader", 1, got={"found": [], "refused": 0, "reasoning": "So it is."}))
        folded = page.locator("#step-reader-1 .thought")
        expect(folded).not_to_have_attribute("open", "")
        folded.locator("summary").click()
        expect(folded).to_contain_text("So it is.")
        expect(block).to_have_count(0)


def test_a_run_in_which_a_model_takes_part_is_accessible(
    look: Page, ranked_case: Case, actor: Actor, snapshot: Snapshot
) -> None:
    run = reserved(request_run(actor, ranked_case))
    store = store_of(run)
    store.step_started(StepRecord("reader-1", "reader", 1))
    thinks(store, 0, THOUGHT * 12 + HOSTILE)
    look.goto(address(run))
    expect(look.locator("#thought-reader-1")).to_be_visible()
    flawless(look, "run-thinking")
    world = SmallWorld(snapshot, (), TEXTS)
    note = f"{NOTE}\n\n{'She sleeps well. ' * 205}\n\n{SPEAKS_TO_A_MACHINE}"
    carried(run, store, world, answers(far_from(world)), reasoning=THOUGHT * 30 + HOSTILE, note=note)
    look.goto(address(run))
    expect(look.locator(".written summary").first).to_be_visible()
    flawless(look, "run-reasoned")
    look.locator(".written summary").first.click()
    look.locator(".thought summary").first.click()
    look.locator(".thought-w").first.scroll_into_view_if_needed()
    flawless(look, "run-reasoned-opened")


def test_what_the_model_found_opens_at_its_candidate_down_to_the_evidence(
    look: Page, ranked_case: Case, actor: Actor, snapshot: Snapshot
) -> None:
    run = request_run(actor, ranked_case)
    carried(run, store_of(run), SmallWorld(snapshot, (), TEXTS), answers())
    look.goto(address(run))
    card = look.locator(".run-cand", has=look.locator(".run-weighed"))
    if card.get_attribute("open") is None:
        card.locator("> summary").click()
    found = card.locator(".run-weighed")
    found.locator("> summary").click()
    expect(found).to_contain_text("Joint hypermobility (new to the sum)")
    for source in found.locator(".run-src > summary").all():
        source.click()
    expect(found.locator("blockquote mark").first).to_have_text("joint hypermobility")
    expect(found.locator("blockquote mark").nth(1)).to_contain_text("HP:0010055 Broad hallux")
    flawless(look, "run-weighed")


def test_names_that_are_unknown_here_are_accessible_on_the_result_and_in_the_report(
    look: Page, ranked_case: Case, actor: Actor, snapshot: Snapshot
) -> None:
    run = request_run(actor, ranked_case)
    carried(run, store_of(run), SmallWorld(snapshot, (), TEXTS), {**answers(), "proposer": naming})
    look.goto(address(run))
    expect(look.locator(".run-named q")).to_have_text([MADE_UP, OF_SEVERAL])
    look.locator(".run-named").last.scroll_into_view_if_needed()
    flawless(look, "run-named")
    look.goto(reverse("run_report", args=[run.case_id, run.pk]))
    expect(look.locator(".rep-model")).to_contain_text(f"“{MADE_UP}”")
    flawless(look, "report-of-model")


def test_a_sentence_of_the_summary_leads_to_its_statement(
    look: Page, ranked_case: Case, actor: Actor, snapshot: Snapshot
) -> None:
    run = request_run(actor, ranked_case)
    carried(run, store_of(run), SmallWorld(snapshot, (), TEXTS), answers())
    look.goto(address(run))
    written = look.locator(".written details").first
    written.locator("summary").click()
    link = written.locator("a").first
    link.click()
    expect(look.locator(f"{link.get_attribute('href')}")).to_be_in_viewport()
