"""The lines of a raw file with their numbers; text that is not UTF-8 is refused with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corpus_ingest.source import unparsable

if TYPE_CHECKING:
    from corpus_ingest.sources.hpo.brought import Entry

    Raw = Path | Entry


def numbered_lines(raw: Raw) -> Iterator[tuple[int, str]]:
    """(number from 1, line without its end)"""
    with raw.open("rb") if isinstance(raw, Path) else raw.open() as file:
        for number, line in enumerate(file, start=1):
            try:
                yield number, line.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise unparsable(raw.name, number, "the line is not UTF-8") from None
