"""The text of a letter, with its pages. Pure: no database, no files.

Offsets count characters of `Letter.text`. A note takes whole stretches of it over, one a page, so that
a page can always be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from retrieval.passages.document import BETWEEN, Block

LONGEST = 1_000_000  # characters: some three hundred dense pages

# What a note refuses, and what turns the direction of the text around it.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_LINES = re.compile("\r\n?|[\u2028\u2029\x85]")
_BLANK = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Part:
    """A block at its place in the text."""

    text: str
    start: int
    page: int | None
    kind: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Everything of one page (or of a text without pages), in one piece."""

    start: int
    end: int
    page: int | None


@dataclass(frozen=True)
class Letter:
    parts: tuple[Part, ...]

    @cached_property
    def text(self) -> str:
        return BETWEEN.join(part.text for part in self.parts)

    def page_at(self, offset: int) -> int | None:
        page = None
        for part in self.parts:
            if part.start > offset:
                break
            page = part.page
        return page

    def stretches(self) -> tuple[Stretch, ...]:
        found: list[Stretch] = []
        for part in self.parts:
            if found and found[-1].page == part.page:
                found[-1] = Stretch(found[-1].start, part.end, part.page)
            else:
                found.append(Stretch(part.start, part.end, part.page))
        return tuple(found)


def letter_from(blocks: Iterable[Mapping[str, Any]]) -> Letter:
    """From what `stored` made."""
    parts, at = [], 0
    for block in blocks:
        parts.append(Part(block["text"], at, block["page"], block["kind"]))
        at += len(block["text"]) + len(BETWEEN)
    return Letter(tuple(parts))


def stored(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Blocks as the row keeps them: without characters that a note refuses, so that they can be inserted."""
    kept = []
    for block in blocks:
        text = fit(block.text)
        if text:
            kept.append({"text": text, "page": block.page, "kind": str(block.kind)})
    return kept


def fit(text: str) -> str:
    return _BLANK.sub("\n\n", _UNFIT.sub("", _LINES.sub("\n", text))).strip()
