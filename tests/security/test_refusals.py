"""What goes wrong is said in words: never an empty page, never a stack trace, never the text of a patient."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import MutableMapping
from importlib import import_module
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory

from diagnosis_app.accounts.guard import DenyByDefault, open_to_all
from diagnosis_app.accounts.models import User
from diagnosis_app.bounded import MOST, Bounded
from diagnosis_app.cases import actions
from diagnosis_app.plain_log import PlainFormatter
from tests.diagnosis_app.api.asking import Asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("snapshot")]

SECRET = "a seizure on Tuesday"


@pytest.fixture
def patient_client(user: User) -> Client:
    """Answers as a browser would get them, also where the server failed."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def without_database(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError(words)

    import_module("diagnosis_app.urls")  # rooms loaded later must not keep what is put in place here
    monkeypatch.setattr(actions, "find", fail)
    monkeypatch.setattr(actions, "create_case", fail)


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("database is locked", "Try again in a few seconds"),
        ("database or disk is full", "disk is full"),
        ("attempt to write a readonly database", "may not write"),
    ],
)
def test_a_database_that_does_not_answer_is_no_failure_of_ours(
    patient_client: Client, monkeypatch: pytest.MonkeyPatch, said: str, remedy: str
) -> None:
    without_database(monkeypatch, said)
    address = "/cases/00000000-0000-4000-8000-000000000000/"
    page = patient_client.get(address)
    assert page.status_code == 503
    assert remedy in page.content.decode()
    assert page["Retry-After"]
    fragment = patient_client.get(address, headers={"X-Clew-Page": "1"})
    assert fragment.status_code == 503
    assert remedy in fragment.json()["hint"]
    assert fragment.json()["code"] == "unavailable"


def test_the_api_says_it_in_its_own_shape(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = Asking(user)
    without_database(monkeypatch, "database is locked")
    answer = asking.post("/cases", {"case": {}})
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"


def test_a_wrong_method_is_answered_with_what_is_possible(signed_in: Client) -> None:
    for address in ("/", "/cases/new/", "/audit/export/"):
        refused = signed_in.put(address)
        if refused.status_code == 403:  # the role comes first
            continue
        assert refused.status_code == 405
        assert refused["Allow"] in refused.content.decode()
        assert "method_not_allowed" in refused.content.decode()


def test_reading_addresses_answer_head(signed_in: Client) -> None:
    for address in ("/", "/knowledge/", "/cases/import/", "/terms/?q=seizure"):
        assert signed_in.head(address).status_code == 200


@pytest.mark.parametrize("address", ["/static/clew/app.js", "/static/nothing.js", "/healthz", "/nowhere", "/signin/"])
def test_the_content_policy_is_on_every_answer(client: Client, address: str) -> None:
    assert "default-src 'none'" in client.get(address)["Content-Security-Policy"]


def test_signed_out_in_another_window_is_told_as_signed_out(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_args: Any, **_kwargs: Any) -> None:
        raise SessionInterrupted

    monkeypatch.setattr(SessionStore, "save", gone)
    assert signed_in.get("/terms/?q=a", headers={"X-Clew-Page": "1"}).status_code == 401
    assert signed_in.get("/")["Location"].startswith("/signin/")


def test_a_session_that_cannot_be_stored_signs_nobody_out(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django turns a full disk under the session table into an interrupted session."""

    def full(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(Session, "save", full)
    answer = signed_in.get("/account/")
    assert answer.status_code == 503
    assert "disk is full" in answer.content.decode()
    assert signed_in.get("/terms/?q=a", headers={"X-Clew-Page": "1"}).status_code == 503


def test_a_log_line_names_the_error_and_its_place_and_repeats_nothing() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter("{levelname} {message}", style="{"))
    log = logging.Logger("test")
    log.addHandler(handler)
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise OperationalError(f"failing row contains ({SECRET})") from error
    except OperationalError:
        log.exception("not stored")
    said = stream.getvalue()
    assert "ERROR not stored" in said
    assert "OperationalError at" in said
    assert "ValueError at" in said
    assert "test_refusals.py" in said
    assert SECRET not in said


def test_every_handler_of_the_service_logs_that_way() -> None:
    from django.conf import settings

    formatters = settings.LOGGING["formatters"]
    for handler in settings.LOGGING["handlers"].values():
        assert formatters[handler["formatter"]]["()"].endswith("PlainFormatter")


# --- a body that no form could mean


def asked(headers: list[tuple[bytes, bytes]], parts: list[bytes], most: int) -> tuple[int, int]:
    """(status, bytes that reached the application)"""
    sent: list[MutableMapping[str, Any]] = []
    waiting, reached = list(parts), []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def application(_scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            reached.append(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})

    asyncio.run(Bounded(application, most)({"type": "http", "headers": headers}, receive, send))
    return sent[0]["status"], sum(map(len, reached))


def test_a_body_that_is_far_too_large_is_not_taken_in() -> None:
    assert asked([(b"content-length", b"101")], [b"x" * 101], 100) == (413, 0)
    assert asked([(b"transfer-encoding", b"chunked")], [b"x" * 60] * 3, 100) == (413, 60)
    assert asked([(b"content-length", b"100")], [b"x" * 50] * 2, 100) == (200, 100)


@pytest.mark.parametrize(("most", "words"), [(MOST, b" 64 MB,"), (7 * 1024**2, b" 7 MB,")])
def test_a_refusal_names_the_bound_that_applies(most: int, words: bytes) -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"content-length", b"%d" % (most + 1))]}
    asyncio.run(Bounded(never_asked, most)(scope, never_asked, send))
    assert sent[0]["status"] == 413
    assert words in sent[1]["body"]


async def never_asked(*_: Any) -> Any:
    raise AssertionError


def test_the_service_is_served_with_that_bound() -> None:
    from diagnosis_app.asgi import application

    assert isinstance(application, Bounded)


def test_a_form_where_json_belongs_is_refused_in_words(signed_in: Client) -> None:
    """Whoever checks the form's token has read the body by then."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies = signed_in.cookies
    token = client.get("/", follow=True).cookies
    assert token is not None
    client.get("/cases/import/")
    value = client.cookies["clew_csrf"].value
    body = f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{value}\r\n--x--\r\n'
    answer = client.post("/read/", body.encode(), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 422
    assert "did not arrive as JSON" in json.loads(answer.content)["message"]


@pytest.mark.parametrize(
    "address",
    [
        "/cases/{case}/runs/{run}/separates/%00/",
        "/cases/{case}/runs/{run}/question/ask-1%00/",
        "/cases/{case}/candidates/OMIM:101600%00/",
        "/api/v1/cases/{case}/comparison/OMIM:101600%00/OMIM:123500",
    ],
)
def test_an_address_with_a_nul_names_nothing(signed_in: Client, address: str) -> None:
    """SQLite would look for it and PostgreSQL break over it: it is 404 before either is asked."""
    nobody = "00000000-0000-4000-8000-000000000000"
    assert signed_in.get(address.format(case=nobody, run=nobody)).status_code in {401, 404}
    request, view = RequestFactory().get("/"), open_to_all(lambda _request, **_: HttpResponse())
    guard = DenyByDefault(lambda _request: HttpResponse())
    assert guard.process_view(request, view, (), {"key": "ask-1"}) is None
    with pytest.raises(Http404):
        guard.process_view(request, view, (), {"key": "ask-1\x00"})
