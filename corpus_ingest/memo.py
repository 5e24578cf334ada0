"""Remembers which snapshot was made from which material, so that building again is quick.

Only a shortcut: without its notes everything is built again, with the same result.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

import corpus_ingest
import retrieval
from corpus_ingest import publish
from retrieval.manifest import SourceRecord

_NOTES = ".builds"


def fingerprint(sources: Iterable[SourceRecord]) -> str:
    """Of the raw material, and of the code that turns it into arrays."""
    whole = hashlib.sha256(repr((tuple(sources), np.__version__)).encode())
    for package in (retrieval, corpus_ingest):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*.py")):
            whole.update(f"{path.relative_to(root.parent).as_posix()}\0".encode())
            whole.update(path.read_bytes())
    return whole.hexdigest()[:32]


def recall(knowledge_dir: Path, key: str) -> str | None:
    """The snapshot made from this material, if it is still there."""
    try:
        name = (knowledge_dir / _NOTES / key).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if name in publish.finished(knowledge_dir) else None


def remember(knowledge_dir: Path, key: str, snapshot_id: str) -> None:
    """Notes of snapshots that are gone are forgotten on the way."""
    folder = knowledge_dir / _NOTES
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        if recall(knowledge_dir, old.name) is None:
            old.unlink()
    note = folder / f".{key}.{os.getpid()}"
    note.write_text(f"{snapshot_id}\n", encoding="ascii")
    note.replace(folder / key)
