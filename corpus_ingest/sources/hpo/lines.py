"""The lines of a raw file with their numbers; text that is not UTF-8 is refused with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from corpus_ingest.source import unparsable


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """(number from 1, line without its end)"""
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                yield number, raw.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise unparsable(path.name, number, "the line is not UTF-8") from None
