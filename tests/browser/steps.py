"""What the browser tests do again and again."""

from __future__ import annotations

from time import monotonic

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from diagnosis_app.accounts.models import User
from diagnosis_app.cases import actions
from diagnosis_app.cases.content import Content
from diagnosis_app.cases.models import Case, Draft

PATIENCE = 20_000  # ms: a busy machine is slow, a wrong page stays wrong

FINDINGS = [
    {"term": "HP:0000262", "status": "present", "origin": "note", "quote": "Turricephaly"},
    {"term": "HP:0011318", "status": "present", "origin": "note", "quote": "bicoronal synostosis"},
    {"term": "HP:0011304", "status": "present", "origin": "note", "quote": "Broad thumbs"},
    {"term": "HP:0010055", "status": "present", "origin": "typed"},
    {"term": "HP:0000520", "status": "present", "origin": "typed"},
    {"term": "HP:0006101", "status": "excluded", "origin": "typed"},
    {"term": "HP:0000365", "status": "uncertain", "origin": "typed"},
    {"term": "HP:0001363", "status": "family", "origin": "typed", "relative": "father"},
]


def sign_in(context: BrowserContext, user: User, url: str) -> None:
    """The session a sign-in would make, without the form."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])


def open_case(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.pk}/")
    page.wait_for_selector("html[data-ready]")


def kept(page: Page) -> None:
    """Waits until the server has everything that was done on the page."""
    until(page, "() => !Object.keys(localStorage).some((key) => key.startsWith('clew:draft:'))")


def until(page: Page, condition: str) -> None:
    """Playwright's own wait_for_function needs eval, which the content policy of every page forbids."""
    last = monotonic() + PATIENCE / 1000
    while not page.evaluate(condition):
        assert monotonic() < last, f"still not true: {condition}"
        page.wait_for_timeout(20)


def stored(case: Case) -> Content:
    """What the server holds of it now."""
    return actions.content_of(Draft.objects.get(case_id=case.pk))
