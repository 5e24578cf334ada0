"""Documents made in a line, and a plain way to cut them: one passage a block, headings left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from retrieval.manifest import Manifest
from retrieval.passages.document import Block, BlockKind, Document, Passage, passage_id
from retrieval.passages.findings import PassageFindings
from retrieval.passages.lexical import PassageWords
from retrieval.passages.parts import parts
from retrieval.passages.store import PassageStore
from retrieval.snapshot import Snapshot


def document(name: str, *texts: str | Block, **more: Any) -> Document:
    blocks = tuple(one if isinstance(one, Block) else Block(one) for one in texts)
    given = {"id": f"made:{name}", "source": "made", "title": name, "blocks": blocks} | more
    return Document(**given)


def cut(one: Document) -> Iterator[Passage]:
    for block, start in zip(one.blocks, one.starts(), strict=True):
        if block.text and block.kind is not BlockKind.HEADING:
            yield Passage(
                passage_id(one.id, block.section, block.text),
                one.id,
                start,
                start + len(block.text),
                block.text,
                block.section,
                block.page,
            )


@dataclass(frozen=True)
class Held:
    """As much of a snapshot as the search reads."""

    manifest: Manifest
    passages: PassageStore
    lexical: PassageWords
    passage_findings: PassageFindings
    id: str = "0123456789abcdef"


def held(documents: Iterable[Document], snapshot: Snapshot, **more: Any) -> Held:
    documents = list(documents)
    diseases, ontology = snapshot.diseases, snapshot.ontology
    found = parts(documents, (passage for one in documents for passage in cut(one)), diseases, ontology, **more)
    manifest = Manifest(1, "0123456789abcdef", "", (), {})
    return Held(
        manifest,
        PassageStore(found["passages"], diseases),
        PassageWords(found["lexical"]),
        PassageFindings(found["passage_findings"], ontology),
    )
