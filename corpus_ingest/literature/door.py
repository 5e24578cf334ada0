"""The one place of the search for papers that opens a connection.

One GET to the address that the operator named: resolved once, checked, and connected to exactly what was
checked; TLS with the name of the host; no proxy of the environment, no redirect, no cookie, nothing packed.
Bounded in bytes and, whatever the server does, in seconds.
"""

from __future__ import annotations

import http.client
import ssl
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlencode

from corpus_ingest.literature.address import Address
from corpus_ingest.literature.errors import Busy, Malformed, Refused, Slow, TooLarge, Unreachable
from corpus_ingest.pinned import Clock, NotAsked, connected

_BLOCK = 64 * 1024  # bytes
_LATER = "Try again later."
_OPERATOR = "Ask the operator to look at CLEW_LITERATURE."


@dataclass(frozen=True, slots=True)
class Limits:
    bytes: int = 8 * 1024**2
    silence: float = 10.0  # seconds without a byte
    seconds: float = 20.0  # for one answer, all in all


class AskedTooOften(Busy):
    """429 or 5xx, with the seconds that the server asks to wait, where it says so."""

    def __init__(self, status: int, wait: float | None) -> None:
        super().__init__(f"The server answered {status}: it is asked too often, or cannot answer now.", hint=_LATER)
        self.wait = wait


def path_of(address: Address, name: str, params: dict[str, str]) -> str:
    """The path with its query, exactly as it is sent."""
    return f"{address.path}/{name}?{urlencode(params)}"


def get(address: Address, path: str, limits: Limits | None = None) -> bytes:
    """The body of a 200; every other end is a typed failure."""
    bounds = limits or Limits()
    clock = Clock(bounds.seconds)
    try:
        with closing(_connected(address, bounds, clock)) as connection:
            return _asked(connection, path, bounds)
    except (TimeoutError, OSError, http.client.HTTPException, ValueError) as error:
        if clock.over:
            raise Slow(f"The server took longer than {bounds.seconds:g} s.", hint=_LATER) from None
        raise _in_words(error, bounds) from None
    finally:
        clock.stop()


def _in_words(error: Exception, bounds: Limits) -> Exception:
    if isinstance(error, TimeoutError):
        return Slow(f"The server was silent for {bounds.silence:g} s.", hint=_LATER)
    if isinstance(error, NotAsked):
        return Refused("The name of the server leads to an address that is not asked.", hint=_OPERATOR)
    if isinstance(error, ssl.SSLError):
        return Unreachable("The server shows no certificate that this machine trusts.", hint=_OPERATOR)
    if isinstance(error, http.client.IncompleteRead | http.client.RemoteDisconnected):
        return Unreachable("The connection ended before the answer was complete.", hint=_LATER)
    if isinstance(error, http.client.HTTPException | ValueError):
        return Malformed("The server does not speak HTTP.", hint=_OPERATOR)
    return Unreachable("The server cannot be reached from here.", hint=_OPERATOR)


def _connected(address: Address, bounds: Limits, clock: Clock) -> http.client.HTTPConnection:
    tls = address.scheme == "https"
    return connected(address.host, address.port, tls=tls, here=address.here, silence=bounds.silence, clock=clock)


def _asked(connection: http.client.HTTPConnection, path: str, bounds: Limits) -> bytes:
    connection.request("GET", path, headers={"User-Agent": "Clew", "Accept-Encoding": "identity"})
    response = connection.getresponse()
    _check(response, bounds)
    found = bytearray()
    while block := response.read1(_BLOCK):
        found += block
        if len(found) > bounds.bytes:
            raise _too_large(bounds)
    if response.length:  # fewer bytes than the server said
        raise http.client.IncompleteRead(b"")
    return bytes(found)


def _check(response: http.client.HTTPResponse, bounds: Limits) -> None:
    status = response.status
    if status == 429 or status >= 500:
        raise AskedTooOften(status, _seconds(response.getheader("Retry-After", "")))
    if 300 <= status < 400:
        raise Refused("The server sends elsewhere, and a redirect is not followed.", hint=_OPERATOR)
    if status != 200:
        raise Refused(f"The server answered {status}.", hint=_OPERATOR)
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise Malformed("The server packs its answer, though it was asked not to.", hint=_OPERATOR)
    if response.length is not None and response.length > bounds.bytes:
        raise _too_large(bounds)


def _too_large(bounds: Limits) -> TooLarge:
    return TooLarge(f"The answer has more than {bounds.bytes} bytes.", hint="Ask for less: choose fewer names.")


def _seconds(text: str) -> float | None:
    """Of Retry-After; a date counts as not said."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
