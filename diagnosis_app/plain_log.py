"""Log lines that hold no patient text: of an error its type and the places in the code, never its words.

The message of an exception may repeat what failed: a database quotes the row, a parser the text.
"""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

_Info = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
DEEPEST = 10  # errors that led to one another


class PlainFormatter(logging.Formatter):
    def formatException(self, ei: _Info) -> str:
        return "\n".join(_said(ei[1])) if ei[1] is not None else ""

    def format(self, record: logging.LogRecord) -> str:
        # Another handler may have left its own rendering, words included.
        kept, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = kept


def _said(error: BaseException | None) -> list[str]:
    lines: list[str] = []
    while error is not None and len(lines) < DEEPEST:
        lines.append(f"  {type(error).__name__} at {_places(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _places(error: BaseException) -> str:
    """The innermost place first."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    return " <- ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames) or "no place"


def _short(path: str) -> str:
    for folder in sorted(sys.path, key=len, reverse=True):
        if folder and path.startswith(f"{folder}/"):
            return path[len(folder) + 1 :]
    return path.rsplit("/", 1)[-1]
