"""A live server, a Chromium, and pages that are already signed in.

CLEW_TEST_SCREENSHOTS names a directory to which the accessibility tests also write every page.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

if TYPE_CHECKING:  # Django starts after this file is read
    from diagnosis_app.accounts.models import User
    from diagnosis_app.accounts.policy import Actor
    from diagnosis_app.cases.models import Case
    from tests.people import Clinic


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="package")  # ends with these tests: others run event loops of their own in this thread
def browser(chromium: str) -> Iterator[Browser]:
    from tests.browser.steps import PATIENCE

    expect.set_options(timeout=PATIENCE)
    # Playwright keeps an event loop in this thread; the tests themselves use the database plainly.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
        )
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_as(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """open_as(user, **context options) -> a page of a fresh browser in which `user` is signed in."""
    from tests.browser.steps import PATIENCE, sign_in

    contexts: list[BrowserContext] = []

    def open_(user: User | None, **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 1000})
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if user is not None:
            sign_in(context, user, live_server.url)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"an error in the page's script: {error}"))
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_as: Callable[..., Page], user: User) -> Page:
    return open_as(user)


@pytest.fixture
def example_case(actor: Actor, clinic: Clinic, snapshot: object) -> Case:
    """The invented girl: a note with proposals, no findings yet."""
    from diagnosis_app.cases import actions
    from diagnosis_app.cases.content import read_content
    from diagnosis_app.cases.example import EXAMPLE

    return actions.create_case(actor, clinic.team.pk, read_content(EXAMPLE))


@pytest.fixture
def ranked_case(actor: Actor, clinic: Clinic, snapshot: object) -> Case:
    """A case with a note and enough findings for a list."""
    from diagnosis_app.cases import actions
    from diagnosis_app.cases.content import read_content
    from diagnosis_app.cases.example import EXAMPLE
    from tests.browser.steps import FINDINGS

    content = {**EXAMPLE, "findings": FINDINGS}
    return actions.create_case(actor, clinic.team.pk, read_content(content))
