"""An investigation as it is watched: over a real ASGI server, for a stream needs one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect

from agents.contract import EventType, Failure, Outcome, OutcomeCode, StepRecord
from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.runs import actions, worker
from diagnosis_app.runs.claim import claim
from diagnosis_app.runs.models import Claim, Run, State
from diagnosis_app.runs.store import Store
from tests.browser.steps import PATIENCE, sign_in
from tests.browser.test_accessibility import LOOKS, flawless

LEADER = {"rank": 1, "id": "OMIM:101200", "name": "Apert syndrome", "score": 11.4}
PARTS = [
    {"label": "Broad hallux", "kind": "finding", "value": 4.4},
    {"label": "Macrocephaly", "kind": "excluded", "value": -0.6},
]


class Web:
    """The ASGI application on a port of its own, in a thread: it can be stopped and started again."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self._application = ASGIStaticFilesHandler(get_asgi_application())

    @contextmanager
    def serving(self) -> Iterator[None]:
        config = uvicorn.Config(self._application, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [self.listener.dup()]})
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture
def web(transactional_db: None) -> Iterator[Web]:
    web = Web()
    yield web
    web.listener.close()


@pytest.fixture
def enter(browser: Browser, web: Web, user: User) -> Iterator[Callable[..., Page]]:
    """enter(**context options) -> a page in which the clinician is signed in."""
    contexts: list[BrowserContext] = []

    def enter(**options: Any) -> Page:
        context = browser.new_context(base_url=web.url, **{"viewport": {"width": 1440, "height": 1000}, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        sign_in(context, user, web.url)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"an error in the page's script: {error}"))
        return page

    yield enter
    for context in contexts:
        context.close()


def request_run(actor: Actor, case: Case) -> Run:
    return actions.request_run(actor, cases.find(actor, Verb.RUN_START, case.pk), asks=False)


def address(run: Run) -> str:
    return f"/cases/{run.case_id}/runs/{run.pk}/"


def investigate(run: Run) -> None:
    """As a worker would, beside the browser."""

    def work() -> None:
        try:
            worker.investigate(run.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_the_thread_grows_and_becomes_the_result_without_a_reload(
    web: Web, enter: Callable[..., Page], ranked_case: Case
) -> None:
    with web.serving():
        page = enter()
        page.goto(f"/cases/{ranked_case.pk}/investigation/")
        page.get_by_role("button", name="Investigate").click()
        expect(page.locator("#run-state")).to_contain_text("Queued")
        page.evaluate("window.stayed = true")
        run = Run.objects.get()
        lease = claim(run.pk)
        assert lease is not None
        store = Store(run.pk, lease.fence)
        expect(page.locator("#run-state")).to_contain_text("Under way")
        store.step_started(StepRecord("rank", "rank", 1, why={"present": 5, "excluded": 1}))
        expect(page.locator("#step-rank")).to_have_class("now")
        store.tell(EventType.RANKED, "differential:rank", {"leaders": [{**LEADER, "parts": PARTS}]})
        expect(page.locator("#so-far")).to_contain_text("Apert syndrome")
        Run.objects.filter(pk=run.pk).update(lease_until=None)
        investigate(run)
        if Run.objects.get(pk=run.pk).state == State.WAITING:
            page.get_by_role("button", name="Go on without questions").click()
            expect(page.locator("#run-state")).to_contain_text("Under way")
            investigate(run)
        expect(page.locator("[data-ended=partial]")).to_be_visible()
        expect(page.locator(".run-cand")).to_have_count(10)
        assert page.evaluate("window.stayed") is True


def test_a_reload_in_the_middle_shows_the_same_page(
    web: Web, enter: Callable[..., Page], ranked_case: Case, actor: Actor
) -> None:
    run = request_run(actor, ranked_case)
    lease = claim(run.pk)
    assert lease is not None
    store = Store(run.pk, lease.fence)
    with web.serving():
        page = enter()
        page.goto(address(run))
        read = StepRecord("intake", "intake", 0, got={"present": 5, "excluded": 1})
        store.step_started(read)
        store.step_done(read)
        rank = StepRecord("rank", "rank", 1, why={"present": 5, "excluded": 1}, got={"total": 8351})
        store.step_started(rank)
        store.tell(EventType.RANKED, "differential:rank", {"leaders": [{**LEADER, "parts": PARTS}]})
        store.step_done(rank)
        expect(page.locator("#run-budget")).to_contain_text("1 of 24")
        watched = [page.locator(part).inner_html() for part in ("#thread", "#so-far", "#run-state", "#run-budget")]
        page.reload()
        loaded = [page.locator(part).inner_html() for part in ("#thread", "#so-far", "#run-state", "#run-budget")]
        assert loaded == watched


def test_a_restarted_web_process_is_noticed_and_nothing_is_missed(
    web: Web, enter: Callable[..., Page], ranked_case: Case, actor: Actor
) -> None:
    run = request_run(actor, ranked_case)
    with web.serving():
        page = enter()
        page.goto(address(run))
        expect(page.locator("#run-state")).to_contain_text("Queued")
    expect(page.locator("[data-link]")).to_contain_text("The connection to the server was lost.")
    investigate(run)
    with web.serving():
        expect(page.locator("[data-ended=partial]")).to_be_visible()


def test_cancelling_needs_no_mouse_and_shows_at_once(
    web: Web, enter: Callable[..., Page], ranked_case: Case, actor: Actor
) -> None:
    run = request_run(actor, ranked_case)
    with web.serving():
        page = enter()
        page.goto(address(run))
        page.get_by_role("button", name="Cancel").focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-ended=cancelled]")).to_contain_text("Cancelled at")


def test_candidates_and_sources_open_with_the_keyboard(
    web: Web, enter: Callable[..., Page], ranked_case: Case, actor: Actor
) -> None:
    run = request_run(actor, ranked_case)
    investigate(run)
    with web.serving():
        page = enter()
        page.goto(address(run))
        second = page.locator(".run-cand").nth(1)
        second.locator("> summary").focus()
        page.keyboard.press("Enter")
        source = second.locator(".run-src").first
        expect(source.locator("> summary")).to_be_visible()
        source.locator("> summary").focus()
        page.keyboard.press("Space")
        expect(source.locator("mark")).to_be_visible()
        expect(source.locator(".src")).to_contain_text("release 2025-01-16")


def test_a_result_shows_the_candidates_before_it_opens_them(
    web: Web, enter: Callable[..., Page], ranked_case: Case, actor: Actor
) -> None:
    run = request_run(actor, ranked_case)
    investigate(run)
    with web.serving():
        page = enter(java_script_enabled=False)
        page.goto(address(run))
        expect(page.locator(".run-top li")).to_have_count(5)
        expect(page.locator(".run-cand")).to_have_count(10)
        expect(page.locator(".run-cand[open]")).to_have_count(1)  # the leader
        expect(page.locator(".run-cand .why").last).to_be_visible()  # for and against, also of a folded one
        second = page.locator(".run-cand").nth(1)
        second.locator("> summary").click()
        expect(second.locator(".quad")).to_be_visible()


def test_a_printed_result_names_its_sources(
    web: Web, enter: Callable[..., Page], ranked_case: Case, actor: Actor
) -> None:
    run = request_run(actor, ranked_case)
    investigate(run)
    with web.serving():
        page = enter()
        page.goto(address(run))
        source = page.locator(".run-cand").first.locator(".run-src .src").first
        expect(source).to_be_hidden()
        page.emulate_media(media="print")
        expect(source).to_be_visible()
        expect(page.get_by_text("Not for emergencies, not for patients.").first).to_be_visible()


def test_a_person_who_signed_out_elsewhere_is_told(
    web: Web, enter: Callable[..., Page], ranked_case: Case, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.sessions.models import Session

    from diagnosis_app.runs import stream

    monkeypatch.setattr(stream, "HEARTBEAT", 0.2)
    run = request_run(actor, ranked_case)
    with web.serving():
        page = enter()
        page.goto(address(run))
        expect(page.locator("#run-state")).to_contain_text("Queued")
        Session.objects.all().delete()
        expect(page.locator("[data-link]")).to_contain_text("You are signed out.")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_state_is_accessible(
    web: Web, enter: Callable[..., Page], ranked_case: Case, actor: Actor, theme: str, width: int
) -> None:
    with web.serving():
        page = enter(viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True)
        page.look_name = f"{theme}-{width}"  # type: ignore[attr-defined]
        page.goto(f"/cases/{ranked_case.pk}/investigation/")
        flawless(page, "run-none")
        run = request_run(actor, ranked_case)
        page.goto(address(run))
        flawless(page, "run-queued")
        lease = claim(run.pk)
        assert lease is not None
        store = Store(run.pk, lease.fence)
        store.step_started(StepRecord("rank", "rank", 1, why={"present": 5, "excluded": 1}))
        store.tell(EventType.RANKED, "differential:rank", {"leaders": [{**LEADER, "parts": PARTS}]})
        expect(page.locator("#so-far")).to_contain_text("Apert syndrome")
        flawless(page, "run-live")
        Run.objects.filter(pk=run.pk).update(lease_until=None)
        investigate(run)
        removed = Claim.objects.filter(candidate__run=run).first()
        assert removed is not None
        Claim.objects.filter(pk=removed.pk).update(verified=False, removed_because="not_stated")
        page.goto(address(run))
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        flawless(page, "run-result")
        for name, outcome in _OTHER_ENDS.items():
            run = request_run(actor, ranked_case)
            lease = claim(run.pk)
            assert lease is not None
            Store(run.pk, lease.fence).finish(outcome)
            page.goto(address(run))
            flawless(page, f"run-{name}")


_OTHER_ENDS = {
    "insufficient": Outcome(OutcomeCode.INSUFFICIENT, ("too_few_findings",)),
    "failed": Outcome(OutcomeCode.FAILED, error=Failure("knowledge.missing", "The knowledge is gone.", "Build it.")),
    "cancelled": Outcome(OutcomeCode.CANCELLED),
}
