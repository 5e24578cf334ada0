"""Two requests of PubMed's E-utilities: which papers, then their abstracts.

What goes out is made of a `Question`'s names and of what the operator set; `Request` is the same object for the
page that shows it and for the connection that sends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from corpus_ingest.literature import door
from corpus_ingest.literature.address import Address
from corpus_ingest.literature.article import Article, read_articles, read_ids
from corpus_ingest.literature.door import AskedTooOften, Limits
from corpus_ingest.literature.errors import LiteratureError
from corpus_ingest.literature.pace import Pace

MOST = 20  # papers of one search
TRIES = 3
LONGEST_WAIT = 10.0  # seconds that are waited when the server asks for more patience
SEARCH, FETCH = "esearch.fcgi", "efetch.fcgi"


@dataclass(frozen=True, slots=True)
class Request:
    """One GET, as it is shown and as it is sent."""

    address: Address
    name: str
    params: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        return door.path_of(self.address, self.name, dict(self.params))

    @property
    def url(self) -> str:
        return f"{self.address.scheme}://{self.address.shown}{self.path}"


@dataclass(frozen=True, slots=True)
class Found:
    total: int  # papers that there are; the first `MOST` are fetched
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class PubMed:
    """`tool` and `email` say who asks, as NCBI wishes; the email is the operator's or empty."""

    address: Address
    pace: Pace
    email: str = ""
    tool: str = "clew"
    limits: Limits = field(default_factory=Limits)
    sleep: Callable[[float], None] = field(default_factory=lambda: time.sleep)
    about_to_ask: Callable[[], None] = lambda: None  # before each request; whoever may not go on raises

    def search(self, query: str) -> Request:
        return self._request(SEARCH, term=query, retmax=str(MOST), sort="relevance")

    def fetch(self, pmids: tuple[str, ...]) -> Request:
        return self._request(FETCH, id=",".join(pmids))

    def look(self, query: str) -> Found:
        """Raises a `LiteratureError` that names what happened; then nothing came of it."""
        total, ids = read_ids(self._get(self.search(query)), MOST)
        return Found(total, read_articles(self._get(self.fetch(ids)), ids) if ids else ())

    def _request(self, name: str, **params: str) -> Request:
        who = {"tool": self.tool, **({"email": self.email} if self.email else {})}
        return Request(self.address, name, tuple({"db": "pubmed", "retmode": "xml", **params, **who}.items()))

    def _get(self, request: Request) -> bytes:
        """Again after a while where the server says that it is busy; never where it refuses."""
        busy: LiteratureError | None = None
        for tried in range(TRIES):
            self.pace.wait()
            self.about_to_ask()
            try:
                return door.get(self.address, request.path, self.limits)
            except AskedTooOften as error:
                busy = error
                if tried + 1 < TRIES:
                    self.sleep(min(error.wait if error.wait is not None else float(2**tried), LONGEST_WAIT))
        assert busy is not None  # noqa: S101  the loop ends by a return or by a busy server
        raise busy
