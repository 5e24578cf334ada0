"""A real server on this machine that speaks the E-utilities, well or badly, and remembers what it was asked."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

DOCTYPE = (
    '<!DOCTYPE {root} PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def ids_xml(*pmids: str, count: int | None = None) -> bytes:
    listed = "".join(f"<Id>{pmid}</Id>" for pmid in pmids)
    total = len(pmids) if count is None else count
    doctype = DOCTYPE.format(root="eSearchResult")
    head = f"<Count>{total}</Count><RetMax>20</RetMax><RetStart>0</RetStart>"
    return f"{HEAD}{doctype}<eSearchResult>{head}<IdList>{listed}</IdList></eSearchResult>".encode()


def article_xml(
    pmid: str,
    title: str = "Long limbs and lenses in one family",
    *,
    abstract: Sequence[tuple[str, str]] = (("BACKGROUND", "Ectopia lentis is rare."), ("RESULTS", "Three had it.")),
    journal: str = "Invented Journal of Genetics",
    date: str = "<Year>2024</Year><Month>May</Month><Day>7</Day>",
    rights: str = "",
) -> str:
    parts = "".join(
        f"<AbstractText{f' Label={quoteattr(label)}' if label else ''}>{escape(text)}</AbstractText>"
        for label, text in abstract
    )
    copyright_ = f"<CopyrightInformation>{escape(rights)}</CopyrightInformation>" if rights else ""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID><Article PubModel="Print">'
        f"<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue><Title>{escape(journal)}</Title></Journal>"
        f"<ArticleTitle>{escape(title)}</ArticleTitle>"
        f'<ELocationID EIdType="doi" ValidYN="Y">10.1000/{pmid}</ELocationID>'
        f"<Abstract>{parts}{copyright_}</Abstract><Language>eng</Language></Article></MedlineCitation></PubmedArticle>"
    )


def articles_xml(*articles: str) -> bytes:
    doctype = DOCTYPE.format(root="PubmedArticleSet")
    return f"{HEAD}{doctype}<PubmedArticleSet>{''.join(articles)}</PubmedArticleSet>".encode()


@dataclass
class Asked:
    """One request as it came over the wire."""

    name: str
    params: dict[str, list[str]]
    headers: dict[str, str]
    at: float


Speak = Callable[[BaseHTTPRequestHandler, str], None]


@dataclass
class Server:
    """`search` and `fetch` say what is answered; each may be replaced by a function that misbehaves."""

    search: bytes | Speak = field(default_factory=lambda: ids_xml("31", "32"))
    fetch: bytes | Speak = field(default_factory=lambda: articles_xml(article_xml("31"), article_xml("32", "Another")))
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/entrez/eutils"


@contextmanager
def speaking(server: Server) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            name = parts.path.rpartition("/")[2]
            server.asked.append(Asked(name, parse_qs(parts.query), dict(self.headers), time.monotonic()))
            what = server.search if name == "esearch.fcgi" else server.fetch
            if callable(what):
                what(self, name)
            else:
                answer(self, what)

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass

    listening = Quiet(("127.0.0.1", 0), Handler)
    server.port = int(listening.server_address[1])
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def answer(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "text/xml", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
    handler.close_connection = True


# --- ways to misbehave ---------------------------------------------------------------------


def status(code: int, **headers: str) -> Speak:
    return lambda handler, _name: answer(handler, b"no", code, **headers)


def then(*ways: Speak | bytes) -> Speak:
    """One after the other; the last one stays."""
    left = list(ways)

    def speak(handler: BaseHTTPRequestHandler, name: str) -> None:
        way = left.pop(0) if len(left) > 1 else left[0]
        if callable(way):
            way(handler, name)
        else:
            answer(handler, way)

    return speak


def silent(seconds: float) -> Speak:
    def speak(handler: BaseHTTPRequestHandler, _name: str) -> None:
        time.sleep(seconds)
        with suppress(OSError):
            answer(handler, ids_xml("31"))

    return speak


def trickling(seconds: float) -> Speak:
    """A byte now and then: never silent, never done."""

    def speak(handler: BaseHTTPRequestHandler, _name: str) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        end = time.monotonic() + seconds
        with suppress(OSError):
            while time.monotonic() < end:
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.02)

    return speak


def cut(handler: BaseHTTPRequestHandler, _name: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<eSearchResult><Count>1")
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


def endless(handler: BaseHTTPRequestHandler, _name: str) -> None:
    """No length said, and more and more of it."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    with suppress(OSError):
        for _ in range(2000):
            handler.wfile.write(b"x" * 65536)
    handler.close_connection = True


def not_http(handler: BaseHTTPRequestHandler, _name: str) -> None:
    handler.wfile.write(b"220 mail.example ready\r\n")
    handler.close_connection = True
