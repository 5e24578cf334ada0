"""Plain text and Markdown: paragraphs, headings, lists, tables, code."""

from __future__ import annotations

import re

from corpus_ingest.parsing import kinds
from corpus_ingest.parsing.found import HEADING, LIST, TABLE, Bounds, Found, Outline, row, tidy

_LINES = re.compile(r"\r\n|[\n\r\v\u0085\u2028\u2029]")
_ITEM = re.compile(r"^\s{0,8}(?:[-*+\u2022\u2023\u25e6\u2013]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(\S.*)$")
_UNDERLINE = re.compile(r"^(=|-){3,}\s*$")
_ENDS_SENTENCE = re.compile(r"[.!?;,\u3002\uff01\uff1f]$")
_SHORT = 80  # characters of a line that may be a heading of a plain text


def read_text(text: str, bounds: Bounds) -> Found:
    """Paragraphs are parted by empty lines (or form feeds: pages)."""
    outline = Outline(bounds.characters)
    pages = text.split("\f") if "\f" in text.strip("\f\n\r ") else [text]
    for number, page in enumerate(pages, start=1):
        for lines in _groups(_LINES.split(page)):
            _paragraph(outline, lines, number if len(pages) > 1 else None)
    found = Found(kinds.TEXT, pieces=outline.pieces, unseen=outline.unseen)
    first = outline.pieces[0] if outline.pieces else None
    if first is not None and first.kind == HEADING:
        found.title = first.text
    if len(pages) > 1:
        found.pages = len(pages)
    return found


def _groups(lines: list[str]) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _paragraph(outline: Outline, lines: list[str], page: int | None) -> None:
    if len(lines) >= 2 and _UNDERLINE.match(lines[1]) and len(lines[0]) <= _SHORT:
        outline.heading(1 if lines[1].startswith("=") else 2, lines[0], page)
        lines = lines[2:]
    elif level := _heading_level(lines):
        outline.heading(level, lines[0], page)
        lines = lines[1:]
    if not lines:
        return
    if _ITEM.match(lines[0]):
        outline.add("\n".join(_joined(lines)), LIST, page)
    elif len(lines) > 1 and _ITEM.match(lines[1]):  # "The signs are:" and a list right beneath
        outline.add(lines[0], page=page)
        outline.add("\n".join(_joined(lines[1:])), LIST, page)
    else:
        outline.add(unhyphenated(lines), page=page)


def _heading_level(lines: list[str]) -> int:
    """A short line that stands alone, is numbered like a heading or is all capitals, and does not end a sentence."""
    line = lines[0].strip()
    if len(line) > _SHORT or _ENDS_SENTENCE.search(line) or not any(letter.isalpha() for letter in line):
        return 0
    numbered = _NUMBERED.match(line)
    if numbered and numbered[2][:1].isupper() and len(lines) == 1:
        return min(numbered[1].count(".") + 1, 6)
    if line.isupper() and len(line) > 3 and len(line.split()) <= 10:
        return 1
    if _ITEM.match(line):
        return 0
    if line.endswith(":") and len(lines) > 1 and len(line) <= 60 and not _ITEM.match(lines[1]):
        return 2
    alone = len(lines) == 1 and len(line.split()) <= 10 and not line.endswith(":")
    return 2 if alone and line[:1].isupper() else 0


def _joined(lines: list[str]) -> list[str]:
    """One line an item: what is indented under an item belongs to it."""
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line) or not items:
            items.append(line.strip())
        else:
            items[-1] += " " + line.strip()
    return items


def unhyphenated(lines: list[str]) -> str:
    """The lines as one; a word that was broken at the end of a line is whole again."""
    text = ""
    for line in lines:
        line = line.strip()
        if text.endswith("-") and text[-2:-1].islower() and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text


# --- Markdown ------------------------------------------------------------

_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_RULE = re.compile(r"^\|?(?: *:?-{2,}:? *\|)* *:?-{2,}:? *\|?$")
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\([^)\n]{0,1000}\)")
_LINK = re.compile(r"\[([^\]\n]{1,500})\]\([^)\n]{0,1000}\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,500}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,500}?)(?<=\S)\*(?![\w*])")
_CODE = re.compile(r"`([^`\n]{1,500})`")
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.S)
_MARKUP = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,20}(?:\s[^<>\n]{0,500})?/?>")
_FRONT = re.compile(r"\A---\n(.{0,4000}?)\n---\n", re.S)


def read_markdown(text: str, bounds: Bounds) -> Found:
    outline = Outline(bounds.characters)
    found = Found(kinds.MARKDOWN)
    text = "\n".join(_LINES.split(text))
    if front := _FRONT.match(text):
        found.title = _front_title(front[1])
        text = text[front.end() :]
    for comment in _COMMENT.findall(text):
        outline.hide(comment, "comment")
    _walk(outline, _COMMENT.sub("", text).split("\n"))
    first = next((piece for piece in outline.pieces if piece.kind == HEADING and not piece.section), None)
    found.title = found.title or (first.text if first else "")
    found.pieces, found.unseen = outline.pieces, outline.unseen
    return found


def _front_title(front: str) -> str:
    match = re.search(r"^title:\s*[\"']?(.+?)[\"']?\s*$", front, re.M)
    return tidy(match[1]) if match else ""


def _walk(outline: Outline, lines: list[str]) -> None:
    at = 0
    pending: list[str] = []
    while at < len(lines):
        line = lines[at]
        if fence := _FENCE.match(line):
            _flush(outline, pending)
            end = at + 1
            while end < len(lines) and not lines[end].strip().startswith(fence[1]):
                end += 1
            outline.add("\n".join(lines[at + 1 : end]))
            at = end + 1
        elif heading := _ATX.match(line):
            _flush(outline, pending)
            outline.heading(len(heading[1]), plainly(heading[2]))
            at += 1
        elif pending and _UNDERLINE.match(line) and len(pending) == 1 and not _ITEM.match(pending[0]):
            outline.heading(1 if line.startswith("=") else 2, plainly(pending.pop()))
            at += 1
        elif "|" in line and at + 1 < len(lines) and "-" in lines[at + 1] and _RULE.match(lines[at + 1].strip()):
            _flush(outline, pending)
            at = _table(outline, lines, at)
        elif not line.strip():
            _flush(outline, pending)
            at += 1
        else:
            pending.append(line)
            at += 1
    _flush(outline, pending)


def _flush(outline: Outline, pending: list[str]) -> None:
    if not pending:
        return
    lines = [re.sub(r"^\s{0,3}(?:>\s?)+", "", line) for line in pending]
    pending.clear()
    if _ITEM.match(lines[0]):
        outline.add("\n".join(plainly(item) for item in _joined(lines)), LIST)
    elif len(lines) > 1 and _ITEM.match(lines[1]):
        outline.add(plainly(lines[0]))
        outline.add("\n".join(plainly(item) for item in _joined(lines[1:])), LIST)
    elif not all(re.fullmatch(r"\s*([-*_]\s*){3,}", line) for line in lines):
        outline.add(plainly(unhyphenated(lines)))


def _table(outline: Outline, lines: list[str], at: int) -> int:
    rows = [lines[at]]
    end = at + 2
    while end < len(lines) and "|" in lines[end] and lines[end].strip():
        rows.append(lines[end])
        end += 1
    cells = [[plainly(cell) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in rows]
    outline.add("\n".join(row(one) for one in cells), TABLE)
    return end


def plainly(text: str) -> str:
    """The words without their marks; the address behind a link is not text."""
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\2", _CODE.sub(r"\1", text)))
    return _MARKUP.sub("", text).replace("\\|", "/").replace("\\_", "_").replace("\\*", "*").strip()
