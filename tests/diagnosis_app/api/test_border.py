"""Whatever comes in, the API answers in its own shape: never a page, never a stack trace."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError

from diagnosis_app.api import ranking
from tests.diagnosis_app.api.asking import MARFAN, NOWHERE, Asking, answer, failure

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/nothing", "/", "/cases/not-a-uuid", f"/cases/{NOWHERE}/nothing", "/terms/a/b"])
def test_an_unknown_address_answers_404_in_json(ask: Asking, path: str) -> None:
    failure(ask.get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_a_wrong_method_answers_405_and_names_the_right_ones(ask: Asking, method: str) -> None:
    response = ask.ask(method, "/cases")
    assert response.status_code == 405
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}
    if method != "HEAD":
        failure(response, 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"case": ', "line 1"),
        (b'{\n"case": {},\n}', "line 3"),
        (b"\xff\xfe{}", "UTF-8"),
        (b'{"case": {"findings": []}, "limit": NaN}', "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"1" * 5000, "JSON"),
        (b'{"case": "\x00"}', "JSON"),
    ],
)
def test_a_body_that_is_not_json_names_the_place(ask: Asking, body: bytes, words: str) -> None:
    assert words in failure(ask.post("/rank", body), 400, "input.not_json", field="body")["message"]


def test_a_body_of_another_kind_is_refused(ask: Asking) -> None:
    response = ask.ask("POST", "/rank", b"case=1", content_type="application/x-www-form-urlencoded")
    failure(response, 415, "input.media_type", field="Content-Type")


def test_a_body_over_the_bound_is_refused_before_it_is_read(ask: Asking) -> None:
    body = json.dumps({"text": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}).encode()
    failure(ask.post("/read", body), 413, "input.too_large")


def test_a_body_of_unknown_length_is_refused(ask: Asking) -> None:
    response = ask.ask("POST", "/read", b"", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    failure(response, 411, "input.length_missing", field="Content-Length")


def test_a_missing_body_names_what_is_missing(ask: Asking) -> None:
    failure(ask.post("/rank"), 422, "input.invalid", field="body")


@pytest.mark.parametrize("body", [[], "text", 1, None, {"case": []}, {"case": {"findings": {}}}])
def test_json_of_another_form_is_refused_by_field(ask: Asking, body: Any) -> None:
    failure(ask.post("/rank", json.dumps(body).encode()), 422, "input.invalid")


def test_every_wrong_field_is_named_at_once(ask: Asking) -> None:
    case = {
        "findings": [{"term": "HP:12"}, {"term": "HP:0001250", "status": "maybe"}, {"label": "no id"}],
        "age": "six",
        "sexx": "male",
    }
    body = failure(ask.post("/rank", {"case": case, "limit": 0}), 422, "input.invalid")
    fields = {problem["field"] for problem in body["problems"]}
    assert fields == {
        "case.findings.0.term",
        "case.findings.1.status",
        "case.findings.2.term",
        "case.age",
        "case.sexx",
        "limit",
    }
    assert all(problem["hint"] for problem in body["problems"])


def test_no_failure_repeats_what_was_sent(ask: Asking) -> None:
    secret = "Alice Example born 1999"
    case = {"findings": [{"term": secret, "status": secret}], "age": secret, "note": secret + "\x00", secret: 1}
    for response in (ask.post("/rank", {"case": case}), ask.post("/cases", {"case": case, "team": secret})):
        # The name of a field that nobody knows has to be named; its value never.
        text = response.content.decode().replace(f"case.{secret}", "")
        assert secret not in text


@pytest.mark.parametrize(
    "token", ["", "clew_wrong", "clew_" + "x" * 5000, "Ünïcode", "null", "clew_\x00"], ids=lambda token: token[:12]
)
def test_without_a_live_token_nothing_is_answered(db: None, token: str) -> None:
    asking = Asking(token=token or "x")
    if not token:
        asking.token = ""
    response = asking.get("/knowledge")
    failure(response, 401, "unauthenticated", field="Authorization")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_session_of_the_browser_is_not_a_token(signed_in: Any) -> None:
    asking = Asking()
    asking.client = signed_in
    failure(asking.get("/cases"), 401, "unauthenticated")
    failure(asking.post("/cases", {"case": {}}), 401, "unauthenticated")


def test_a_failure_of_ours_says_nothing_of_the_request(
    ask: Asking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = " ".join(["patient", "Ali" + "ce"])  # a log shows lines of source, so not in one piece

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(words)

    monkeypatch.setattr(ranking, "ranked", fail)
    with caplog.at_level(logging.DEBUG):
        body = failure(ask.post("/rank", {"case": {"findings": [{"term": MARFAN[0]}]}}), 500, "internal")
    assert "Alice" not in json.dumps(body) + caplog.text
    assert "RuntimeError" in caplog.text, "the log names the kind and the place"
    assert "ranking.py" in caplog.text


def test_a_database_that_does_not_answer_is_503_and_may_be_tried_again(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(ranking, "ranked", fail)
    response = ask.post("/rank", {"case": {"findings": [{"term": MARFAN[0]}]}})
    failure(response, 503, "unavailable")
    assert int(response["Retry-After"]) > 0


def test_a_host_that_is_not_ours_is_refused_in_json(ask: Asking) -> None:
    failure(ask.ask("GET", "/cases", HTTP_HOST="evil.example"), 400, "bad_request")


def test_a_page_refuses_such_a_host_with_a_page(client: Any) -> None:
    response = client.get("/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/html")


def test_answers_are_not_kept_by_caches(ask: Asking) -> None:
    response = ask.get("/cases")
    answer(response)
    assert response["Cache-Control"] == "no-store"


def test_a_query_that_no_operation_knows_is_refused(ask: Asking) -> None:
    failure(ask.get("/cases", limt=3), 422, "input.invalid", field="limt")


@pytest.mark.parametrize("limit", ["0", "-1", "9999999999999999999", "ten", "", "1e3", "\x00"])
def test_a_limit_out_of_bounds_is_refused(ask: Asking, limit: str) -> None:
    failure(ask.get("/cases", limit=limit), 422, "input.invalid", field="limit")


@pytest.mark.parametrize("cursor", ["x", "äö", "AAAA", "MjAyNi0wMS0wMSAx", "\x00", "%00" * 20])
def test_a_cursor_that_is_not_ours_is_refused(ask: Asking, cursor: str) -> None:
    failure(ask.get("/cases", cursor=cursor), 422, "input.invalid", field="cursor")
