"""The release archive, from a real server on this machine."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from corpus_ingest import loading, shelf
from corpus_ingest.loading import Limits
from corpus_ingest.sources.phenopackets import release
from corpus_ingest.sources.phenopackets.release import ReleaseUnavailable
from tests.corpus_ingest.publisher import Server, moved, whole
from tests.corpus_ingest.sources.phenopackets.made import pack, packet

SOON = Limits(pause=0.01)


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    return pack(tmp_path / "made.zip", {"PMID_1_a.json": packet("a"), "PMID_1_b.json": packet("b")}).read_bytes()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def load(tmp_path: Path, url: str, sha256: str = "", limits: Limits | None = None) -> bytes:
    with release.fetched(url, sha256, tmp_path / "sources", limits or SOON) as path:
        content = path.read_bytes()
    assert list((tmp_path / "sources").iterdir()) == [], "the archive goes when it has been read"
    return content


def fails(tmp_path: Path, url: str, sha256: str = "", limits: Limits | None = None) -> str:
    """The error's words, after making sure that nothing was kept."""
    with (
        pytest.raises(ReleaseUnavailable) as caught,
        release.fetched(url, sha256, tmp_path / "sources", limits or SOON),
    ):
        pytest.fail("an archive was handed on")
    assert list((tmp_path / "sources").glob("*")) == []
    assert caught.value.hint
    return caught.value.message


def test_the_archive_arrives_when_its_digest_is_given(tmp_path: Path, server: Server, archive: bytes) -> None:
    server.answers["/all.zip"] = whole(archive)
    assert load(tmp_path, f"{server.url}/all.zip", digest(archive).upper()) == archive
    assert server.asked == ["/all.zip"]


def test_the_digest_may_lie_beside_the_archive(tmp_path: Path, server: Server, archive: bytes) -> None:
    server.answers["/all.zip"] = whole(archive)
    server.answers["/all.zip.sha256"] = whole(f"{digest(archive)}  all.zip\n".encode())
    assert load(tmp_path, f"{server.url}/all.zip") == archive


def test_without_a_digest_nothing_is_loaded(tmp_path: Path, server: Server, archive: bytes) -> None:
    server.answers["/all.zip"] = whole(archive)
    assert "404" in fails(tmp_path, f"{server.url}/all.zip")
    server.answers["/all.zip.sha256"] = whole(b"<html>hello</html>")
    assert "holds no sha256" in fails(tmp_path, f"{server.url}/all.zip")
    assert "/all.zip" not in server.asked


def test_a_wrong_digest_keeps_nothing(tmp_path: Path, server: Server, archive: bytes) -> None:
    server.answers["/all.zip"] = whole(archive)
    assert "another sha256" in fails(tmp_path, f"{server.url}/all.zip", "0" * 64)
    assert "is not one" in fails(tmp_path, f"{server.url}/all.zip", "abc")


def test_redirects_are_followed(tmp_path: Path, server: Server, archive: bytes) -> None:
    server.answers["/a"] = moved("/b?x=1")
    server.answers["/b?x=1"] = moved(f"{server.url}/all.zip")
    server.answers["/all.zip"] = whole(archive)
    assert load(tmp_path, f"{server.url}/a", digest(archive)) == archive


def test_a_redirect_loop_ends(tmp_path: Path, server: Server) -> None:
    server.answers["/a"] = moved("/a")
    assert "redirects more than 5 times" in fails(tmp_path, f"{server.url}/a", "0" * 64)
    assert len(server.asked) == 6


@pytest.mark.parametrize("target", ["http://192.0.2.1/all.zip", "file:///etc/passwd", "ftp://127.0.0.1/x", "https://"])
def test_a_redirect_obeys_the_same_rule(tmp_path: Path, server: Server, target: str) -> None:
    server.answers["/a"] = moved(target)
    fails(tmp_path, f"{server.url}/a", "0" * 64)
    assert server.asked == ["/a"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/all.zip",
        "ftp://127.0.0.1/all.zip",
        "/all.zip",
        "https://user:secret@127.0.0.1/all.zip",
        "http://127.0.0.1.example.org/all.zip",
        "https://[::1",
        "http://127.0.0.1:99999/all.zip",
        "http://127.0.0.1/a b",
    ],
)
def test_an_address_that_is_not_allowed_is_never_asked(tmp_path: Path, url: str) -> None:
    assert "secret" not in fails(tmp_path, url, "0" * 64)


def test_a_server_elsewhere_cannot_send_us_to_this_machine() -> None:
    first = loading.allowed("https://example.org/all.zip", None)
    with pytest.raises(loading.Unavailable, match="redirects to this machine itself"):
        loading.allowed("http://127.0.0.1:8000/all.zip", first)
    with pytest.raises(loading.Unavailable, match="redirects to this machine itself"):
        loading.allowed("https://localhost/all.zip", first)


def test_a_truncated_archive_is_an_error_of_its_own(tmp_path: Path, server: Server, archive: bytes) -> None:
    server.answers["/all.zip"] = whole(archive[:-50], Content_Length=str(len(archive)))
    assert "ended before" in fails(tmp_path, f"{server.url}/all.zip", digest(archive))


def test_an_archive_that_is_too_large_is_refused_by_word_and_by_weight(tmp_path: Path, server: Server) -> None:
    server.answers["/said"] = whole(b"x" * 500, Content_Length="99999999999")
    assert "larger than" in fails(tmp_path, f"{server.url}/said", "0" * 64)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(10_000):
            handler.wfile.write(b"x" * 1000)

    server.answers["/endless"] = endless
    assert "larger than 20000 bytes" in fails(tmp_path, f"{server.url}/endless", "0" * 64, Limits(bytes=20_000))


def test_a_silent_server_and_a_slow_one_both_end(tmp_path: Path, server: Server) -> None:
    done = threading.Event()

    def silent(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        done.wait(10)

    def slow(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not done.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    def slow_head(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not done.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    server.answers |= {"/silent": silent, "/slow": slow, "/slow-head": slow_head}
    limits = Limits(silence=0.5, seconds=1.0)
    started = time.monotonic()
    assert "was silent" in fails(tmp_path, f"{server.url}/silent", "0" * 64, limits)
    assert "took longer" in fails(tmp_path, f"{server.url}/slow", "0" * 64, limits)
    assert "took longer" in fails(tmp_path, f"{server.url}/slow-head", "0" * 64, limits)
    assert time.monotonic() - started < 30
    done.set()


@pytest.mark.parametrize("status", [204, 403, 404, 500])
def test_any_other_answer_is_named(tmp_path: Path, server: Server, status: int) -> None:
    server.answers["/all.zip"] = whole(b"", status)
    assert str(status) in fails(tmp_path, f"{server.url}/all.zip", "0" * 64)


def test_nobody_at_the_address_is_one_error(tmp_path: Path, server: Server) -> None:
    url = server.url
    server.close()
    assert "cannot be reached" in fails(tmp_path, f"{url}/all.zip", "0" * 64)


def test_an_address_may_carry_its_digest() -> None:
    assert release.parse_address(f"https://x/all.zip#sha256={'A' * 64}") == ("https://x/all.zip", "a" * 64)
    assert release.parse_address(" https://x/all.zip ") == ("https://x/all.zip", "")
    with pytest.raises(ReleaseUnavailable):
        release.parse_address("https://x/all.zip#sha256=12")


def test_the_command_loads_the_release_that_the_setting_names(
    tmp_path: Path, server: Server, archive: bytes, settings: object
) -> None:
    server.answers["/all.zip"] = whole(archive)
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"  # type: ignore[attr-defined]
    settings.PHENOPACKET_STORE = f"{server.url}/all.zip#sha256={digest(archive)}"  # type: ignore[attr-defined]
    out = StringIO()
    call_command("knowledge", "add-cases", "--from-release", "--no-build", stdout=out)
    assert "Cases: 2 (2 new" in out.getvalue()
    (file,) = shelf.files("cases")
    head = file.path.read_text().splitlines()[0]
    assert file.name == "phenopacket-store.jsonl"
    assert "BSD-3-Clause" in head
    assert f"{server.url}/all.zip" in head
    server.answers["/all.zip"] = whole(archive[::-1])
    with pytest.raises(CommandError, match="another sha256"):
        call_command("knowledge", "add-cases", "--from-release", "--no-build", stdout=out)
    assert shelf.files("cases") == (file,)
