"""One paper as PubMed states it: title, journal, date, and the abstract in its sections."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus_ingest import safe_xml
from corpus_ingest.literature.errors import Malformed
from retrieval.passages.document import Block, BlockKind, Document

SOURCE = "pubmed"
LONGEST = 60_000  # characters of one abstract
_LIMITS = safe_xml.Limits(depth=60, nodes=200_000, characters=8 * 1024**2)
_PMID = re.compile(r"[0-9]{1,9}\Z")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Article:
    pmid: str
    title: str
    journal: str
    date: str  # ISO 8601: 2024, 2024-05 or 2024-05-17; empty where it is not stated
    doi: str
    language: str
    rights: str  # what the record says of the abstract's copyright
    document: Document

    @property
    def sha256(self) -> str:
        """Of the text that is kept: what was read can be told from what the paper says later."""
        return hashlib.sha256(self.document.text.encode("utf-8", "surrogatepass")).hexdigest()


def read_ids(content: bytes, most: int) -> tuple[int, tuple[str, ...]]:
    """Of a search: how many papers there are, and the numbers of the first ones."""
    root = _parsed(content)
    if root.tag != "eSearchResult" or root.first("ERROR") is not None:
        raise _malformed("The server did not understand the query, or answered something else")
    count = root.line("Count")
    ids = [one for node in root.everywhere("Id") if _PMID.match(one := node.line())]
    if not count.isdigit() or len(count) > 9:
        raise _malformed("The answer to the search has no number of papers")
    return int(count), tuple(dict.fromkeys(ids))[:most]


def read_articles(content: bytes, asked: tuple[str, ...]) -> tuple[Article, ...]:
    """The papers among those that were asked for, in that order; others are not believed."""
    root = _parsed(content)
    if root.tag != "PubmedArticleSet":
        raise _malformed("The answer holds no papers")
    found = {one.pmid: one for node in root.elements("PubmedArticle") if (one := _article(node)) is not None}
    return tuple(found[pmid] for pmid in asked if pmid in found)


def _parsed(content: bytes) -> safe_xml.Node:
    try:
        return safe_xml.parse(content, _LIMITS)
    except (safe_xml.BadXml, IndexError) as error:
        what = error.what if isinstance(error, safe_xml.BadXml) else "it is empty"
        raise _malformed(f"The answer cannot be read: {what}") from None


def _article(node: safe_xml.Node) -> Article | None:
    citation = node.first("MedlineCitation")
    paper = citation.first("Article") if citation is not None else None
    if citation is None or paper is None:
        return None
    pmid, title = citation.line("PMID"), paper.line("ArticleTitle")
    if not _PMID.match(pmid) or not title:
        return None
    date, language = _date(paper), paper.line("Language")[:3]
    document = Document(
        id=f"{SOURCE}:{pmid}",
        source=SOURCE,
        title=title[:500],
        blocks=(Block(title[:1000], kind=BlockKind.HEADING), *_sections(paper)),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        language=language or "und",
        date=date,
    )
    doi = next((one.line() for one in paper.elements("ELocationID") if one.attributes.get("EIdType") == "doi"), "")
    return Article(
        pmid=pmid,
        title=title[:500],
        journal=paper.line("Journal", "Title")[:200],
        date=date,
        doi=doi[:200],
        language=language,
        rights=paper.line("Abstract", "CopyrightInformation")[:300],
        document=document,
    )


def _sections(paper: safe_xml.Node) -> Iterator[Block]:
    left = LONGEST
    abstract = paper.first("Abstract")
    for part in abstract.elements("AbstractText") if abstract is not None else ():
        text = part.line()[:left]
        if text:
            label = part.attributes.get("Label", "").strip().capitalize()[:80]
            yield Block(text, section=(label,) if label else ())
        left -= len(text)


def _date(paper: safe_xml.Node) -> str:
    """Of the issue; of the electronic publication where the issue states none that can be read."""
    for stated in (paper.first("Journal", "JournalIssue", "PubDate"), paper.first("ArticleDate")):
        if stated is None:
            continue
        year = stated.line("Year") or stated.line("MedlineDate")[:4]
        if not re.fullmatch(r"[12][0-9]{3}", year):
            continue
        month = _month(stated.line("Month"))
        day = stated.line("Day")
        if month and day.isdigit() and 0 < int(day) < 32:
            return f"{year}-{month}-{int(day):02d}"
        return f"{year}-{month}" if month else year
    return ""


def _month(text: str) -> str:
    if text.isdigit() and 0 < int(text) < 13:
        return f"{int(text):02d}"
    name = text[:3].casefold()
    return f"{_MONTHS.index(name) + 1:02d}" if name in _MONTHS else ""


def _malformed(what: str) -> Malformed:
    return Malformed(f"{what}.", hint="Try again later; if it stays, ask the operator to look at CLEW_LITERATURE.")
