"""Loads a file from where it is published: only when somebody asked, bounded, checked, resumed where it broke off.

https alone, except to this machine itself. Every hop of a redirect obeys the same rule, and a name that leads
to this machine counts as this machine. What arrives is
bounded in bytes and seconds. A file is only handed on under its own name when all of it is there and its
sha256 is the one expected; what is expected is said before, or lies beside the file as URL.sha256.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from corpus_ingest.pinned import Clock, NotAsked, connected, is_this_machine
from retrieval.errors import RetrievalError

_DIGEST = re.compile(r"(?:sha256[:=])?([0-9a-fA-F]{64})(?![0-9a-fA-F])")
_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)\Z")
_MOVED = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_BLOCK = 256 * 1024  # bytes
_AGAIN = "Nothing was kept. Try again, or load the file by hand and bring it in with its path."
_CHECK = "Nothing was kept. Check the address."
Progress = Callable[[int, int | None], None]  # bytes that are here, bytes that there will be if the server says so


class Unavailable(RetrievalError):
    """The file could not be loaded, or is not the one expected. Nothing of it is used."""

    code = "knowledge.fetch_failed"

    def __init__(self, message: str, *, hint: str = "", again: bool = False, absent: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.retryable = again
        self.absent = absent  # the server answered that there is no such file


@dataclass(frozen=True, slots=True)
class Limits:
    bytes: int = 1024**3
    hops: int = 5  # redirects
    silence: float = 20.0  # seconds without a byte
    seconds: float = 1800.0  # for one file, all in all
    tries: int = 4  # connections for one file
    pause: float = 1.0  # seconds before the second try, doubled before each further one


def parse_address(written: str) -> tuple[str, str]:
    """(URL, sha256 or "") of an address that may carry its digest: https://host/all.zip#sha256=HEX."""
    url, _, fragment = written.strip().partition("#")
    found = _DIGEST.fullmatch(fragment)
    if fragment and not found:
        raise _unavailable("What follows # in the address is no sha256", "Write it as #sha256= and 64 digits.")
    return url, found[1].lower() if found else ""


def given(sha256: str) -> str:
    """A digest that somebody wrote down, in lower case."""
    found = _DIGEST.fullmatch(sha256.strip())
    if not found:
        raise _unavailable("The sha256 given is not one", "It has 64 digits, 0-9 and a-f.")
    return found[1].lower()


def beside(url: str, limits: Limits | None = None) -> str:
    """The digest in the file URL.sha256; Unavailable where there is none."""
    remedy = "Give the digest with --sha256, or as #sha256=... after the address."
    text = small(f"{url}.sha256", replace(limits or Limits(), bytes=4096), remedy)
    found = _DIGEST.match(text.decode("ascii", "replace").strip())
    if not found:
        raise _unavailable("The file .sha256 beside the archive holds no sha256", remedy)
    return found[1].lower()


def small(url: str, limits: Limits, remedy: str = "") -> bytes:
    """A file that fits into memory."""
    clock = Clock(limits.seconds)
    try:
        with _opened(url, limits, clock, {}) as response:
            _expect(response, {200}, remedy)
            return b"".join(_blocks(response, limits, clock, 0))
    finally:
        clock.stop()


def download(
    url: str, to: Path, sha256: str = "", limits: Limits | None = None, progress: Progress | None = None
) -> str:
    """Loads the file to this path and returns its sha256. What broke off goes on where it stopped.

    The half of an earlier try is used again only if the server says that the file is still the same one,
    or if the whole is checked against a digest known before.
    """
    bounds = limits or Limits()
    expected = given(sha256) if sha256 else ""
    part = to.with_name(f"{to.name}.part")
    started = time.monotonic()
    for number in range(1, bounds.tries + 1):
        clock = Clock(bounds.seconds, started)
        try:
            _further(url, part, expected, bounds, clock, progress)
            break
        except Unavailable as error:
            pause = bounds.pause * 2 ** (number - 1)
            if number == bounds.tries or not error.retryable or clock.left() < pause + bounds.silence:
                raise
        finally:
            clock.stop()
        time.sleep(pause)
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if expected and found != expected:
        forget(to)
        raise _unavailable(
            "The archive that arrived has another sha256 than the one expected",
            "Compare the digest with the one published beside the release, and load it again.",
        )
    part.replace(to)
    _note(part).unlink(missing_ok=True)
    return found


def forget(to: Path) -> None:
    """Takes away what an earlier try left."""
    part = to.with_name(f"{to.name}.part")
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


# --- one file, in several connections --------------------------------------


def _further(url: str, part: Path, expected: str, limits: Limits, clock: Clock, progress: Progress | None) -> None:
    """Loads what is missing of the file; what arrived stays, whatever happens."""
    here, tag = _half(url, part, expected)
    headers = {"Range": f"bytes={here}-"} if here else {}
    if here and tag:
        headers["If-Range"] = tag
    with _opened(url, limits, clock, headers) as response:
        if response.status == 416:  # the half is no beginning of what lies there now
            part.unlink(missing_ok=True)
            raise _unavailable("The file has changed while it was loaded", _AGAIN, again=True)
        _expect(response, {200, 206} if here else {200}, "")
        if response.status == 206 and _start(response) != here:
            part.unlink(missing_ok=True)
            raise _unavailable("The server goes on at another place than it was asked for", _AGAIN, again=True)
        if response.status == 200:
            here = 0
            _remember(url, part, response)
        whole = None if response.length is None else here + response.length
        with part.open("ab" if here else "wb") as file:
            for block in _blocks(response, limits, clock, here):
                file.write(block)
                here += len(block)
                if progress:
                    progress(here, whole)


def _half(url: str, part: Path, expected: str) -> tuple[int, str]:
    """(bytes that are here, what the server calls this very file) of an earlier try that may be used."""
    try:
        noted = json.loads(_note(part).read_text("utf-8"))
        size = part.stat().st_size
        tag = str(noted["tag"])
        fits = noted["url"] == url and (tag or expected)
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""
    return (size, tag) if fits else (0, "")


def _remember(url: str, part: Path, response: http.client.HTTPResponse) -> None:
    tag = response.getheader("ETag", "")
    strong = "" if tag.startswith("W/") else tag
    _note(part).write_text(json.dumps({"url": url, "tag": strong}), "utf-8")


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _start(response: http.client.HTTPResponse) -> int:
    found = _RANGE.match(response.getheader("Content-Range", ""))
    return int(found[1]) if found else -1


# --- one connection --------------------------------------------------------


@contextmanager
def _opened(url: str, limits: Limits, clock: Clock, headers: Mapping[str, str]) -> Iterator[http.client.HTTPResponse]:
    """The answer behind the address and all its redirects; every way to fail is one error."""
    first = address = allowed(url, None)
    for _hop in range(limits.hops + 1):
        with _one_error(address.hostname or "", limits, clock):
            connection = _connected(address, limits, clock)
        with closing(connection):
            with _one_error(address.hostname or "", limits, clock):
                response = _asked(connection, address, headers)
            if response.status not in _MOVED:
                yield response
                return
            address = allowed(urljoin(address.geturl(), response.getheader("Location", "")), first)
    raise _unavailable(f"{first.hostname} redirects more than {limits.hops} times", _CHECK)


@contextmanager
def _one_error(host: str, limits: Limits, clock: Clock) -> Iterator[None]:
    """Whatever goes wrong with a connection, in words."""
    problem, again = "", True
    try:
        yield
    except TimeoutError:
        problem = f"{host} was silent for {limits.silence:.0f} s"
    except NotAsked:
        problem, again = f"The name {host} leads to this machine or to an address that is not asked", False
    except ssl.SSLError:
        problem, again = f"{host} shows no certificate that this machine trusts", False
    except http.client.IncompleteRead:
        problem = f"The connection to {host} ended before the archive was complete"
    except (OSError, http.client.HTTPException) as error:
        problem = f"{host} cannot be reached or does not speak HTTP ({type(error).__name__})"
    if clock.over:
        problem, again = f"{host} took longer than {limits.seconds:.0f} s", False
    if problem:
        raise _unavailable(problem, _AGAIN, again=again) from None


def allowed(url: str, first: SplitResult | None) -> SplitResult:
    """https to anywhere, http to this machine; nobody elsewhere may send us to this machine."""
    try:
        address = urlsplit(url)
        host, _port = address.hostname or "", address.port
    except ValueError:
        raise _unavailable("This is no address of an archive", _CHECK) from None
    own = is_this_machine(host)
    if not host or address.username is not None or not url.isprintable() or " " in url:
        raise _unavailable("This is no address of an archive", _CHECK)
    if address.scheme != "https" and not (address.scheme == "http" and own):
        raise _unavailable(f"Files are loaded over https only, and {host} was asked by another way", _CHECK)
    if first is not None and own and not is_this_machine(first.hostname or ""):
        raise _unavailable(f"{first.hostname} redirects to this machine itself", _CHECK)
    return address._replace(fragment="")


def _connected(address: SplitResult, limits: Limits, clock: Clock) -> http.client.HTTPConnection:
    host, tls = address.hostname or "", address.scheme == "https"
    port = address.port or (443 if tls else 80)
    return connected(host, port, tls=tls, here=is_this_machine(host), silence=limits.silence, clock=clock)


def _asked(
    connection: http.client.HTTPConnection, address: SplitResult, headers: Mapping[str, str]
) -> http.client.HTTPResponse:
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    connection.request("GET", path, headers={"User-Agent": "Clew", "Accept-Encoding": "identity", **headers})
    return connection.getresponse()


def _expect(response: http.client.HTTPResponse, statuses: set[int], remedy: str) -> None:
    if response.status not in statuses:
        raise _unavailable(
            f"The server answered {response.status}",
            remedy or _CHECK,
            again=response.status in _LATER,
            absent=response.status in (404, 410),
        )
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise _unavailable("The server packs the archive once more", _CHECK)


def _blocks(response: http.client.HTTPResponse, limits: Limits, clock: Clock, here: int) -> Iterator[bytes]:
    """What arrives; `here` bytes of the file are here already."""
    said, size = response.length, 0
    too_large = f"The archive is larger than {limits.bytes} bytes"
    if said is not None and here + said > limits.bytes:
        raise _unavailable(too_large, _CHECK)
    while True:
        with _one_error("The server", limits, clock):
            block = response.read1(_BLOCK)
            if not block and said is not None and size != said:
                raise http.client.IncompleteRead(b"", said - size)
        if not block:
            return
        size += len(block)
        if here + size > limits.bytes:
            raise _unavailable(too_large, _CHECK)
        yield block


def _unavailable(what: str, hint: str, *, again: bool = False, absent: bool = False) -> Unavailable:
    return Unavailable(f"{what}.", hint=hint, again=again, absent=absent)
