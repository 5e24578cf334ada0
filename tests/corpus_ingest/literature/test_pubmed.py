"""The door to PubMed, against a real server on this machine that does everything a server can do wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest import pinned
from corpus_ingest.literature import door, errors
from corpus_ingest.literature.address import read_address
from corpus_ingest.literature.pace import Pace
from corpus_ingest.literature.pubmed import PubMed
from tests.corpus_ingest.literature import eutils
from tests.corpus_ingest.literature.conftest import QUICK
from tests.corpus_ingest.literature.eutils import Server, article_xml, articles_xml, ids_xml
from tests.environment import ROOT

Listening = Callable[..., Server]
Client = Callable[..., tuple[PubMed, list[float]]]
QUERY = '("Ectopia lentis"[tw])'


def test_papers_are_found_and_read(listening: Listening, client: Client) -> None:
    server = listening(search=ids_xml("31", "32", count=704))
    pubmed, _slept = client(server, email="operator@clinic.example", tool="clew-test")
    found = pubmed.look(QUERY)
    assert found.total == 704
    one = found.articles[0]
    assert (one.pmid, one.title, one.journal, one.date) == (
        "31", "Long limbs and lenses in one family", "Invented Journal of Genetics", "2024-05-07",
    )  # fmt: skip
    assert (one.doi, one.language) == ("10.1000/31", "eng")
    assert [(block.section, block.text) for block in one.document.blocks[1:]] == [
        (("Background",), "Ectopia lentis is rare."), (("Results",), "Three had it."),
    ]  # fmt: skip
    assert one.document.id == "pubmed:31" and len(one.sha256) == 64


def test_what_is_sent_is_what_is_shown_and_nothing_else(listening: Listening, client: Client) -> None:
    server = listening()
    pubmed, _slept = client(server, email="operator@clinic.example", tool="clew-test")
    pubmed.look(QUERY)
    search, fetch = server.asked
    assert search.params == {
        "db": ["pubmed"], "retmode": ["xml"], "term": [QUERY], "retmax": ["20"], "sort": ["relevance"],
        "tool": ["clew-test"], "email": ["operator@clinic.example"],
    }  # fmt: skip
    assert search.params == {name: [value] for name, value in pubmed.search(QUERY).params}
    assert fetch.params == {name: [value] for name, value in pubmed.fetch(("31", "32")).params}
    for asked in server.asked:
        assert set(asked.headers) == {"Host", "User-Agent", "Accept-Encoding"}
        assert asked.headers["User-Agent"] == "Clew"
    assert pubmed.search(QUERY).url.startswith(f"{server.base}/esearch.fcgi?db=pubmed")


def test_without_an_address_of_the_operator_none_is_sent(listening: Listening, client: Client) -> None:
    server = listening()
    client(server)[0].look(QUERY)
    assert "email" not in server.asked[0].params


def test_no_paper_is_no_failure_and_needs_no_second_request(listening: Listening, client: Client) -> None:
    server = listening(search=ids_xml())
    found = client(server)[0].look(QUERY)
    assert (found.total, found.articles) == (0, ()) and len(server.asked) == 1


def test_a_server_that_is_busy_is_asked_again_after_the_time_it_names(listening: Listening, client: Client) -> None:
    server = listening(search=eutils.then(eutils.status(429, Retry_After="3"), eutils.status(500), ids_xml("31")))
    pubmed, slept = client(server)
    assert len(pubmed.look(QUERY).articles) == 1
    assert slept == [3.0, 2.0]


def test_patience_has_an_end_however_long_the_server_asks_to_wait(listening: Listening, client: Client) -> None:
    server = listening(search=eutils.status(429, Retry_After="86400"))
    pubmed, slept = client(server)
    with pytest.raises(errors.Busy) as caught:
        pubmed.look(QUERY)
    assert caught.value.code == "literature.busy" and caught.value.retryable
    assert slept == [10.0, 10.0] and len(server.asked) == 3


@pytest.mark.parametrize("stated", ["soon", "-1", "Wed, 21 Oct 2035 07:28:00 GMT", "9" * 40])
def test_a_time_that_is_none_counts_as_not_said(listening: Listening, client: Client, stated: str) -> None:
    pubmed, slept = client(listening(search=eutils.status(503, Retry_After=stated)))
    with pytest.raises(errors.Busy):
        pubmed.look(QUERY)
    assert slept == [1.0, 2.0]


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE eSearchResult [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b"<eSearchResult><Count>1</Count><IdList><Id>&c;</Id></IdList></eSearchResult>"
)
FILE = (
    b'<?xml version="1.0"?><!DOCTYPE eSearchResult [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    b"<eSearchResult><Count>1</Count><IdList><Id>&f;</Id></IdList></eSearchResult>"
)


@pytest.mark.parametrize(
    ("search", "error"),
    [
        (eutils.silent(1.0), errors.Slow),
        (eutils.trickling(5.0), errors.Slow),
        (eutils.status(400), errors.Refused),
        (eutils.status(403), errors.Refused),
        (eutils.status(302, Location="http://192.0.2.1/steal"), errors.Refused),
        (eutils.status(301, Location="/entrez/eutils/esearch.fcgi?moved=1"), errors.Refused),
        (eutils.cut, errors.Unreachable),
        (eutils.not_http, errors.Malformed),
        (eutils.endless, errors.TooLarge),
        (b"x" * 300_000, errors.TooLarge),
        (b"", errors.Malformed),
        (b"<html><p>Please sign in</p></html>", errors.Malformed),
        (b"<eSearchResult><Count>1</Count><IdList><Id>31</Id>", errors.Malformed),
        (b"<eSearchResult><Count>many</Count></eSearchResult>", errors.Malformed),
        (b"<eSearchResult><ERROR>Empty term</ERROR></eSearchResult>", errors.Malformed),
        (b"<eSearchResult>" + b"<a>" * 200 + b"</a>" * 200 + b"</eSearchResult>", errors.Malformed),
        (b'{"esearchresult": {}}', errors.Malformed),
        (BOMB, errors.Malformed),
        (FILE, errors.Malformed),
    ],
)  # fmt: skip
def test_every_way_to_misbehave_has_its_own_name(
    listening: Listening, client: Client, search: Any, error: type[errors.LiteratureError]
) -> None:
    server = listening(search=search)
    began = time.monotonic()
    with pytest.raises(error) as caught:
        client(server)[0].look(QUERY)
    assert type(caught.value) is error or issubclass(type(caught.value), error)
    assert caught.value.hint and QUERY not in str(caught.value)
    assert time.monotonic() - began < 8, "and it comes in time"
    assert len(server.asked) == 1, "what is refused is not asked for again, and a redirect is not followed"


def test_an_answer_that_is_packed_is_not_unpacked(listening: Listening, client: Client) -> None:
    def packed(handler: Any, _name: str) -> None:
        eutils.answer(handler, b"\x1f\x8b" + b"0" * 50, Content_Encoding="gzip")

    with pytest.raises(errors.Malformed):
        client(listening(search=packed))[0].look(QUERY)


def test_nobody_there_is_unreachable(client: Client) -> None:
    with pytest.raises(errors.Unreachable):
        client(Server(port=1))[0].look(QUERY)


def test_only_papers_that_were_asked_for_are_believed(listening: Listening, client: Client) -> None:
    stranger = article_xml("99", "Not asked for")
    server = listening(
        search=ids_xml("31", "abc", "31", "-7"), fetch=articles_xml(stranger, article_xml("31"), "<PubmedArticle/>")
    )
    assert [one.pmid for one in client(server)[0].look(QUERY).articles] == ["31"]
    assert server.asked[1].params["id"] == ["31"]


def test_more_numbers_than_were_asked_for_are_cut(listening: Listening, client: Client) -> None:
    server = listening(search=ids_xml(*(str(1000 + i) for i in range(300))), fetch=articles_xml())
    client(server)[0].look(QUERY)
    assert len(server.asked[1].params["id"][0].split(",")) == 20


@pytest.mark.parametrize(
    ("stated", "date"),
    [
        ("<Year>2024</Year>", "2024"),
        ("<Year>2024</Year><Month>05</Month>", "2024-05"),
        ("<MedlineDate>1998 Nov-Dec</MedlineDate>", "1998"),
        ("<Year>soon</Year>", ""),
        ("<Year>2024</Year><Month>Spring</Month><Day>3</Day>", "2024"),
        ("<Year>2024</Year><Month>Feb</Month><Day>99</Day>", "2024-02"),
        ("", ""),
    ],
)
def test_a_date_is_as_exact_as_it_is_stated(listening: Listening, client: Client, stated: str, date: str) -> None:
    server = listening(search=ids_xml("31"), fetch=articles_xml(article_xml("31", date=stated)))
    assert client(server)[0].look(QUERY).articles[0].date == date


def test_marks_inside_a_title_are_text_and_what_is_written_stays_written(listening: Listening, client: Client) -> None:
    paper = article_xml("31", "TITLE", abstract=(("", "a < b & c"),)).replace(
        "TITLE", "A <i>FBN1</i> variant: <sub>2</sub> cases"
    )
    server = listening(search=ids_xml("31"), fetch=articles_xml(paper))
    one = client(server)[0].look(QUERY).articles[0]
    assert one.title == "A FBN1 variant: 2 cases"
    assert one.document.blocks[1].text == "a < b & c"


def test_the_proxy_of_the_surroundings_is_not_asked(
    listening: Listening, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = listening(), listening()
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    client(server)[0].look(QUERY)
    assert proxy.asked == [] and len(server.asked) == 2


# --- the address -----------------------------------------------------------------------------------


def test_nothing_written_is_switched_off() -> None:
    for written in ("", "  "):
        with pytest.raises(errors.Off) as caught:
            read_address(written)
        assert caught.value.code == "literature.off" and "CLEW_LITERATURE" in caught.value.hint


@pytest.mark.parametrize(
    "written",
    [
        "eutils.example.org", "ftp://example.org/x", "http://example.org/entrez/eutils", "https://", "https://user@host/x",
        "https://host/x?term=1", "https://host/x#y", "https://host/with space", "https://h\u00f6st/x", "https://host:99999/x",
        "http://10.0.0.1/x", "file:///etc/passwd", "http://localhost.evil.example/x",
    ],
)  # fmt: skip
def test_what_is_no_address_or_no_safe_one_is_refused(written: str) -> None:
    with pytest.raises(errors.BadAddress) as caught:
        read_address(written)
    assert caught.value.hint


def test_the_base_may_end_in_a_slash_and_name_a_port() -> None:
    address = read_address("https://mirror.clinic.example:8443/eutils/")
    assert (address.shown, address.path) == ("mirror.clinic.example:8443", "/eutils")
    assert read_address("http://[::1]:8000/x").here and read_address("http://localhost/x").here


def test_a_name_that_leads_to_a_forbidden_address_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolved once: what was checked is what is connected to."""
    resolved: list[str] = []

    def leads(host: str, port: int, **_: Any) -> list[Any]:
        resolved.append(host)
        return [(2, 1, 6, "", ("169.254.169.254", port))]

    monkeypatch.setattr(pinned.socket, "getaddrinfo", leads)
    monkeypatch.setattr(pinned.socket, "create_connection", lambda *_a, **_k: pytest.fail("it connected"))
    with pytest.raises(errors.Refused):
        door.get(read_address("https://papers.example/x"), "/x", QUICK)
    assert resolved == ["papers.example"]


# --- the pace ---------------------------------------------------------------------------------------

ASKING = """
import sys
from pathlib import Path
from corpus_ingest.literature.pace import Pace
pace = Pace(Path(sys.argv[1]), apart=0.2)
for _ in range(2):
    pace.wait()
"""


def test_several_processes_together_keep_the_pace(tmp_path: Path) -> None:
    began = time.monotonic()
    command = [sys.executable, "-c", ASKING, str(tmp_path / "pace")]
    started = [subprocess.Popen(command, cwd=ROOT, env=dict(os.environ)) for _ in range(3)]
    assert all(process.wait(60) == 0 for process in started)
    assert time.monotonic() - began > 1.0, "six requests have five pauses of 0.2 s between them"


def test_a_file_that_says_nonsense_or_speaks_of_the_future_holds_nobody_up(tmp_path: Path) -> None:
    for said in (b"", b"soon", b"9999999999.0"):
        (tmp_path / "pace").write_bytes(said)
        began = time.monotonic()
        Pace(tmp_path / "pace", apart=30.0).wait()
        assert time.monotonic() - began < 10
