"""A whole document as a page draws it: its blocks under their headings, with the quoted words marked.

Every offset refers to the document's text. Marks may lie across blocks, lists and cells of tables; each
piece of text is marked or not, and no letter of it is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from retrieval.passages.document import BlockKind, Document

CELLS = " | "
Span = tuple[int, int]


class Piece(NamedTuple):
    """Words that are marked, or not. `first` is the first marked piece of the page: where the reader is taken."""

    text: str
    marked: bool
    first: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One block. A table has rows of cells of pieces, a list rows of one cell, everything else one row of one."""

    kind: str
    section: tuple[str, ...]  # where it differs from the block before, for a heading above it
    level: int  # of a heading: 3..6
    page: int | None
    rows: tuple[tuple[tuple[Piece, ...], ...], ...]


def shown(document: Document, marks: Sequence[Span]) -> list[Shown]:
    """The blocks with what is marked in them. Marks outside of the text are left out."""
    size = len(document.text)
    spans = sorted((max(0, start), min(size, end)) for start, end in marks if start < end and start < size)
    taken, found = False, list[Shown]()
    before: tuple[str, ...] = ("",)
    for block, start in zip(document.blocks, document.starts(), strict=True):
        rows = tuple(
            tuple(tuple(pieces(cell, at, spans)) for cell, at in row) for row in _rows(block.text, start, block.kind)
        )
        if not taken:
            rows, taken = _first_marked(rows)
        new = block.section != before and block.kind != BlockKind.HEADING
        found.append(
            Shown(
                kind=str(block.kind),
                section=block.section if new and not _headed(found, block.section) else (),
                level=min(6, 3 + len(block.section)),
                page=block.page,
                rows=rows,
            )
        )
        before = block.section
    return found


def pieces(text: str, start: int, spans: Sequence[Span]) -> Iterator[Piece]:
    """The text cut where a mark begins or ends."""
    at = 0
    for first, last in spans:
        low, high = max(first - start, at), min(last - start, len(text))
        if low >= high:
            continue
        if low > at:
            yield Piece(text[at:low], False)
        yield Piece(text[low:high], True)
        at = high
    if at < len(text):
        yield Piece(text[at:], False)


def _rows(text: str, start: int, kind: BlockKind) -> Iterator[list[tuple[str, int]]]:
    """Rows of (cell, its place in the document's text)."""
    if kind not in {BlockKind.TABLE, BlockKind.LIST}:
        yield [(text, start)]
        return
    for line in text.split("\n"):
        cells = line.split(CELLS) if kind == BlockKind.TABLE else [line]
        row, at = [], start
        for cell in cells:
            row.append((cell, at))
            at += len(cell) + len(CELLS)
        yield row
        start += len(line) + 1


def _headed(found: Sequence[Shown], section: tuple[str, ...]) -> bool:
    """Whether the block before is the heading of this section itself: then its name stands there already."""
    if not found or found[-1].kind != BlockKind.HEADING or not section:
        return False
    words = "".join(piece.text for row in found[-1].rows for cell in row for piece in cell)
    return words.strip() == section[-1].strip()


Rows = tuple[tuple[tuple[Piece, ...], ...], ...]


def _first_marked(rows: Rows) -> tuple[Rows, bool]:
    """The same rows with their first marked piece named as such, and whether there is one."""
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            for p, piece in enumerate(cell):
                if piece.marked:
                    named = (*cell[:p], piece._replace(first=True), *cell[p + 1 :])
                    return (*rows[:r], (*row[:c], named, *row[c + 1 :]), *rows[r + 1 :]), True
    return rows, False
