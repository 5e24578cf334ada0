"""Every way in which a file is not read, with the sentence for the person who brought it and what helps.

No sentence quotes the file. The log gets the code alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from retrieval.errors import RetrievalError


class Unreadable(RetrievalError):
    """The file was not read; `code` says why."""

    code = "document.unreadable"

    def __init__(self, message: str, *, code: str, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class State:
    code: str
    message: str
    hint: str
    retryable: bool = False


_EXPORT = "Export it again from the program that made it, or save it as PDF/A or plain text."
STATES: Mapping[str, State] = {
    "empty": State(
        code="document.empty", message="The file holds nothing.", hint="Check that the right file was chosen."
    ),
    "unknown_type": State(
        code="document.unknown_type",
        message="The file is {what}, which is not read here.",
        hint="PDF, DOCX, HTML, Markdown, plain text, JSONL, JSON and CSV are read; the content counts, not the name.",
    ),
    "encrypted": State(
        code="document.encrypted",
        message="The file is protected by a password.",
        hint="Save it without a password and bring that one.",
    ),
    "damaged": State(
        code="document.damaged",
        message="The file is cut short or damaged{what}.",
        hint=_EXPORT,
    ),
    "too_large": State(
        code="document.too_large",
        message="The file is larger than {allowed} MB.",
        hint="Split it, or save it with smaller pictures.",
    ),
    "too_much_text": State(
        code="document.too_much_text",
        message="The file holds more than {allowed} characters of text.",
        hint="Split it into parts.",
    ),
    "too_many_pages": State(
        code="document.too_many_pages",
        message="The file has {pages} pages, and {allowed} are read at most.",
        hint="Split it into parts, for instance one a chapter.",
    ),
    "too_many_records": State(
        code="document.too_many_records",
        message="The file has more than {allowed} records.",
        hint="Split it into parts.",
    ),
    "bomb": State(
        code="document.bomb",
        message="What is packed inside the file is larger than any honest file: it was refused before it was unpacked.",
        hint="Do not open it elsewhere. Ask whoever sent it, and get it from its first source.",
    ),
    "too_deep": State(
        code="document.too_deep",
        message="The file is nested deeper than any honest file.",
        hint=_EXPORT,
    ),
    "external": State(
        code="document.external",
        message="The file declares entities or asks for content from elsewhere, which no word processor does.",
        hint=_EXPORT,
    ),
    "timeout": State(
        code="document.timeout",
        message="Reading the file took longer than {seconds} seconds and was stopped.",
        hint="Split it, or export it again in a simpler form.",
        retryable=True,
    ),
    "memory": State(
        code="document.memory",
        message="Reading the file took more memory than is allowed and was stopped.",
        hint="Split it, or export it again in a simpler form.",
    ),
    "no_text": State(
        code="document.no_text",
        message="The file holds pictures of text, and no text.",
        hint="Install tesseract (apt-get install tesseract-ocr, brew install tesseract) to have it recognised, "
        "or bring a version with text.",
    ),
    "nothing_recognised": State(
        code="document.nothing_recognised",
        message="No words were recognised in the picture.",
        hint="Scan it again, upright and at 300 dots per inch, or bring a version with text.",
    ),
    "column": State(
        code="document.column",
        message="The table has no column “{column}”; it has: {header}.",
        hint="Name the columns as the first line of the table does.",
    ),
    "no_records": State(
        code="document.no_records",
        message="No record of the file has a text.",
        hint="JSONL needs one object a line with “text”; a table needs a column that is named as the text.",
    ),
    "no_reader": State(
        code="document.no_reader",
        message="The package that reads PDF (pypdfium2) is not installed.",
        hint="Install the requirements again: ./run does it.",
    ),
    "disk_full": State(
        code="document.disk_full",
        message="There is no room left on the disk; nothing was kept.",
        hint="Free some space and try again.",
        retryable=True,
    ),
    "crashed": State(
        code="document.crashed",
        message="The process that reads the file ended unexpectedly. Nothing else was harmed.",
        hint=_EXPORT,
    ),
}

_WHAT = {
    "binary": "binary data of an unknown kind",
    "packed": "an archive",
    "program": "a program",
    "rtf": "RTF",
    "old_office": "in an old format of Office",
    "office": "a spreadsheet, a presentation or an OpenDocument file",
    "xml": "XML of an unknown kind",
}


def unreadable(state: str, detail: Mapping[str, Any] | None = None) -> Unreadable:
    """The error for a state; a state that is not known here is a crash."""
    known = STATES.get(state, STATES["crashed"])
    words = {name: _shown(value) for name, value in (detail or {}).items()}
    if state == "unknown_type":
        words["what"] = _WHAT.get(words.get("what", ""), _WHAT["binary"])
    elif state == "damaged":
        words["what"] = {"zip": ": it cannot be unpacked", "pages": ": no page can be opened"}.get(
            words.get("what", ""), ""
        )
    message = known.message.format_map(_Named(words))
    return Unreadable(message, code=known.code, hint=known.hint, retryable=known.retryable)


def _shown(value: Any) -> str:
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else str(value)[:300]


class _Named(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"
