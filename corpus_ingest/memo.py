"""Remembers which snapshot was made from which material, so that building again is quick.

Only a shortcut: without its notes everything is built again, with the same result.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np

import corpus_ingest
from corpus_ingest import publish
from retrieval.manifest import SourceRecord

_NOTES = ".builds"
_ROOT = Path(corpus_ingest.__path__[0]).parent


def fingerprint(sources: Iterable[SourceRecord], released: Collection[str] = ()) -> str:
    """Of the raw material, of what was released from it, and of the code that turns it into arrays."""
    decided = sorted(released)
    material = (tuple(sources), np.__version__, *([decided] if decided else []))
    return hashlib.sha256(repr(material).encode() + code("retrieval", "corpus_ingest").encode()).hexdigest()[:32]


@functools.cache
def code(*patterns: str) -> str:
    """One hash of the Python files that these patterns name, in folders also of those below. Read once a process."""
    whole = hashlib.sha256()
    found = {file for pattern in patterns for path in _ROOT.glob(pattern) for file in _files(path)}
    for path in sorted(found):
        whole.update(f"{path.relative_to(_ROOT).as_posix()}\0".encode())
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


def _files(path: Path) -> Iterable[Path]:
    return path.rglob("*.py") if path.is_dir() else (path,)
