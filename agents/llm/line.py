"""One request to the model's server: to exactly the address that was judged, within a time and a size.

The name is resolved once a connection and every address is judged; the connection goes to the one that passed, with
the name as Host and as the name of the certificate. Redirects are not followed and proxies not used. It repeats and
logs nothing of what is sent or answered.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from agents.llm.address import Address, allowed, inside
from agents.llm.failures import (
    CutShort,
    Forbidden,
    ModelError,
    NoSuchModel,
    Overloaded,
    Refused,
    TimedOut,
    Unreachable,
)

CONNECT = 5.0  # seconds for a connection: a server inside the house answers in milliseconds
LARGEST = 4 * 1024 * 1024  # bytes of one answer, events and all: some twenty times what a long one has
PIECE = 64 * 1024  # bytes read at a time
LATE = "The model did not answer in time."
PUBLIC = "Set CLEW_MODEL_PUBLIC=on if patients' data may go there; otherwise name a server inside the house."


@dataclass(frozen=True, slots=True)
class Line:
    """How the server is reached. `key` is a secret; `public` allows addresses outside the house, over https alone."""

    address: Address
    key: str = field(default="", repr=False)
    public: bool = False


class Answer:
    """What the server says, piece by piece; `close` hangs up, and a server of this kind then stops computing."""

    def __init__(self, response: http.client.HTTPResponse, clock: Clock) -> None:
        self._response = response
        self._clock = clock
        self._left = LARGEST

    def pieces(self) -> Iterator[bytes]:
        while True:
            with self._clock.telling():
                piece = self._response.read1(PIECE)
                if not piece and self._response.length:  # bytes were promised that did not come
                    raise Unreachable("The connection to the model was cut.")
            if not piece:
                return
            self._left -= len(piece)
            if self._left < 0:
                raise CutShort(f"The model's answer has more than {LARGEST} bytes.")
            yield piece

    def json(self) -> Any:
        whole = b"".join(self.pieces())
        try:
            return json.loads(whole)
        except (ValueError, RecursionError):
            raise Unreachable("What answers at the model's address does not speak JSON.", hint=_OTHER) from None


_OTHER = "Does CLEW_MODEL name the base address of an OpenAI-compatible server, such as http://HOST:8000/v1#MODEL?"


@contextmanager
def asked(line: Line, path: str, body: Mapping[str, Any] | None, *, seconds: float) -> Iterator[Answer]:
    """The server's answer to one request, if it is one of success. Raises a `ModelError` of every other kind."""
    clock = Clock(seconds)
    connection: http.client.HTTPConnection | None = None
    response: http.client.HTTPResponse | None = None
    try:
        with clock.telling():
            connection = _connected(line, clock)
            sent = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            connection.request("GET" if sent is None else "POST", line.address.path + path, sent, _headers(line, sent))
            response = connection.getresponse()
            if response.status != http.client.OK:
                raise _refusal(response)
        yield Answer(response, clock)
    finally:
        clock.stop()
        if response is not None:  # the connection has let go of it by now, and would leave it open
            response.close()
        if connection is not None:
            connection.close()


class Clock:
    """Hangs up when the time is over, wherever the answer stands: a trickle is never silent."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._end = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(max(0.0, seconds), self._hang_up)
        self._timer.daemon = True
        self._timer.start()

    def left(self) -> float:
        return self._end - time.monotonic()

    def watch(self, connected: socket.socket) -> None:
        self._socket = connected
        if self.over:  # it rang between two sockets
            self._hang_up()

    def stop(self) -> None:
        self._timer.cancel()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turns what the transport raises into what happened. The words of the system are not repeated."""
        try:
            yield
        except Unreachable:
            if self.over:  # it was cut by this clock
                raise TimedOut(LATE) from None
            raise
        except ModelError:
            raise
        except ssl.SSLCertVerificationError:
            raise Unreachable(
                "The certificate of the model's server is not trusted.",
                hint="Give Python the house's own authority: SSL_CERT_FILE=/path/ca.pem.",
            ) from None
        except (OSError, http.client.HTTPException, ValueError) as problem:
            if self.over or (isinstance(problem, TimeoutError) and self.left() <= 0):
                raise TimedOut(LATE) from None
            raise Unreachable(f"The model's server is not reached ({type(problem).__name__}).", hint=_AWAY) from None
        if self.over:  # whatever came in the last moment may be half
            raise TimedOut(LATE)

    def _hang_up(self) -> None:
        self.over = True
        if self._socket is not None:
            with suppress(OSError):  # of the plain socket: that of TLS would take its state from under a reader
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_AWAY = "Is it running, and are host and port in CLEW_MODEL right?"


def _connected(line: Line, clock: Clock) -> http.client.HTTPConnection:
    address = line.address
    plain = _first(line, clock)
    clock.watch(plain)
    try:
        plain.settimeout(max(0.001, clock.left()))
        if address.secure:
            context = ssl.create_default_context()
            secured = context.wrap_socket(plain, server_hostname=address.host, do_handshake_on_connect=False)
            plain = secured
            clock.watch(secured)
            secured.do_handshake()
    except BaseException:
        plain.close()
        raise
    connection = http.client.HTTPConnection(address.host, address.port)
    connection.default_port = 443 if address.secure else 80  # what the Host header leaves out
    connection.sock = plain
    return connection


def _first(line: Line, clock: Clock) -> socket.socket:
    """Connected to the first of the host's addresses that may be asked and answers."""
    address = line.address
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    numbers = list(dict.fromkeys(str(where[0]) for *_, where in found))
    fit = [one for one in numbers if allowed(one, public=line.public)]
    if not fit:
        hint = "" if line.public else PUBLIC
        raise Forbidden("The model's address is outside this machine and private networks.", hint=hint)
    if not address.secure:
        fit = [one for one in fit if inside(one)]
        if not fit:
            raise Forbidden("A model outside the house is asked over https alone.", hint="Name it with https://.")
    problem: OSError | None = None
    for one in fit:
        try:
            return socket.create_connection((one, address.port), timeout=max(0.001, min(CONNECT, clock.left())))
        except OSError as failed:
            problem = failed
    assert problem is not None  # noqa: S101
    raise problem


def _headers(line: Line, sent: bytes | None) -> dict[str, str]:
    headers = {"Accept": "application/json, text/event-stream", "Connection": "close", "User-Agent": "clew"}
    if sent is not None:
        headers["Content-Type"] = "application/json"
    if line.key:
        headers["Authorization"] = f"Bearer {line.key}"
    return headers


def _refusal(response: http.client.HTTPResponse) -> ModelError:
    """What a status other than success means. The body may repeat the prompt: it is searched for known words only."""
    status = response.status
    if 300 <= status < 400:
        return Forbidden("The model's server sends elsewhere; redirects are not followed.", hint=_OTHER)
    if status == http.client.TOO_MANY_REQUESTS or status >= 500:
        return Overloaded(
            f"The model's server is overloaded or broken ({status}).",
            hint="Its log says more.",
            wait=_wait(response.getheader("Retry-After")),
        )
    if status in {http.client.UNAUTHORIZED, http.client.FORBIDDEN}:
        return Refused(f"The model's server does not accept the key ({status}).", hint="Correct CLEW_MODEL_KEY.")
    if status == http.client.NOT_FOUND:
        return NoSuchModel(
            "The model's server does not know this model or this path (404).",
            hint="Compare the name behind # in CLEW_MODEL with what the server serves: manage.py doctor lists it.",
        )
    said = _said(response)
    if _TEMPLATES in said:
        return NoTemplates("The model's server does not take a field that vLLM knows.")
    hint = next((hint for word, hint in _KNOWN if word in said), "Its log says what it misses.")
    return Refused(f"The model's server does not take the request ({status}).", hint=hint)


class NoTemplates(Refused):
    """The server does not take vLLM's own field `chat_template_kwargs`; it can be asked without."""


_TEMPLATES = b"chat_template_kwargs"
_KNOWN = (
    (b"context length", "Prompt and answer are longer than the model's context: serve it with a larger one."),
    (b"max_model_len", "Prompt and answer are longer than the model's context: serve it with a larger one."),
    (b"response_format", "The server does not know response_format with json_schema: it needs structured outputs."),
    (b"json_schema", "The server does not know response_format with json_schema: it needs structured outputs."),
    (b"grammar", "The server's structured outputs do not know a part of the schema: use another backend."),
)


def _said(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read1(PIECE).lower()
    except (OSError, http.client.HTTPException):
        return b""


def _wait(header: str | None) -> float | None:
    """Retry-After in seconds, where it is a number (RFC 9110). A date would need a clock that both sides share."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86_400 else None
