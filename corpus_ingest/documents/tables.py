"""Long tables in parts, each with its first row: a passage is an exact span, so what it shows has to be in the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus_ingest.chunking import TARGET
from retrieval.passages.document import Block, BlockKind


def tables_with_headers(blocks: Sequence[Block], target: int = TARGET) -> tuple[tuple[Block, ...], tuple[int, ...]]:
    """The blocks with their long tables in parts, and where each block, and the end, has moved to.

    A source does this before it makes a document.
    """
    made: list[Block] = []
    moved: list[int] = []
    for block in blocks:
        moved.append(len(made))
        if block.kind is not BlockKind.TABLE or len(block.text) <= target:
            made.append(block)
        else:
            made.extend(Block(part, block.section, block.kind, block.page) for part in _parts(block.text, target))
    moved.append(len(made))
    return tuple(made), tuple(moved)


def _parts(text: str, target: int) -> Iterator[str]:
    header, *rows = text.split("\n")
    part: list[str] = []
    size = len(header)
    for one in rows:
        if part and size + len(one) + 1 > target:
            yield "\n".join((header, *part))
            part, size = [], len(header)
        part.append(one)
        size += len(one) + 1
    yield "\n".join((header, *part))
