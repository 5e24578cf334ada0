"""What a snapshot says of itself: sources, licences, counts, and every file with size and sha256.

The id is the hash of all of it except the date, so a snapshot built twice from the same
material has the same id, and an altered manifest no longer matches its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from retrieval.errors import SnapshotUnreadable

FORMAT = 1  # raised when a snapshot of before can no longer be read
MANIFEST = "manifest.json"
ID_PATTERN = re.compile(r"[0-9a-f]{16}\Z")
# One folder and one plain file name: what a manifest names can never lie outside its directory.
_FILE = re.compile(r"[a-z][a-z_]{0,40}/[a-z][a-z0-9_]{0,60}\.npy\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Where knowledge comes from, in the words that its licence asks for."""

    name: str
    title: str
    version: str
    licence: str
    citation: str
    url: str
    files: Mapping[str, str]  # raw file -> sha256
    note: str = ""


@dataclass(frozen=True, slots=True)
class FileRecord:
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    format: int
    id: str
    created: str  # ISO 8601, UTC; not part of the id
    sources: tuple[SourceRecord, ...]
    counts: Mapping[str, Any]
    files: Mapping[str, FileRecord] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        return sum(record.bytes for record in self.files.values())

    @property
    def citation(self) -> str:
        """One line for the footer and for every result."""
        return " · ".join(f"{source.title} {source.version}: {source.citation}" for source in self.sources)

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def content_id(manifest: Manifest) -> str:
    """The first 64 bits of the sha256 of everything but the id and the date."""
    content = {key: value for key, value in asdict(manifest).items() if key not in {"id", "created"}}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def read_manifest(text: str) -> Manifest:
    """The manifest of this text; every way in which it is no manifest is one error that says so."""
    try:
        raw = json.loads(text)
        if not isinstance(raw["format"], int) or raw["format"] < 1:
            raise ValueError("format")
        if raw["format"] > FORMAT:
            raise SnapshotUnreadable(
                f"{MANIFEST}: this snapshot has format {raw['format']}, and this version of Clew reads up to {FORMAT}.",
                hint="Update Clew, or use a snapshot that was built by this version: manage.py knowledge list.",
            )
        manifest = Manifest(
            format=raw["format"],
            id=str(raw["id"]),
            created=str(raw["created"]),
            sources=tuple(SourceRecord(**source) for source in raw["sources"]),
            counts=dict(raw["counts"]),
            files={_file_name(name): _file_record(record) for name, record in raw["files"].items()},
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SnapshotUnreadable(f"{MANIFEST} is damaged ({type(error).__name__}).", hint=REBUILD) from None
    if content_id(manifest) != manifest.id:
        raise SnapshotUnreadable(f"{MANIFEST} was altered: it does not match its own id.", hint=REBUILD)
    return manifest


REBUILD = "Build it again: manage.py knowledge build."


def _file_name(name: str) -> str:
    if not _FILE.match(name):
        raise ValueError("file name")
    return name


def _file_record(raw: dict[str, Any]) -> FileRecord:
    if not _SHA256.match(raw["sha256"]) or not isinstance(raw["bytes"], int) or raw["bytes"] < 0:
        raise ValueError("file record")
    return FileRecord(raw["sha256"], raw["bytes"])
