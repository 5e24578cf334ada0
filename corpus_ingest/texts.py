"""From documents to passages: screened, then cut, portion by portion, each portion done once.

A portion is some documents that follow each other; it ends where their content says so, so that a
document that was added or changed touches its own portion alone. What screening holds back never
reaches a passage unless a person released it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from corpus_ingest import memo
from corpus_ingest.chunking import chunk
from corpus_ingest.finished import Finished, key_of, rows_digest
from corpus_ingest.rows import document_of, document_row, passage_of, passage_row
from corpus_ingest.screening import Held, Screened, screen
from corpus_ingest.steps import Tick, silent
from retrieval.passages.document import Document, Passage

MOST = 512  # documents of a portion
MOST_TEXT = 1_000_000  # characters of a portion: a few seconds' work
ROWS = ("corpus_ingest/rows.py", "retrieval/passages/document.py")  # how what is kept is written
_ENDS = 3  # a document whose hash begins with a byte below it ends its portion: about every 85th does


@dataclass(frozen=True, slots=True)
class Portion:
    documents: tuple[Document, ...]
    digest: str


def screened(
    documents: Sequence[Document], released: Collection[str] = (), finished: Finished | None = None, tick: Tick = silent
) -> tuple[list[Document], list[Held]]:
    """What may be shown of the documents, and what is held back, in the order of the documents."""
    kept, passed, held = finished or Finished(None), [], []
    code, done = memo.code("corpus_ingest/screening*", "retrieval/hostile_text*", *ROWS), 0
    for portion in portions(documents):
        tick(done, len(documents))
        found = _screened(portion, (), kept, code)
        mine = sorted({one.id for one in found[1]} & set(released))
        if mine:
            found = _screened(portion, mine, kept, code)
        passed += found[0]
        held += found[1]
        done += len(portion.documents)
    tick(done, len(documents))
    return passed, held


def chunked(documents: Sequence[Document], finished: Finished | None = None, tick: Tick = silent) -> list[Passage]:
    """The passages of the documents, in their order."""
    kept, passages = finished or Finished(None), []
    code, done = memo.code("corpus_ingest/chunking*", *ROWS), 0
    for portion in portions(documents):
        tick(done, len(documents))
        passages += _chunked(portion, kept, code)
        done += len(portion.documents)
    tick(done, len(documents))
    return passages


def portions(documents: Sequence[Document]) -> Iterator[Portion]:
    part: list[Document] = []
    digests: list[str] = []
    size = 0
    for one in documents:
        digest = rows_digest([document_row(one)])
        part.append(one)
        digests.append(digest)
        size += len(one.text)
        if int(digest[:2], 16) < _ENDS or len(part) >= MOST or size > MOST_TEXT:
            yield Portion(tuple(part), hashlib.sha256("".join(digests).encode()).hexdigest())
            part, digests, size = [], [], 0
    if part:
        yield Portion(tuple(part), hashlib.sha256("".join(digests).encode()).hexdigest())


def _screened(
    portion: Portion, released: Sequence[str], finished: Finished, code: str
) -> tuple[list[Document], list[Held]]:
    key = key_of(portion.digest, code, *released)
    rows = finished.get("screened", key)
    if rows is None:
        results = [screen(one, released=frozenset(released)) for one in portion.documents]
        rows = [_screened_row(one, result) for one, result in zip(portion.documents, results, strict=True)]
        finished.put("screened", key, rows)
    pairs = list(zip(portion.documents, rows, strict=True))
    passed = [document_of(row["now"]) if "now" in row else one for one, row in pairs if row["passed"]]
    return passed, [Held(**said) for said in chain.from_iterable(row.get("held", ()) for _, row in pairs)]


def _screened_row(before: Document, result: Screened) -> dict[str, Any]:
    row: dict[str, Any] = {"passed": result.document is not None}
    if result.document is not None and result.document != before:
        row["now"] = document_row(result.document)
    if result.held:
        row["held"] = [asdict(one) for one in result.held]
    return row


def _chunked(portion: Portion, finished: Finished, code: str) -> list[Passage]:
    key = key_of(portion.digest, code)
    rows = finished.get("chunked", key)
    if rows is None:
        made = [chunk(one) for one in portion.documents]
        finished.put("chunked", key, [{"passages": [passage_row(one) for one in passages]} for passages in made])
        return list(chain.from_iterable(made))
    pairs = zip(portion.documents, rows, strict=True)
    return [passage_of(row, document) for document, found in pairs for row in found["passages"]]
