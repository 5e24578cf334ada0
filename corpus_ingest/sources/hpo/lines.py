"""The lines of a raw file with their numbers; text that is not UTF-8 is refused with its line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from corpus_ingest.source import unparsable


@dataclass(frozen=True, slots=True)
class Entry:
    """One file out of a release, read as if it lay on the disk."""

    name: str
    content: bytes


Raw: TypeAlias = Path | Entry


def opened(raw: Raw) -> BinaryIO:
    return raw.open("rb") if isinstance(raw, Path) else io.BytesIO(raw.content)


def numbered_lines(raw: Raw) -> Iterator[tuple[int, str]]:
    """(number from 1, line without its end)"""
    with opened(raw) as file:
        for number, line in enumerate(file, start=1):
            try:
                yield number, line.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise unparsable(raw.name, number, "the line is not UTF-8") from None
