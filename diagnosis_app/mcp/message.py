"""One message of JSON-RPC, and the version of the protocol under which it is answered.

Two kinds of client are understood. Older ones agree on a version by `initialize` and name it in a header from then on;
newer ones say it in every request, in `params._meta` and in headers, which must agree. Nothing is remembered between
requests. This module reads shapes: it knows no tool, and performs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagnosis_app.mcp.errors import HeadersDiffer, NotAMessage, UnsupportedVersion, WrongParameters

ENVELOPED = ("2026-07-28",)  # each request carries its version
AGREED = ("2025-11-25", "2025-06-18")  # agreed on by `initialize`, the newest first
SPOKEN = (*ENVELOPED, *AGREED)

_RESERVED = "io.modelcontextprotocol/"
VERSION_KEY, CAPABILITIES_KEY = f"{_RESERVED}protocolVersion", f"{_RESERVED}clientCapabilities"
SERVER_KEY = f"{_RESERVED}serverInfo"
VERSION_HEADER, METHOD_HEADER, NAME_HEADER = "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"
_VERSION = re.compile(r"[0-9A-Za-z.-]{1,20}\Z")


@dataclass(frozen=True, slots=True)
class Message:
    """`id` is None for a notification: it has no answer."""

    method: str
    params: Mapping[str, Any]
    id: str | int | None


def id_of(body: Any) -> str | int | None:
    """The id to answer under, as far as the body can have one."""
    found = body.get("id") if isinstance(body, dict) else None
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


def read(body: Any) -> Message:
    """Raises `NotAMessage` for whatever is not one request or notification, and for a batch of them."""
    if isinstance(body, list):
        raise NotAMessage("Several messages at once are not taken.", hint="Send one message a request.")
    if not isinstance(body, dict):
        raise NotAMessage("The body is not a message.", hint="Send one object of JSON-RPC 2.0.")
    if body.get("jsonrpc") != "2.0":
        raise NotAMessage("The version of JSON-RPC is missing.", field="jsonrpc", hint='Send "jsonrpc": "2.0".')
    if not isinstance(body.get("method"), str):
        raise NotAMessage("The message names no method.", field="method", hint="Send requests and notifications only.")
    if "id" in body and id_of(body) is None:
        raise NotAMessage("The id is neither a text nor a whole number.", field="id", hint="Send another one.")
    params = body.get("params", {})
    if not isinstance(params, dict):
        raise WrongParameters("The parameters are not an object.", field="params", hint="Name each of them.")
    return Message(body["method"], params, id_of(body))


def version_of(message: Message, headers: Mapping[str, str]) -> str:
    """The version under which it is answered. Raises if none can be, or if headers and body disagree."""
    stated = headers.get(VERSION_HEADER)
    meta = message.params.get("_meta")
    if message.id is not None and (stated in ENVELOPED or (isinstance(meta, Mapping) and VERSION_KEY in meta)):
        return _enveloped(message, meta, headers)
    if message.method == "initialize" or stated is None:
        return AGREED[0]  # it says so in its parameters, or was made before there was such a header
    if stated not in SPOKEN:
        raise _unsupported(stated)
    return stated


def _enveloped(message: Message, meta: Any, headers: Mapping[str, str]) -> str:
    if not isinstance(meta, Mapping) or VERSION_KEY not in meta or CAPABILITIES_KEY not in meta:
        raise WrongParameters(
            "The request does not say which protocol it speaks and what its sender can do.",
            field="params._meta",
            hint=f"Send {VERSION_KEY} and {CAPABILITIES_KEY}.",
        )
    version = meta[VERSION_KEY]
    _same(VERSION_HEADER, headers, version)
    _same(METHOD_HEADER, headers, message.method)
    if message.method == "tools/call" and "name" in message.params:
        _same(NAME_HEADER, headers, message.params["name"])
    if version not in ENVELOPED:
        raise _unsupported(version)
    return str(version)


def _same(header: str, headers: Mapping[str, str], value: object) -> None:
    if headers.get(header) != value:
        raise HeadersDiffer(f"The header {header} is not what the body says.", field=header, hint="Send both alike.")


def _unsupported(version: object) -> UnsupportedVersion:
    plain = isinstance(version, str) and _VERSION.match(version)
    return UnsupportedVersion(str(version) if plain else "", SPOKEN)
