"""Loads a release archive of phenopacket-store: only when asked, only with a checksum, or not at all.

https alone, except to this machine itself. Every hop of a redirect obeys the same rule. What arrives
is bounded in bytes and seconds, and the file is handed on only when its sha256 is the one expected.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import re
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from corpus_ingest.sources.phenopackets.collection import About
from retrieval.errors import RetrievalError

_DIGEST = re.compile(r"(?:sha256[:=])?([0-9a-fA-F]{64})(?![0-9a-fA-F])")
_MOVED = frozenset({301, 302, 303, 307, 308})
_BLOCK = 256 * 1024  # bytes
ABOUT = About(
    name="phenopacket-store",
    licence="BSD-3-Clause",
    citation=(
        "Danis D et al. A corpus of GA4GH phenopackets: case-level phenotyping for genomic diagnostics and "
        "discovery. HGG Advances 2025;6(1):100371. doi:10.1016/j.xhgg.2024.100371"
    ),
)


class ReleaseUnavailable(RetrievalError):
    """The archive could not be loaded, or is not the one expected. Nothing of it was kept."""

    code = "cases.release_unavailable"


@dataclass(frozen=True, slots=True)
class Limits:
    bytes: int = 1024**3
    hops: int = 5  # redirects
    silence: float = 20.0  # seconds without a byte
    seconds: float = 1800.0  # for one file, all in all


def parse_address(written: str) -> tuple[str, str]:
    """(URL, sha256 or "") of an address that may carry its digest: https://host/all.zip#sha256=HEX."""
    url, _, fragment = written.strip().partition("#")
    found = _DIGEST.fullmatch(fragment)
    if fragment and not found:
        raise _unavailable("What follows # in the address is no sha256", "Write it as #sha256= and 64 digits.")
    return url, found[1].lower() if found else ""


@contextmanager
def fetched(url: str, sha256: str, folder: Path, limits: Limits | None = None) -> Iterator[Path]:
    """The archive as a file in `folder` that goes away afterwards. Without a digest, URL.sha256 is asked for it."""
    bounds = limits or Limits()
    expected = (_given(sha256) if sha256 else _beside(url, bounds)).lower()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=".release-", dir=folder) as draft:
        path = Path(draft) / "release.zip"
        whole = hashlib.sha256()
        with path.open("wb") as file:
            for block in _content(url, bounds):
                whole.update(block)
                file.write(block)
        if whole.hexdigest() != expected:
            raise _unavailable(
                "The archive that arrived has another sha256 than the one expected",
                "Compare the digest with the one published beside the release, and load it again.",
            )
        yield path


def _given(sha256: str) -> str:
    found = _DIGEST.fullmatch(sha256.strip())
    if not found:
        raise _unavailable("The sha256 given is not one", "It has 64 digits, 0-9 and a-f.")
    return found[1]


def _beside(url: str, bounds: Limits) -> str:
    remedy = "Give the digest with --sha256, or as #sha256=... after the address."
    text = b"".join(_content(f"{url}.sha256", Limits(4096, bounds.hops, bounds.silence, bounds.seconds), remedy))
    found = _DIGEST.match(text.decode("ascii", "replace").strip())
    if not found:
        raise _unavailable("The file .sha256 beside the archive holds no sha256", remedy)
    return found[1]


def _content(url: str, bounds: Limits, remedy: str = "") -> Iterator[bytes]:
    """The bytes behind the address, block by block; every way to fail is one error."""
    first = address = _allowed(url, None)
    clock = _Clock(bounds.seconds)
    try:
        for _hop in range(bounds.hops + 1):
            connection = _connection(address, bounds)
            with _one_error(address.hostname or "", bounds, clock), closing(connection):
                connection.connect()
                clock.watch(connection.sock)
                response = _asked(connection, address)
                if response.status not in _MOVED:
                    yield from _body(response, bounds, remedy)
                    return
                address = _allowed(urljoin(address.geturl(), response.getheader("Location", "")), first)
    finally:
        clock.stop()
    raise _unavailable(f"{first.hostname} redirects more than {bounds.hops} times", _CHECK)


class _Clock:
    """Ends the transfer when its time is over, wherever it stands: a slow server is never silent."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connected: socket.socket) -> None:
        self._socket = connected

    def stop(self) -> None:
        self._timer.cancel()

    def _hang_up(self) -> None:
        self.over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


@contextmanager
def _one_error(host: str, bounds: Limits, clock: _Clock) -> Iterator[None]:
    """Whatever goes wrong with a connection, in words."""
    problem = ""
    try:
        yield
    except TimeoutError:
        problem = f"{host} was silent for {bounds.silence:.0f} s"
    except ssl.SSLError:
        problem = f"{host} shows no certificate that this machine trusts"
    except http.client.IncompleteRead:
        problem = f"The connection to {host} ended before the archive was complete"
    except (OSError, http.client.HTTPException) as error:
        problem = f"{host} cannot be reached or does not speak HTTP ({type(error).__name__})"
    if clock.over:
        problem = f"{host} took longer than {bounds.seconds:.0f} s"
    if problem:
        raise _unavailable(problem, _AGAIN) from None


_AGAIN = "Nothing was kept. Try again, or load the archive by hand and bring it in with its path."
_CHECK = "Nothing was kept. Check the address."


def _allowed(url: str, first: SplitResult | None) -> SplitResult:
    """https to anywhere, http to this machine; nobody elsewhere may send us to this machine."""
    try:
        address = urlsplit(url)
        host, _port = address.hostname or "", address.port
    except ValueError:
        raise _unavailable("This is no address of an archive", _CHECK) from None
    own = _is_this_machine(host)
    if not host or address.username is not None or not url.isprintable() or " " in url:
        raise _unavailable("This is no address of an archive", _CHECK)
    if address.scheme != "https" and not (address.scheme == "http" and own):
        raise _unavailable(f"Cases are loaded over https only, and {host} was asked by another way", _CHECK)
    if first is not None and own and not _is_this_machine(first.hostname or ""):
        raise _unavailable(f"{first.hostname} redirects to this machine itself", _CHECK)
    return address._replace(fragment="")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _connection(address: SplitResult, bounds: Limits) -> http.client.HTTPConnection:
    host = address.hostname or ""
    if address.scheme == "https":
        return http.client.HTTPSConnection(
            host, address.port, timeout=bounds.silence, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(host, address.port, timeout=bounds.silence)


def _asked(connection: http.client.HTTPConnection, address: SplitResult) -> http.client.HTTPResponse:
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    connection.request("GET", path, headers={"User-Agent": "Clew", "Accept-Encoding": "identity"})
    return connection.getresponse()


def _body(response: http.client.HTTPResponse, bounds: Limits, remedy: str) -> Iterator[bytes]:
    if response.status != 200:
        raise _unavailable(f"The server answered {response.status}", remedy or _CHECK)
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise _unavailable("The server packs the archive once more", _CHECK)
    said, size = response.length, 0
    too_large = f"The archive is larger than {bounds.bytes} bytes"
    if said is not None and said > bounds.bytes:
        raise _unavailable(too_large, _CHECK)
    while block := response.read1(_BLOCK):
        size += len(block)
        if size > bounds.bytes:
            raise _unavailable(too_large, _CHECK)
        yield block
    if said is not None and size != said:
        raise http.client.IncompleteRead(b"", said - size)


def _unavailable(what: str, hint: str) -> ReleaseUnavailable:
    return ReleaseUnavailable(f"{what}.", hint=hint)
