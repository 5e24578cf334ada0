"""Reads one paper of PubMed: title and abstract. Abstracts there are in English, whatever the paper's language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_ingest import licences
from corpus_ingest.safe_xml import Node
from corpus_ingest.source import Reject
from corpus_ingest.sources.pubmed.dates import date
from retrieval.passages.document import Block, Document

TAG = "PubmedArticle"
TERMS = "https://www.nlm.nih.gov/databases/download/terms_and_conditions.html"
NO_ID = "has no PMID"
NO_TITLE = "has no title"
NO_ABSTRACT = "has no abstract"
RETRACTED = "is retracted"
_PMID = re.compile(r"[0-9]{1,9}\Z")


def read(paper: Node) -> Document | Reject:
    citation = paper.first("MedlineCitation") or Node("")
    pmid = citation.line("PMID")
    if not _PMID.match(pmid):
        return Reject("", NO_ID)
    article = citation.first("Article") or Node("")
    kinds = [kind.line().lower() for kind in article.everywhere("PublicationType")]
    if "retracted publication" in kinds:
        return Reject(f"PMID {pmid}", RETRACTED)
    title = article.line("ArticleTitle").strip("[]")
    if not title:
        return Reject(f"PMID {pmid}", NO_TITLE)
    abstract = article.first("Abstract") or Node("")
    blocks = tuple(_blocks(abstract))
    if not blocks:
        return Reject(f"PMID {pmid}", NO_ABSTRACT)
    return Document(
        id=f"pubmed:{pmid}",
        source="pubmed",
        title=title,
        blocks=blocks,
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        licence=licences.stated(abstract.line("CopyrightInformation")) or TERMS,
        date=date(article.first("ArticleDate")) or date(article.first("Journal", "JournalIssue", "PubDate")),
    )


def _blocks(abstract: Node) -> Iterator[Block]:
    """One paragraph a part; a part with a label is a section of its own."""
    for part in abstract.elements("AbstractText"):
        label = " ".join(part.attributes.get("Label", "").split()).capitalize()
        if text := part.line():
            yield Block(text, ("Abstract", label) if label and label != "Unlabelled" else ("Abstract",))
