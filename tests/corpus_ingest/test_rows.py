"""What the stages keep comes back as it was: nothing of a document is lost on the disk."""

from __future__ import annotations

import json
from dataclasses import fields

from corpus_ingest.rows import document_of, document_row
from retrieval.passages.document import Block, BlockKind, Document, Unseen

WHOLE = Document(
    "documents:1",
    "documents",
    "A guideline",
    (Block("Signs | Share", ("Signs",), BlockKind.TABLE, 2),),
    ("OMIM:101600",),
    "https://example.org/g",
    "Not to be passed on: internal",
    "de",
    "2024-05",
    False,
    (Unseen("nobody sees this", "white", 1, 2),),
)


def test_every_field_of_a_document_comes_back() -> None:
    empty = Document("documents:1", "documents", "A guideline", ())
    told = [one.name for one in fields(Document) if getattr(WHOLE, one.name) == getattr(empty, one.name)]
    assert told == ["id", "source", "title"]  # all others are other than what is assumed of them
    assert document_of(json.loads(json.dumps(document_row(WHOLE)))) == WHOLE
    assert document_of(json.loads(json.dumps(document_row(empty)))) == empty
