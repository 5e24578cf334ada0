"""Which held texts a person released: CLEW_VAR/sources/released.jsonl, one decision a line.

A file and not only a row, because a build needs neither a database nor Django: the same shelf gives the
same snapshot wherever it is built. Decisions are only ever added; the last one about a text counts.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus_ingest import shelf

NAME = "released.jsonl"


def ids() -> frozenset[str]:
    """The texts that may pass although screening would hold them."""
    return frozenset(name for name, said in decisions().items() if said["released"])


def decisions() -> dict[str, Mapping[str, Any]]:
    """The last decision about each text. A line that cannot be read releases nothing."""
    found: dict[str, Mapping[str, Any]] = {}
    try:
        text = _path().read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return found
    for line in text.splitlines():
        try:
            said = json.loads(line)
            if isinstance(said["id"], str) and isinstance(said["released"], bool):
                found[said["id"]] = said
        except (ValueError, KeyError, TypeError):
            continue
    return found


def decide(text_id: str, *, released: bool, by: str, why: str) -> None:
    """Adds a decision; it is on the disk when this returns."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    said = {"id": text_id, "released": released, "by": by, "why": why, "at": datetime.now(UTC).isoformat()}
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if file.tell() and not _ends_with_newline(file.name):  # a killed process left half a line
            file.write(b"\n")
        file.write((json.dumps(said, ensure_ascii=False) + "\n").encode())
        file.flush()
        os.fsync(file.fileno())


def _ends_with_newline(name: Any) -> bool:
    with Path(name).open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _path() -> Path:
    return shelf.root() / NAME
