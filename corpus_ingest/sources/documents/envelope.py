"""How a document lies on the shelf: a zip of two entries, what was said of it and the file itself, byte for byte.

The same file with the same words is the same zip on any day. It is never unpacked onto the disk.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corpus_ingest import archive
from corpus_ingest.documents import DEFAULT
from corpus_ingest.source import Unparsable
from corpus_ingest.sources.documents.about import About
from retrieval.errors import RetrievalError

FORMAT = 1
_ABOUT, _CONTENT = "about.json", "content"
_BOUNDS = archive.Bounds(entries=2, entry_bytes=DEFAULT.bytes, total_bytes=DEFAULT.bytes + 1024**2)


@dataclass(frozen=True, slots=True)
class Seen:
    """What reading it once has shown; for the list of sources, so that nobody reads it again to name it."""

    title: str
    kind: str
    texts: int
    pages: int | None = None
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Envelope:
    name: str  # of the file, as it was called
    sha256: str  # of the file
    about: About
    seen: Seen


def write(name: str, content: bytes, about: About, seen: Seen) -> bytes:
    said = {
        "format": FORMAT,
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "about": asdict(about),
        "seen": asdict(seen),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        for entry, data in (
            (_ABOUT, json.dumps(said, sort_keys=True, ensure_ascii=False).encode()),
            (_CONTENT, content),
        ):
            packed.writestr(zipfile.ZipInfo(entry), data)  # dated 1980, without owner or mode
    return buffer.getvalue()


def read(path: Path) -> Envelope:
    """What is said of the document, without the document."""
    return _envelope(path, _entry(path, _ABOUT))


def content(path: Path) -> bytes:
    return _entry(path, _CONTENT)


# --- inside --------------------------------------------------------------


def _entry(path: Path, wanted: str) -> bytes:
    found = [data for _, data in archive.read(path, lambda one: one.as_posix() == wanted, _BOUNDS)]
    if len(found) != 1:
        raise _damaged(path)
    return found[0]


def _envelope(path: Path, data: bytes) -> Envelope:
    try:
        said: dict[str, Any] = json.loads(data)
        if said["format"] != FORMAT:
            raise ValueError
        about, seen = said["about"], said["seen"]
        return Envelope(
            name=str(said["name"]),
            sha256=str(said["sha256"]),
            about=About(**(about | {"diseases": tuple(about["diseases"])})),
            seen=Seen(**(seen | {"warnings": tuple(seen["warnings"])})),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, RetrievalError):
        raise _damaged(path) from None


def _damaged(path: Path) -> Unparsable:
    return Unparsable(
        f"{path.name} on the shelf is no document that was brought in.",
        hint="Take it away and bring the document in again: manage.py knowledge add documents FILE.",
    )
