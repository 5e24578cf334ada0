"""From lines with a place and a size to headings, paragraphs and lists."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus_ingest.parsing.found import HEADING, LIST, PARAGRAPH, Bounds, Found, Outline, Unseen
from corpus_ingest.parsing.plain import unhyphenated

_BULLET = re.compile(r"^(?:[-*\u2022\u2023\u25cf\u25aa\u25e6\u2013\uf0b7]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S")
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"(?:page|seite|p\.)?\s*\d{1,4}(?:\s*(?:/|of|von)\s*\d{1,4})?\Z", re.I)
_SENTENCE_END = re.compile(r"[.!?:;\u3002][)\]\"'\u201d\u2019]*\s*(?:\[[\d,\s\u2013-]+\])?\Z")
_LARGER = 1.12  # times the size of the body
_LONGEST = 200  # characters of a heading in large letters
_EDGE = 0.04  # of the height that is printed: where headers and footers stand


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    page: int
    x: float
    y: float  # of the base line; grows upwards
    end: float  # where it ends, to the right
    size: float  # points; 0 where it is not known
    bold: bool


def compose(lines: Sequence[Line], pages: int, bounds: Bounds, found: Found) -> None:
    """Fills the pieces of `found`, its title (the largest heading of the first page), and where hidden text stood."""
    lines = _without_furniture([line for line in lines if line.text], pages, found)
    body = _body_size(lines)
    levels = _levels(lines, body)
    outline = Outline(bounds.characters)
    starts: dict[int, int] = {}
    group: list[Line] = []
    step = _step(lines)
    for line in lines:
        if group and not _belongs(group, line, body, step):
            _put(outline, group, body, levels)
            group = []
        if line.page not in starts:
            starts[line.page] = len(outline.pieces)
        group.append(line)
    if group:
        _put(outline, group, body, levels)
    found.pieces = outline.pieces
    found.unseen = [
        Unseen(one.text, one.how, starts.get(one.page or 0, len(outline.pieces)), one.page) for one in found.unseen
    ]
    first = next((piece for piece in outline.pieces if piece.kind == HEADING and piece.page == 1), None)
    found.title = first.text if first else ""


def _without_furniture(lines: list[Line], pages: int, found: Found) -> list[Line]:
    """Without what is repeated at the edge of most pages, and without page numbers."""
    by_page: dict[int, list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        by_page[line.page].append(at)
    edges = _edges(lines)
    repeated: Counter[str] = Counter()
    if pages >= 4:
        for places in by_page.values():
            repeated.update({_masked(lines[at]) for at in places if at in edges})
    often = {text for text, count in repeated.items() if count >= max(3, pages * 0.4)}
    ends = {at for places in by_page.values() for at in (places[0], places[-1])}
    gone = {at for at in edges if _masked(lines[at]) in often and len(lines[at].text) < 150}
    gone |= {at for at in ends if pages > 1 and _PAGE_NUMBER.match(lines[at].text)}
    if often:
        found.warnings.append("Headers and footers that repeat on the pages were left out.")
    return [line for at, line in enumerate(lines) if at not in gone]


def _edges(lines: Sequence[Line]) -> set[int]:
    """The lines in the outermost strips of what is printed at all."""
    if not lines:
        return set()
    top, bottom = max(line.y for line in lines), min(line.y for line in lines)
    strip = (top - bottom) * _EDGE
    return {at for at, line in enumerate(lines) if line.y > top - strip or line.y < bottom + strip}


def _masked(line: Line) -> str:
    return _NUMBER.sub("#", line.text.lower())


def _body_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _step(lines: Sequence[Line]) -> float:
    """The usual distance from one line to the next."""
    gaps = Counter(
        round(above.y - below.y, 0)
        for above, below in pairwise(lines)
        if above.page == below.page and 2 < above.y - below.y < 60
    )
    if not gaps:
        return 14.0
    # Of the distances that are frequent, the smallest: paragraphs of one line make the larger ones frequent too.
    often = max(gaps.values()) * 0.3
    return min(gap for gap, count in gaps.items() if count >= often)


def _levels(lines: Sequence[Line], body: float) -> dict[float, int]:
    sizes = sorted({line.size for line in lines if _is_larger(line, body)}, reverse=True)
    return {size: min(place, 4) for place, size in enumerate(sizes, start=1)}


def _is_larger(line: Line, body: float) -> bool:
    return bool(body) and line.size >= body * _LARGER and any(letter.isalpha() for letter in line.text)


def _is_bold_heading(line: Line, body: float) -> bool:
    return (
        line.bold and abs(line.size - body) < body * _LARGER and len(line.text) <= 90
        and line.text[:1].isalnum() and not _SENTENCE_END.search(line.text)
        and any(letter.isalpha() for letter in line.text)
    )  # fmt: skip


def _belongs(group: list[Line], line: Line, body: float, step: float) -> bool:
    """Whether a line goes on with what stands in the group."""
    last = group[-1]
    for kind in (_is_larger, _is_bold_heading):
        if kind(last, body) != kind(line, body):
            return False
    if _is_larger(line, body) and last.size != line.size:
        return False
    if last.page != line.page:
        return _goes_on(last, line)
    if _BULLET.match(group[0].text) and _BULLET.match(line.text):
        return last.y - line.y <= step * 2.2
    if _BULLET.match(line.text):
        return False
    gap = last.y - line.y
    if gap < -step or gap > max(step * 1.45, line.size * 1.3 if _is_larger(line, body) else 0.0):
        return gap < -step and _goes_on(last, line)  # the next column
    indented = line.x > last.x + 6 and not _BULLET.match(group[0].text) and len(group) > 1
    return not (indented and _SENTENCE_END.search(last.text))


def _goes_on(last: Line, line: Line) -> bool:
    return not _SENTENCE_END.search(last.text) and (line.text[:1].islower() or last.text.endswith(("-", ",")))


def _put(outline: Outline, group: list[Line], body: float, levels: dict[float, int]) -> None:
    text, page = unhyphenated([line.text for line in group]), group[0].page
    if _is_larger(group[0], body) and len(text) <= _LONGEST:
        outline.heading(levels[group[0].size], text, page)
    elif _is_bold_heading(group[0], body) and len(group) <= 2 and len(text) <= _LONGEST:
        outline.heading(5, text, page)
    elif _BULLET.match(group[0].text):
        outline.add("\n".join(_items(group)), LIST, page)
    else:
        outline.add(text, PARAGRAPH, page)


def _items(group: list[Line]) -> list[str]:
    items: list[list[str]] = []
    for line in group:
        if _BULLET.match(line.text) or not items:
            items.append([re.sub(r"^[\u2022\u2023\u25cf\u25aa\u25e6\uf0b7*]\s+", "- ", line.text)])
        else:
            items[-1].append(line.text)
    return [unhyphenated(item) for item in items]
