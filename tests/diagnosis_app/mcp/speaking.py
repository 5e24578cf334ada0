"""Speaks the protocol by hand, as the wire has it, through Django's test client; and serves it to real clients."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import uvicorn
from django.http import HttpResponse
from django.test import Client

from diagnosis_app.accounts.actions import tokens
from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import actor_for
from diagnosis_app.asgi import application

MARFAN = ["HP:0001083", "HP:0002616", "HP:0001519", "HP:0001166", "HP:0100775"]  # lens, aorta, habitus, fingers, dura
FINDINGS = [{"term": term} for term in MARFAN]
NEW = "2026-07-28"  # each request carries its version
META = {"io.modelcontextprotocol/protocolVersion": NEW, "io.modelcontextprotocol/clientCapabilities": {}}


def token_of(user: User) -> str:
    return tokens.create(actor_for(user, "page"), user, "assistant")[1]


class Speaking:
    """One person's assistant. Answers are Django's, so that status, headers and body can be looked at."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.token = token_of(user) if user else ""

    def send(self, body: Any, *, method: str = "POST", kind: str = "application/json", **headers: str) -> Any:
        """`headers` with _ for -."""
        named = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(method, "/mcp", data, kind, headers=named)

    def ask(self, method: str, params: Mapping[str, Any] | None = None, **headers: str) -> Any:
        message = {"jsonrpc": "2.0", "id": 7, "method": method}
        return self.send(message if params is None else {**message, "params": params}, **headers)

    def ask_anew(self, method: str, params: Mapping[str, Any] | None = None, **headers: str) -> Any:
        """As newer clients ask: version in the body and in the headers."""
        named = {"MCP_Protocol_Version": NEW, "Mcp_Method": method}
        if params and "name" in params:
            named["Mcp_Name"] = str(params["name"])
        return self.ask(method, {"_meta": META, **(params or {})}, **{**named, **headers})

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The result of a tool."""
        return result(self.ask("tools/call", {"name": tool, "arguments": arguments}))


def result(response: HttpResponse) -> dict[str, Any]:
    body = json.loads(response.content)
    assert response.status_code == 200, body
    assert set(body) == {"jsonrpc", "id", "result"} and (body["jsonrpc"], body["id"]) == ("2.0", 7), body
    return dict(body["result"])


def refused(response: HttpResponse, status: int, number: int, code: str, *, field: str = "") -> dict[str, Any]:
    """An error of JSON-RPC, with the failure of the API as its data."""
    body = json.loads(response.content)
    assert response.status_code == status, body
    assert set(body) == {"jsonrpc", "id", "error"} and set(body["error"]) == {"code", "message", "data"}, body
    assert body["error"]["code"] == number, body
    data = body["error"]["data"]
    assert data["code"] == code and data["message"] and data["hint"], data
    assert not field or data["field"] == field, data
    assert "Traceback" not in response.content.decode()
    return dict(body["error"])


def failed(given: Mapping[str, Any], code: str, *fields: str) -> dict[str, Any]:
    """A tool's own failure: a result that says so, in words and as the object of the API."""
    assert given["isError"] is True and "structuredContent" not in given
    words, said = (block["text"] for block in given["content"])
    failure = json.loads(said)
    assert failure["code"] == code, failure
    assert words.startswith(failure["message"])
    named = {failure["field"], *(problem["field"] for problem in failure.get("problems", []))}
    assert set(fields) <= named, failure
    return dict(failure)


def essentials(given: Mapping[str, Any]) -> dict[str, Any]:
    """The short form, for clients that show no structured content."""
    assert given["isError"] is False
    sentence, brief = (block["text"] for block in given["content"])
    assert sentence
    return dict(json.loads(brief))


@contextmanager
def served() -> Iterator[str]:
    """The whole application on a port of its own; the address of the protocol."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
