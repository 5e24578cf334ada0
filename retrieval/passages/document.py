"""The words for texts: a document in blocks, and the passages that are cut from it.

Plain and frozen. A document's `text` is what every offset refers to: a passage is
`document.text[passage.start:passage.end]`, always, so that a quotation can be opened at its place.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

BETWEEN = "\n\n"  # what stands between two blocks of a text


class BlockKind(StrEnum):
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    TABLE = "table"  # one line a row, cells separated by " | "


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document that belongs together: a paragraph, a table, a heading."""

    text: str
    section: tuple[str, ...] = ()  # the headings above it, outermost first
    kind: BlockKind = BlockKind.PARAGRAPH
    page: int | None = None  # from 1, where the document has pages


@dataclass(frozen=True, slots=True)
class Unseen:
    """Text of a file that nobody sees who reads it: hidden, white, outside the page. In no block."""

    text: str
    how: str  # hidden, comment, invisible, white, tiny, outside
    before: int  # the block in front of which it stood
    page: int | None = None


@dataclass(frozen=True)
class Document:
    """One text of a source. `id` is `<source>:<its own name there>`: the same text keeps it in the next release."""

    id: str
    source: str  # name of the source record it came from
    title: str
    blocks: tuple[Block, ...]
    diseases: tuple[str, ...] = ()  # ids (OMIM:…, ORPHA:…, MONDO:…) that the source says it is about
    url: str = ""
    licence: str = ""  # its own, where it is not the source's
    language: str = "en"  # BCP 47
    date: str = ""  # ISO 8601: 2024, 2024-05 or 2024-05-17; empty where it is not known
    redistributable: bool = True  # whether an export may carry its text
    unseen: tuple[Unseen, ...] = ()  # for screening alone: no part of `text`, and never kept

    @cached_property
    def text(self) -> str:
        return BETWEEN.join(block.text for block in self.blocks)

    def starts(self) -> tuple[int, ...]:
        """Where each block begins in `text`."""
        found, at = [], 0
        for block in self.blocks:
            found.append(at)
            at += len(block.text) + len(BETWEEN)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Passage:
    """A quotable part of a document: whole sentences, of one section."""

    id: str  # of its content, see `passage_id`
    document: str
    start: int  # in the document's text
    end: int
    text: str
    section: tuple[str, ...] = ()
    page: int | None = None


def passage_id(document: str, section: tuple[str, ...], text: str) -> str:
    """The same words at the same place of the same document have the same id, whatever stands around them."""
    content = "\x1f".join((document, *section, "", text))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]
