"""The wire: what is a message, in which version it is answered, and what is refused before it is one."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.diagnosis_app.mcp.speaking import META, NEW, Speaking, refused, result

pytestmark = pytest.mark.django_db
LIST = {"jsonrpc": "2.0", "id": 7, "method": "tools/list"}
VERSION = "io.modelcontextprotocol/protocolVersion"


# --- HTTP ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"])
def test_only_post_means_anything_here(speak: Speaking, method: str) -> None:
    response = speak.send(b"", method=method)
    assert response.status_code == 405 and response["Allow"] == "POST"
    if method != "HEAD":
        assert response.json()["code"] == "method_not_allowed"


def test_a_session_of_the_browser_is_no_token(signed_in: Client) -> None:
    asking = Speaking()
    asking.client = signed_in
    response = asking.ask("tools/list")
    assert response.status_code == 401 and response.json()["field"] == "Authorization"
    assert response["WWW-Authenticate"] == 'Bearer realm="Clew"'


@pytest.mark.parametrize(
    "origin", ["http://localhost", "http://localhost:8000", "https://127.0.0.1:3000", "http://[::1]:6274"]
)
def test_a_page_of_this_host_may_ask(speak: Speaking, origin: str) -> None:
    assert result(speak.ask("tools/list", Origin=origin))["tools"]


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "http://localhost.evil.example", "http://evil.example:8000", "null", "", "localhost"),
        *("http://localhost@evil.example", "http://evil.example@localhost", "file://localhost", "http://[::1", "a b"),
    ],
)
def test_a_page_of_another_site_is_refused_before_its_token_is_looked_at(speak: Speaking, origin: str) -> None:
    speak.token = "clew_nobody"
    response = speak.ask("tools/list", Origin=origin)
    assert response.status_code == 403 and response.json()["code"] == "mcp.origin"


def test_a_trusted_origin_behind_a_proxy_may_ask(speak: Speaking, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://clew.hospital.example"]
    assert result(speak.ask("tools/list", Origin="https://clew.hospital.example"))["tools"]
    assert speak.ask("tools/list", Origin="http://clew.hospital.example").status_code == 403


def test_a_host_that_is_not_ours_is_refused_in_json(speak: Speaking) -> None:
    response = speak.ask("tools/list", Host="evil.example")
    assert response.status_code == 400 and response.json()["code"] == "bad_request"


def test_a_body_of_another_kind_of_no_length_or_too_long_is_refused(speak: Speaking) -> None:
    assert speak.send(LIST, kind="text/plain").json()["code"] == "input.media_type"
    chunked = speak.client.generic(
        "POST", "/mcp", b"", "application/json", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH=""
    )
    assert (chunked.status_code, chunked.json()["code"]) == (411, "input.length_missing")
    large = speak.send(b'{"x": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}')
    assert (large.status_code, large.json()["code"]) == (413, "input.too_large")


def test_answers_are_not_kept_by_caches(speak: Speaking) -> None:
    assert speak.ask("tools/list")["Cache-Control"] == "no-store"


# --- messages ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        *([], [LIST], [LIST, LIST], "tools/list", 1, None, True, {}),
        {"id": 7, "method": "tools/list"},
        {**LIST, "jsonrpc": "1.0"},
        {**LIST, "jsonrpc": 2.0},
        {**LIST, "method": 3},
        {"jsonrpc": "2.0", "id": 7},
        {"jsonrpc": "2.0", "id": 7, "result": {}},
        {**LIST, "id": None},
        {**LIST, "id": True},
        {**LIST, "id": 1.5},
        {**LIST, "id": {}},
    ],
    ids=str,
)
def test_what_is_no_single_message_is_refused(speak: Speaking, body: Any) -> None:
    refused(speak.send(body), 400, -32600, "mcp.message")


def test_an_error_carries_the_id_where_there_is_one(speak: Speaking) -> None:
    assert speak.send({"jsonrpc": "1.0", "id": "a", "method": "x"}).json()["id"] == "a"
    assert speak.send({**LIST, "id": {}}).json()["id"] is None
    assert speak.send([LIST]).json()["id"] is None
    assert speak.send({**LIST, "id": "seven"}).json()["id"] == "seven"


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"\xff\xfe{}", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 5000, b'{"id": NaN}'),
        *(b'{"id": 1, "id": 2}', b'{"method": "\x00"}'),
    ],
    ids=range(9),
)
def test_what_is_no_json_is_an_error_of_parsing(speak: Speaking, body: bytes) -> None:
    refused(speak.send(body), 400, -32700, "input.not_json", field="body")


@pytest.mark.parametrize("params", [[], "x", 1, None])
def test_parameters_are_an_object(speak: Speaking, params: Any) -> None:
    refused(speak.send({**LIST, "params": params}), 400, -32602, "mcp.parameters", field="params")


@pytest.mark.parametrize("method", ["notifications/initialized", "notifications/cancelled", "notifications/nothing"])
def test_a_notification_is_taken_and_has_no_answer(speak: Speaking, method: str) -> None:
    for headers in ({}, {"MCP_Protocol_Version": "2025-06-18"}, {"MCP_Protocol_Version": NEW}):
        response = speak.send({"jsonrpc": "2.0", "method": method}, **headers)
        assert response.status_code == 202 and not response.content
    refused(
        speak.send({"jsonrpc": "2.0", "method": method}, MCP_Protocol_Version="1999-01-01"), 400, -32022, "mcp.version"
    )
    speak.token = ""
    assert speak.send({"jsonrpc": "2.0", "method": method}).status_code == 401


# --- versions that are agreed on -----------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2024-11-05", "2025-11-25"), ("x", "2025-11-25")],
)
def test_a_version_that_is_spoken_is_agreed_on_and_for_another_the_newest_is_offered(
    speak: Speaking, asked: str, spoken: str
) -> None:
    hello = {"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    said = result(speak.ask("initialize", hello))
    assert said["protocolVersion"] == spoken and said["serverInfo"]["name"] == "clew"
    assert not {"resultType", "ttlMs", "_meta"} & said.keys(), "these words belong to a later version"
    assert result(speak.ask("tools/list", MCP_Protocol_Version=spoken)).keys() == {"tools"}


def test_a_handshake_without_a_version_is_refused(speak: Speaking) -> None:
    refused(speak.ask("initialize", {}), 200, -32602, "mcp.parameters", field="protocolVersion")


@pytest.mark.parametrize("version", ["1999-01-01", "2024-11-05", "", "a" * 500, "ÄÖ"])
def test_a_version_that_is_not_spoken_is_refused_with_those_that_are(speak: Speaking, version: str) -> None:
    said = refused(speak.ask("tools/list", MCP_Protocol_Version=version), 400, -32022, "mcp.version")
    assert said["data"]["supported"] == [NEW, "2025-11-25", "2025-06-18"]
    assert said["data"]["requested"] in {version, ""} and len(said["data"]["requested"]) <= 20


def test_an_older_client_is_not_told_that_its_session_is_over(speak: Speaking) -> None:
    """404 would mean that to it."""
    refused(speak.ask("resources/list"), 200, -32601, "mcp.method", field="method")
    refused(speak.ask("server/discover"), 200, -32601, "mcp.method", field="method")
    refused(speak.ask("tools/call", {"name": "nothing"}), 200, -32602, "mcp.parameters", field="name")


def test_a_ping_is_answered(speak: Speaking) -> None:
    assert result(speak.ask("ping")) == {}


# --- the version that each request carries --------------------------------------------------


def test_each_request_may_carry_its_version(speak: Speaking) -> None:
    said = result(speak.ask_anew("server/discover"))
    assert said["supportedVersions"] == [NEW]
    listed = result(speak.ask_anew("tools/list"))
    for one in (said, listed):
        assert one["resultType"] == "complete" and one["cacheScope"] == "private" and one["ttlMs"] > 0
        assert one["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "clew"
    called = result(speak.ask_anew("tools/call", {"name": "read_term", "arguments": {"term_id": "HP:0001166"}}))
    assert called["resultType"] == "complete" and called["structuredContent"]["id"] == "HP:0001166"


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"MCP_Protocol_Version": "2025-11-25"}, "MCP-Protocol-Version"),
        ({"MCP_Protocol_Version": f"{NEW},{NEW}"}, "MCP-Protocol-Version"),
        ({"Mcp_Method": "tools/list"}, "Mcp-Method"),
        ({"Mcp_Name": "rank"}, "Mcp-Name"),
        ({"Mcp_Name": ""}, "Mcp-Name"),
    ],
)
def test_headers_that_say_something_else_than_the_body_are_refused(
    speak: Speaking, headers: dict[str, str], field: str
) -> None:
    call = {"name": "read_term", "arguments": {"term_id": "HP:0001166"}}
    refused(speak.ask_anew("tools/call", call, **headers), 400, -32020, "mcp.headers", field=field)


@pytest.mark.parametrize("meta", [None, [], {}, {VERSION: NEW}, {"io.modelcontextprotocol/clientCapabilities": {}}])
def test_a_request_that_is_to_carry_its_version_and_does_not_is_refused(speak: Speaking, meta: Any) -> None:
    refused(speak.ask_anew("tools/list", {"_meta": meta}), 400, -32602, "mcp.parameters", field="params._meta")


def test_a_version_to_come_is_refused_with_those_that_are_spoken(speak: Speaking) -> None:
    later = "2027-01-01"
    response = speak.ask_anew("tools/list", {"_meta": {**META, VERSION: later}}, MCP_Protocol_Version=later)
    assert refused(response, 400, -32022, "mcp.version")["data"]["requested"] == later


@pytest.mark.parametrize("method", ["initialize", "ping", "resources/list", "subscriptions/listen", "x" * 1000])
def test_a_method_that_this_version_has_not_is_404(speak: Speaking, method: str) -> None:
    refused(speak.ask_anew(method), 404, -32601, "mcp.method")


def test_there_is_one_page_of_tools(speak: Speaking) -> None:
    refused(speak.ask_anew("tools/list", {"cursor": "2"}), 400, -32602, "mcp.parameters", field="cursor")
