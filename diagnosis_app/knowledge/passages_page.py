"""The passages of a snapshot, page by page, as they would be quoted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrieval.snapshot import Snapshot

PAGE = 20  # passages


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    document: str
    title: str
    section: tuple[str, ...]
    text: str
    start: int
    end: int
    page: int | None


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[Row, ...]
    total: int  # of all
    of: int  # of the source that was asked for
    number: int
    pages: int
    source: str
    sources: tuple[str, ...]

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def page_of(snapshot: Snapshot, number: str, *, source: str = "") -> Page:
    """What is no number is the first page, what is too large the last; an unknown source has no passages."""
    store = snapshot.passages
    positions = np.arange(store.size)
    if source:
        code = store.sources.index(source) if source in store.sources else -1
        positions = positions[store.source_codes[store.document_of] == code]
    pages = max(1, -(-len(positions) // PAGE))
    at = min(max(1, int(number)), pages) if number.isascii() and number.isdigit() and len(number) < 9 else 1
    rows = []
    for i in positions[(at - 1) * PAGE : at * PAGE].tolist():
        passage = store.at(i)
        rows.append(
            Row(
                passage.id, passage.document, store.title(i), passage.section, passage.text,
                passage.start, passage.end, passage.page,
            )
        )  # fmt: skip
    return Page(tuple(rows), store.size, len(positions), at, pages, source, store.sources)
