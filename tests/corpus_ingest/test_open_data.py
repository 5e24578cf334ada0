"""The starter set, from a publisher on this machine: shown first, checked, resumed, and never in the way."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from corpus_ingest import loading, open_data, shelf
from corpus_ingest.loading import Limits, Unavailable
from corpus_ingest.management import fetch as fetching
from corpus_ingest.open_data import BadCatalogue, Unconfirmed
from retrieval.snapshot import open_snapshot
from tests.corpus_ingest import small_sources as small
from tests.corpus_ingest import tiny
from tests.corpus_ingest.publisher import Answer, Server, moved, whole
from tests.corpus_ingest.sources.phenopackets.made import pack, packet
from tests.corpus_ingest.sources.test_medquad import PLAIN

SOON = Limits(pause=0.01)


@pytest.fixture
def publisher() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"  # type: ignore[attr-defined]
    settings.OPEN_DATA = ""  # type: ignore[attr-defined]
    tiny.travels(monkeypatch, tiny.write(tmp_path / "raw"))
    return tmp_path


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def content(tmp_path: Path) -> dict[str, bytes]:
    """A release of each publisher."""
    orphanet = small.orphanet_files(small.entry("3", "Third disease", omim=[("100001", "E")]))
    mondo = small.mondo_files(omim=[("0000001", "100001")], orphanet=[("0000001", "3")], edges=[("0000001", "0000009")])
    made = {
        "o.zip": small.packed(tmp_path / "o.zip", orphanet).read_bytes(),
        "q.zip": small.packed(tmp_path / "q.zip", {"GHR/1.xml": PLAIN.encode()}).read_bytes(),
        "c.zip": pack(tmp_path / "c.zip", {"PMID_1_a.json": packet("a")}).read_bytes(),
    }
    return made | {name.rpartition("/")[2]: text for name, text in mondo.items()}


@pytest.fixture
def offered(place: Path, publisher: Server, content: dict[str, bytes], settings: object) -> dict[str, object]:
    """A catalogue that names the publisher on this machine for all four."""
    publisher.answers |= {f"/{name}": whole(text) for name, text in content.items()}
    parts = [{"url": f"{publisher.url}/{name}", "name": name} for name in content if name.endswith(".tsv")]
    catalogue: dict[str, object] = {
        "orphanet": {"url": f"{publisher.url}/o.zip", "bytes": 2_000_000, "sha256": sha(content["o.zip"]).upper()},
        "medquad": {"url": f"{publisher.url}/q.zip"},
        "cases": {"url": f"{publisher.url}/c.zip", "sha256": sha(content["c.zip"])},
        "mondo": {"parts": parts},
    }
    write(place, settings, catalogue)
    return catalogue


def write(place: Path, settings: object, catalogue: object) -> None:
    path = place / "catalogue.json"
    path.write_text(json.dumps(catalogue), "utf-8")
    settings.OPEN_DATA = str(path)  # type: ignore[attr-defined]


def run(*words: str) -> str:
    out = StringIO()
    call_command("knowledge", "fetch", *words, stdout=out)
    return out.getvalue()


def test_the_product_offers_four_kinds_and_contacts_nobody_to_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "connected", lambda *_a, **_k: pytest.fail("somebody was contacted"))
    offers = {one.kind: one for one in open_data.offers()}
    assert set(offers) == {"orphanet", "mondo", "medquad", "cases"}
    for one in offers.values():
        assert one.hosts and all("." in host for host in one.hosts)
        assert one.bytes > 1_000_000 and one.licence and one.citation and not one.here
        assert all(loading.allowed(part.url, None).scheme == "https" for part in one.files)
        assert not one.feed.tried
    assert len(offers["mondo"].files) == 4


def test_all_of_it_is_shown_loaded_brought_in_and_built_with(place: Path, offered: object, publisher: Server) -> None:
    said = run("--yes")
    before = said[: said.index("arrived, sha256")]
    assert "127.0.0.1" in before and "about 2 MB" in before and "BSD-3-Clause" in before
    assert "https://creativecommons.org/licenses/by/4.0/" in before
    assert "o.zip: " + open_data.offers(["orphanet"])[0].sha256 in before
    assert "none is known before" in before
    assert "orphanet: Orphanet 1.0 [2030-02-02] is on the shelf: 1 entries." in said
    name = (place / "knowledge" / "current").read_text().strip()
    snapshot = open_snapshot(place / "knowledge" / name)
    assert [one.name for one in snapshot.manifest.sources] == ["hpo", "medquad", "mondo", "orphanet", "cases"]
    assert [one.name for one in snapshot.hierarchy.parents("OMIM:100001")] == ["MONDO:0000009"]
    assert snapshot.cases.size == 1
    assert "phenopacket-store" in snapshot.manifest.sources[-1].title
    assert not list((place / "var" / "open-data").rglob("*.*")), "what is on the shelf does not lie there twice"
    asked = len(publisher.asked)
    assert "All of it is here" in run("--yes")
    assert len(publisher.asked) == asked


def test_nothing_is_loaded_without_a_yes(offered: object, publisher: Server) -> None:
    with pytest.raises(CommandError, match="contacts nobody by itself"):
        run()
    assert publisher.asked == [] and shelf.kinds() == ()


def test_an_answer_on_the_screen_is_a_yes(offered: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "n")
    with pytest.raises(CommandError, match="Nothing was loaded"):
        run("orphanet", "--no-build")
    monkeypatch.setattr("builtins.input", lambda _: "Y")
    run("orphanet", "--no-build")
    assert shelf.kinds() == ("orphanet",)


def test_what_nobody_vouches_for_is_said_and_never_taken_silently(
    offered: object, content: dict[str, bytes], publisher: Server
) -> None:
    with pytest.raises(Unconfirmed, match=sha(content["q.zip"])) as caught:
        open_data.fetch("medquad")
    assert f"knowledge fetch medquad --sha256 {sha(content['q.zip'])}" in caught.value.hint
    assert shelf.kinds() == ()
    with pytest.raises(CommandError, match="Not loaded: medquad"):
        run("medquad", "--sha256", "0" * 64)
    assert shelf.kinds() == ()
    assert "as it was expected" in run("medquad", "--no-build", "--sha256", sha(content["q.zip"]))
    assert "NOT CHECKED" in run("medquad", "--yes", "--no-build")
    publisher.answers["/q.zip.sha256"] = whole(f"{sha(content['q.zip'])}  q.zip\n".encode())
    assert "as it was expected" in run("medquad", "--yes", "--no-build")


def test_what_was_confirmed_is_not_loaded_a_second_time(
    offered: object, content: dict[str, bytes], publisher: Server
) -> None:
    with pytest.raises(Unconfirmed):
        open_data.load("medquad")
    asked = list(publisher.asked)
    publisher.answers["/q.zip"] = whole(content["o.zip"])  # the publisher has moved on
    loaded = open_data.load("medquad", sha256=sha(content["q.zip"]))
    assert (loaded.path.read_bytes(), loaded.checked) == (content["q.zip"], True)
    assert publisher.asked == asked


def test_a_wrong_checksum_keeps_nothing_and_the_others_go_on(
    place: Path, offered: object, publisher: Server, content: dict[str, bytes]
) -> None:
    publisher.answers["/o.zip"] = whole(content["o.zip"][::-1])
    with pytest.raises(CommandError, match=r"Not loaded: orphanet\. What was there stays"):
        run("orphanet", "medquad", "--yes", "--no-build")
    assert shelf.kinds() == ("medquad",)
    assert not list((place / "var" / "open-data" / "orphanet").iterdir())


def test_what_arrived_but_cannot_be_read_changes_nothing(
    offered: dict[str, dict[str, str]], publisher: Server, place: Path, settings: object
) -> None:
    publisher.answers["/o.zip"] = whole(b"<html>")
    write(place, settings, {"orphanet": {"url": f"{publisher.url}/o.zip", "sha256": sha(b"<html>")}})
    with pytest.raises(CommandError, match="Not loaded: orphanet"):
        run("orphanet", "--yes")
    assert shelf.kinds() == () and not (place / "knowledge" / "current").exists()


def test_redirects_lead_to_the_file_and_a_missing_one_is_named(
    offered: object, publisher: Server, content: dict[str, bytes]
) -> None:
    publisher.answers["/q.zip"] = moved(f"{publisher.url}/there")
    publisher.answers["/there"] = whole(content["q.zip"])
    assert open_data.load("medquad", unseen=True).path.read_bytes() == content["q.zip"]
    publisher.answers["/there"] = whole(b"", 404)
    with pytest.raises(Unavailable, match="The server answered 404"):
        open_data.load("medquad", unseen=True)


# --- a transfer that breaks off --------------------------------------------


class Broken:
    """A file whose connection ends after some bytes, until the last try; with ranges, and an ETag or none."""

    def __init__(self, content: bytes, *, breaks: int, tag: str = "", ranges: bool = True) -> None:
        self.content, self.breaks, self.tag, self.ranges = content, breaks, tag, ranges
        self.starts: list[int] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range", "")
        same = handler.headers.get("If-Range", self.tag) == self.tag
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges and same else 0
        self.starts.append(start)
        left = self.content[start:]
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(left)))
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        if self.tag:
            handler.send_header("ETag", self.tag)
        handler.end_headers()
        if self.breaks:
            self.breaks -= 1
            handler.wfile.write(left[: len(left) // 2])
            handler.wfile.flush()
            handler.connection.close()
            return
        handler.wfile.write(left)


CONTENT = bytes(range(256)) * 400


@pytest.mark.parametrize("tag", ['"one"', ""])
def test_a_transfer_that_breaks_off_goes_on_where_it_stopped(tmp_path: Path, publisher: Server, tag: str) -> None:
    answer = Broken(CONTENT, breaks=2, tag=tag)
    publisher.answers["/f"] = answer
    found = loading.download(f"{publisher.url}/f", tmp_path / "f", sha(CONTENT), SOON)
    assert found == sha(CONTENT) and (tmp_path / "f").read_bytes() == CONTENT
    assert answer.starts == [0, 51_200, 76_800]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("f")] == ["f"]


def test_a_later_call_goes_on_too_but_not_with_a_file_that_changed(tmp_path: Path, publisher: Server) -> None:
    answer = Broken(CONTENT, breaks=1, tag='"one"')
    publisher.answers["/f"] = answer
    once = Limits(tries=1)
    with pytest.raises(Unavailable, match="ended before") as caught:
        loading.download(f"{publisher.url}/f", tmp_path / "f", "", once)
    assert caught.value.retryable and not (tmp_path / "f").exists()
    loading.download(f"{publisher.url}/f", tmp_path / "f", "", once)
    assert answer.starts == [0, 51_200]

    publisher.answers["/f"] = Broken(CONTENT, breaks=1, tag='"one"')
    with pytest.raises(Unavailable):
        loading.download(f"{publisher.url}/f", tmp_path / "f", "", once)
    newer = Broken(CONTENT[::-1], breaks=0, tag='"two"')
    publisher.answers["/f"] = newer
    assert loading.download(f"{publisher.url}/f", tmp_path / "f", "", once) == sha(CONTENT[::-1])
    assert newer.starts == [0]


def test_without_a_name_for_the_very_file_or_a_digest_the_half_is_not_used(tmp_path: Path, publisher: Server) -> None:
    answer = Broken(CONTENT, breaks=1)
    publisher.answers["/f"] = answer
    assert loading.download(f"{publisher.url}/f", tmp_path / "f", "", SOON) == sha(CONTENT)
    assert answer.starts == [0, 0]


def test_a_server_without_ranges_sends_all_of_it_again(tmp_path: Path, publisher: Server) -> None:
    answer = Broken(CONTENT, breaks=1, tag='"one"', ranges=False)
    publisher.answers["/f"] = answer
    assert loading.download(f"{publisher.url}/f", tmp_path / "f", sha(CONTENT), SOON) == sha(CONTENT)
    assert answer.starts == [0, 0]


@pytest.mark.parametrize("place_of_range", ["bytes 7-9/10", "", "nonsense"])
def test_a_server_that_goes_on_elsewhere_is_not_believed(
    tmp_path: Path, publisher: Server, place_of_range: str
) -> None:
    first = Broken(CONTENT, breaks=1)

    def lies(handler: BaseHTTPRequestHandler) -> None:
        if not first.starts or "Range" not in handler.headers:
            first(handler)
        else:
            whole(CONTENT[7:], 206, Content_Range=place_of_range)(handler)

    publisher.answers["/f"] = lies
    assert loading.download(f"{publisher.url}/f", tmp_path / "f", sha(CONTENT), SOON) == sha(CONTENT)


def test_a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(tmp_path: Path, publisher: Server) -> None:
    answers: list[Answer] = [whole(b"", 503), whole(b"", 429), whole(CONTENT)]
    publisher.answers["/f"] = lambda handler: answers.pop(0)(handler)
    assert loading.download(f"{publisher.url}/f", tmp_path / "f", "", SOON) == sha(CONTENT)
    publisher.answers["/g"] = whole(b"", 403)
    with pytest.raises(Unavailable, match="403"):
        loading.download(f"{publisher.url}/g", tmp_path / "g", "", SOON)
    assert publisher.asked.count("/g") == 1


def test_a_slow_server_ends_with_what_arrived_kept_for_the_next_try(tmp_path: Path, publisher: Server) -> None:
    done = threading.Event()

    def slow(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("ETag", '"one"')
        handler.end_headers()
        handler.wfile.write(CONTENT[:1000])
        handler.wfile.flush()
        done.wait(10)

    publisher.answers["/f"] = slow
    with pytest.raises(Unavailable, match="was silent"):
        loading.download(f"{publisher.url}/f", tmp_path / "f", "", Limits(silence=2.0, tries=1))
    done.set()
    assert (tmp_path / "f.part").stat().st_size == 1000
    answer = Broken(CONTENT, breaks=0, tag='"one"')
    publisher.answers["/f"] = answer
    assert loading.download(f"{publisher.url}/f", tmp_path / "f", "", SOON) == sha(CONTENT)
    assert answer.starts == [1000]


def test_more_than_an_offer_says_by_far_is_not_loaded(
    offered: object, publisher: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_data, "SMALLEST", 100)
    with pytest.raises(Unavailable, match="larger than 100 bytes"):
        open_data.load("medquad", unseen=True)


# --- the catalogue -----------------------------------------------------------


def test_a_catalogue_replaces_one_offer_and_takes_another_away(place: Path, settings: object) -> None:
    write(place, settings, {"medquad": None, "orphanet": {"url": "https://mirror.example/o.zip", "licence": "CC0-1.0"}})
    offers = {one.kind: one for one in open_data.offers()}
    assert set(offers) == {"orphanet", "mondo", "cases"}
    assert (offers["orphanet"].hosts, offers["orphanet"].licence) == (("mirror.example",), "CC0-1.0")
    with pytest.raises(Unavailable, match="Nothing is offered of the kind medquad"):
        open_data.offers(["medquad"])


@pytest.mark.parametrize(
    ("catalogue", "problem"),
    [
        ([], "is not an object"),
        ({"nonsense": {}}, "names a kind of source that does not exist"),
        ({"mondo": 5}, "is neither an object nor null"),
        ({"mondo": {"bytes": 5}}, "mondo: url is missing"),
        ({"mondo": {"url": "http://example.org/x.zip"}}, "over https only"),
        ({"mondo": {"url": "file:///etc/passwd"}}, "is no address"),
        ({"mondo": {"url": "https://x.example/y", "sha256": "12"}}, "sha256 is not 64 digits"),
        ({"mondo": {"url": "https://x.example/y", "bytes": "many"}}, "bytes is not a number"),
        ({"mondo": {"url": "https://x.example/y", "name": "../x"}}, "name is no name of a file"),
        ({"mondo": {"parts": [{"url": "https://x.example/y"}]}}, "name is no name of a file"),
        ({"mondo": {"parts": "x"}}, "parts is no list"),
        ({"cases": {"url": "https://x.example/y", "said": ["x"]}}, "said is no object"),
    ],
)
def test_a_catalogue_that_is_none_is_named_with_the_entry(
    place: Path, settings: object, catalogue: object, problem: str
) -> None:
    write(place, settings, catalogue)
    with pytest.raises(BadCatalogue, match=problem):
        open_data.offers()


def test_a_catalogue_that_is_not_there_or_no_json_is_named(place: Path, settings: object) -> None:
    settings.OPEN_DATA = str(place / "none.json")  # type: ignore[attr-defined]
    with pytest.raises(BadCatalogue, match=r"none\.json cannot be read"):
        open_data.offers()
    (place / "none.json").write_text("{", "utf-8")
    with pytest.raises(CommandError, match="is not JSON"):
        run("--yes")
