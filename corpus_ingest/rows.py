"""Documents and passages as plain rows of JSON and back, without a loss: what `finished` keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from retrieval.passages.document import Block, BlockKind, Document, Passage, Unseen

Row = dict[str, Any]


def document_row(one: Document) -> Row:
    row: Row = {
        "id": one.id,
        "source": one.source,
        "title": one.title,
        "blocks": [[block.text, list(block.section), block.kind.value, block.page] for block in one.blocks],
        "diseases": list(one.diseases),
        "url": one.url,
        "licence": one.licence,
        "language": one.language,
        "date": one.date,
    }
    if not one.redistributable:
        row["redistributable"] = False
    if one.unseen:
        row["unseen"] = [[hidden.text, hidden.how, hidden.before, hidden.page] for hidden in one.unseen]
    return row


def document_of(row: Mapping[str, Any]) -> Document:
    return Document(
        id=row["id"],
        source=row["source"],
        title=row["title"],
        blocks=tuple(Block(text, tuple(section), BlockKind(kind), page) for text, section, kind, page in row["blocks"]),
        diseases=tuple(row["diseases"]),
        url=row["url"],
        licence=row["licence"],
        language=row["language"],
        date=row["date"],
        redistributable=row.get("redistributable", True),
        unseen=tuple(Unseen(*said) for said in row.get("unseen", ())),
    )


def passage_row(one: Passage) -> Row:
    """Without its text, which stands in the document."""
    row: Row = {"id": one.id, "start": one.start, "end": one.end}
    if one.section:
        row["section"] = list(one.section)
    if one.page is not None:
        row["page"] = one.page
    return row


def passage_of(row: Mapping[str, Any], document: Document) -> Passage:
    start, end = row["start"], row["end"]
    return Passage(
        id=row["id"],
        document=document.id,
        start=start,
        end=end,
        text=document.text[start:end],
        section=tuple(row.get("section", ())),
        page=row.get("page"),
    )
