"""Carries out one confirmed search. Imported inside the task only.

It reads the ids from the row, makes the query from them again and sends it only if it is still the one that was
confirmed. What comes back is screened before it is kept: text of strangers is data, never an instruction.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from dataclasses import replace
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection

from agents.contract import EvidenceKind
from agents.evidence import seal
from corpus_ingest import library
from corpus_ingest.literature import Article, Found, Match, Question, query_of
from corpus_ingest.screening import screen
from diagnosis_app.leases import Lease, LeaseGone, claim, ending, held
from diagnosis_app.literature.asking import server
from diagnosis_app.literature.models import Paper, Passage, Search
from retrieval.errors import RetrievalError
from retrieval.passages.document import Document

log = logging.getLogger("clew.literature")
NAME = "PubMed"
EXCERPT = 160  # characters of what was held back


def look(search_id: UUID) -> None:
    """For the queue's thread, which keeps no connection."""
    close_old_connections()
    try:
        carry_out(search_id)
    except (OperationalError, InterfaceError) as error:
        log.warning("search %s was left where it is: %s", search_id, type(error).__name__)
    finally:
        connection.close()


def carry_out(search_id: UUID) -> None:
    """If nobody else does."""
    lease = claim(Search, search_id)
    if lease is None:
        return
    try:
        _look(Search.objects.get(pk=search_id), lease)
    except LeaseGone:
        log.info("search %s has another worker or has ended", search_id)


def _look(search: Search, lease: Lease) -> None:
    try:
        found = _found(search, lease)
        _keep(search, found, lease)
        log.info("search %s ended: %s papers kept of %s", search.pk, len(found.articles), found.total)
    except (LeaseGone, DatabaseError):
        raise
    except RetrievalError as error:
        _fail(lease, error.code, error.message, error.hint)
    except Exception as error:  # the border: nothing of what was asked or came back is logged
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error("search %s failed: %s at %s:%s", search.pk, type(error).__name__, place.name, place.lineno)
        _fail(lease, "internal", "The search failed, and nothing of it was kept.", "Try again.")


def _found(search: Search, lease: Lease) -> Found:
    question = Question(tuple(search.terms), tuple(search.diseases), Match(search.match))
    pubmed = replace(server(), about_to_ask=lambda: _renew(lease))
    knowledge = library.snapshot(search.snapshot)
    query = query_of(question, knowledge)
    if query != search.query or pubmed.address.shown != search.host:
        raise Changed("What would be sent is no longer what was confirmed. Nothing was sent.", hint="Ask again.")
    return pubmed.look(query)


def _renew(lease: Lease) -> None:
    """Raises `LeaseGone`: what another worker asks now is not asked twice."""
    with held(lease):
        pass


class Changed(RetrievalError):
    """The address or the names are others than those that a person confirmed."""

    code = "literature.changed"


def _fail(lease: Lease, code: str, message: str, hint: str) -> None:
    log.warning("search %s ended: %s", lease.pk, code)
    error = {"code": code, "message": message, "hint": hint}
    with held(lease, **ending(), outcome=Search.Outcome.FAILED, error=error):
        pass


def _keep(search: Search, found: Found, lease: Lease) -> None:
    """All or nothing, once."""
    outcome = Search.Outcome.FOUND if found.articles else Search.Outcome.NONE
    with held(lease, **ending(), outcome=outcome, total=found.total):
        search.papers.all().delete()
        for position, article in enumerate(found.articles, start=1):
            _keep_one(search, position, article)


def _keep_one(search: Search, position: int, article: Article) -> None:
    screened = screen(article.document)
    passed = screened.document
    paper = Paper.objects.create(
        search=search,
        position=position,
        pmid=article.pmid,
        title=article.title if passed is not None and _has_title(passed, article) else "",
        journal=article.journal,
        date=article.date,
        doi=article.doi,
        language=article.language,
        rights=article.rights,
        text=passed.text if passed is not None else "",
        sha256=_sha256(passed.text if passed is not None else ""),
        held=[{"reason": str(one.reason), "excerpt": str(one.excerpt)[:EXCERPT]} for one in screened.held],
    )
    if passed is not None:
        Passage.objects.bulk_create(_passages(paper, passed, article), ignore_conflicts=True)


def _has_title(passed: Document, article: Article) -> bool:
    """The title is a block like the others: where it was held back, it is not shown either."""
    return bool(passed.blocks) and passed.blocks[0].text == article.document.blocks[0].text


def _passages(paper: Paper, document: Document, article: Article) -> list[Passage]:
    rows = []
    for start, block in zip(document.starts(), document.blocks, strict=True):
        end = start + len(block.text)
        section = block.section[-1] if block.section else ""
        body = {"document": document.id, "start": start, "end": end, "text_sha256": paper.sha256, "section": section}
        body |= {"title": article.title, "journal": article.journal, "date": article.date}
        locator, version = f"PMID:{article.pmid} {start}-{end}", f"text {paper.sha256[:12]}"
        evidence = seal(EvidenceKind.PASSAGE, NAME, version, locator, block.text, body)
        rows.append(
            Passage(
                paper=paper,
                key=evidence.key,
                section=section,
                start=start,
                end=end,
                quote=evidence.quote,
                locator=evidence.locator,
                version=evidence.version,
                body=dict(evidence.body),
            )
        )
    return rows


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
