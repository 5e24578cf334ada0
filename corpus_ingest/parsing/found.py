"""What a parser finds, in plain words that travel as JSON, and the one way in which it gives up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

PARAGRAPH, HEADING, LIST, TABLE = "paragraph", "heading", "list", "table"
LONGEST_HEADING = 300  # characters; what is longer is a paragraph in large letters
DEEPEST = 6  # headings above a piece; as in HTML

# Line breaks and tabs stay; zero-width and bidirectional characters stay too, because screening has to see them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SOFT = re.compile("\u00ad")  # a soft hyphen is a hint for the printer
_SPACE = re.compile(r"[ \t\n\r\f\v\u0085\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


class Stop(Exception):
    """The file cannot be read. `state` is the last part of the code, `detail` what the sentence for a person needs."""

    def __init__(self, state: str, **detail: Any) -> None:
        super().__init__(state)
        self.state = state
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Bounds:
    """What this process may do; `documents.limits` says why these numbers."""

    memory: int  # bytes
    seconds: int
    pages: int
    depth: int
    characters: int
    expanded: int  # bytes that come out of what is packed inside the file
    records: int
    recognised: int  # pages of a scan that are read by OCR
    tesseract: str = ""  # its path; empty where it is not installed
    columns: Mapping[str, str] | None = None  # column of a table -> field


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    kind: str = PARAGRAPH
    section: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """Text that a reader of the file would not see. `before` is the piece in front of which it stood."""

    text: str
    how: str
    before: int
    page: int | None = None


@dataclass(slots=True)
class Found:
    kind: str
    title: str = ""
    pieces: list[Piece] = field(default_factory=list)
    language: str = ""
    pages: int | None = None
    warnings: list[str] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)  # key, url, licence, date, diseases: said by the record itself
    records: list[Found] = field(default_factory=list)  # JSONL, JSON and tables with a mapping: one document each

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def tidy(text: str) -> str:
    """One line: control characters gone, white space collapsed."""
    return _SPACE.sub(" ", _SOFT.sub("", _CONTROL.sub("", text))).strip()


def clean(text: str) -> str:
    """As `tidy`, line by line; empty lines go."""
    return "\n".join(line for line in map(tidy, re.split(r"\r\n|[\n\r\f\v\u0085\u2028\u2029]", text)) if line)


class Outline:
    """Collects pieces in order and knows under which headings each of them stands."""

    def __init__(self, characters: int) -> None:
        self.pieces: list[Piece] = []
        self.unseen: list[Unseen] = []
        self._above: list[tuple[int, str]] = []
        self._left = characters
        self._allowed = characters

    def heading(self, level: int, text: str, page: int | None = None) -> None:
        text = tidy(text)
        if len(text) > LONGEST_HEADING:
            self.add(text, page=page)
            return
        if not text:
            return
        while self._above and self._above[-1][0] >= level:
            self._above.pop()
        self.add(text, HEADING, page)
        if len(self._above) < DEEPEST:
            self._above.append((level, text))

    def add(self, text: str, kind: str = PARAGRAPH, page: int | None = None) -> None:
        text = tidy(text) if kind == PARAGRAPH else clean(text)
        if not text:
            return
        self.spend(len(text))
        self.pieces.append(Piece(text, kind, tuple(title for _, title in self._above), page))

    def hide(self, text: str, how: str, page: int | None = None) -> None:
        text = tidy(text)
        if not text:
            return
        self.spend(len(text))
        last = self.unseen[-1] if self.unseen else None
        if last is not None and (last.how, last.before, last.page) == (how, len(self.pieces), page):
            self.unseen[-1] = Unseen(f"{last.text} {text}", how, last.before, page)
        else:
            self.unseen.append(Unseen(text, how, len(self.pieces), page))

    def spend(self, characters: int) -> None:
        self._left -= characters
        if self._left < 0:
            raise Stop("too_much_text", allowed=self._allowed)


def row(cells: list[str]) -> str:
    """A row of a table as one line: `|` separates cells, so it does not occur in one."""
    return " | ".join(tidy(cell).replace(" | ", " / ") for cell in cells)
