"""What came out of a file, in the words of the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from corpus_ingest.documents import process
from corpus_ingest.documents.limits import DEFAULT, Limits
from corpus_ingest.documents.tables import tables_with_headers
from corpus_ingest.documents.unreadable import unreadable
from retrieval.passages.document import Block, BlockKind, Unseen

_PLURAL = frozenset({"jsonl", "json", "csv"})


@dataclass(frozen=True, slots=True)
class ReadText:
    title: str
    blocks: tuple[Block, ...]
    language: str  # BCP 47, guessed where the file does not say; "und" where it is not clear
    kind: str  # pdf, docx, html, markdown, text, jsonl, json, csv, image
    pages: int | None = None
    warnings: tuple[str, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    # What a record (a line of JSONL, a row of a table) says of itself.
    key: str = ""
    url: str = ""
    licence: str = ""
    date: str = ""
    diseases: tuple[str, ...] = ()


def read(content: bytes, name: str, limits: Limits = DEFAULT) -> ReadText:
    """The text of one file. Records of JSONL or JSON follow each other, each under its title."""
    texts = read_all(content, name, limits)
    if len(texts) == 1:
        return texts[0]
    blocks: list[Block] = []
    unseen: list[Unseen] = []
    for text in texts:
        unseen.extend(Unseen(one.text, one.how, one.before + len(blocks), one.page) for one in text.unseen)
        if text.title:
            blocks.append(Block(text.title, kind=BlockKind.HEADING))
        above = (text.title,) if text.title else ()
        blocks.extend(Block(one.text, (*above, *one.section), one.kind, one.page) for one in text.blocks)
    first = texts[0]
    return ReadText(_stem(name), tuple(blocks), first.language, first.kind, None, first.warnings, tuple(unseen))


def read_all(
    content: bytes, name: str, limits: Limits = DEFAULT, columns: Mapping[str, str] | None = None
) -> tuple[ReadText, ...]:
    """The texts of one file: several for JSONL, JSON and a table whose columns are named.

    `columns` maps a column's heading to one of text, title, key, url, diseases, language, date, licence.
    """
    found = process.run(content, limits, columns)
    try:
        records = found["records"]
        warnings = (*_names(found["warnings"]), *_misnamed(name, found["kind"]))
        if not records:
            return (_text(found, name, warnings),)
        return tuple(_text(one, name, warnings if at == 0 else ()) for at, one in enumerate(records))
    except (KeyError, TypeError, ValueError):
        raise unreadable("crashed") from None


def _text(found: Mapping[str, Any], name: str, warnings: tuple[str, ...]) -> ReadText:
    about = found["about"]
    pieces = [
        Block(str(one["text"]), _names(one["section"]), BlockKind(one["kind"]), one["page"]) for one in found["pieces"]
    ]
    key = str(about.get("key", ""))
    blocks, moved = tables_with_headers(pieces)
    return ReadText(
        title=str(found["title"]) or (f"{_stem(name)}, {key}" if key else _stem(name)),
        blocks=blocks,
        language=str(found["language"]) or "und",
        kind=str(found["kind"]),
        pages=found["pages"],
        warnings=warnings,
        unseen=tuple(Unseen(one["text"], one["how"], moved[one["before"]], one["page"]) for one in found["unseen"]),
        key=key,
        url=str(about.get("url", "")),
        licence=str(about.get("licence", "")),
        date=str(about.get("date", "")),
        diseases=_names(about.get("diseases", ())),
    )


def _names(values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def _stem(name: str) -> str:
    """The file's own name without folder and ending, for a title where the file has none."""
    return PurePosixPath(name.replace("\\", "/")).stem.strip()[:200] or "Untitled"


_ENDINGS = {
    "pdf": {"pdf"},
    "docx": {"docx", "docm"},
    "html": {"html", "htm", "xhtml"},
    "image": {"png", "jpg", "jpeg", "tif", "tiff", "gif", "bmp", "webp"},
}


def _misnamed(name: str, kind: str) -> tuple[str, ...]:
    """Said where the name promises another kind of file; the content was believed."""
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    promised = next((one for one, endings in _ENDINGS.items() if ending in endings), None)
    if promised is None or promised == kind:
        return ()
    return (f"The name ends in .{ending}, the content is {kind}; it was read as {kind}.",)
