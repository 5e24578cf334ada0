"""Brings a source in: reads the whole of it first, and puts on the shelf only what could be read.

A directory is packed before it is kept, so that what lies on the shelf is always one file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from corpus_ingest import archive, shelf
from corpus_ingest.source import Parsed, SourceUnavailable
from corpus_ingest.sources import BROUGHT, mondo, orphanet
from retrieval.manifest import SourceRecord

_PARTS: Mapping[str, tuple[Callable[[PurePosixPath], bool], archive.Bounds]] = {
    mondo.NAME: (mondo.is_table, mondo.BOUNDS),
    orphanet.NAME: (orphanet.is_entry, orphanet.BOUNDS),
}
HINT = "Name the zip as it is published, or the directory it was unpacked to."
LARGEST = 512 * 1024**2  # bytes of a zip; orphapacket has 13 MB


@dataclass(frozen=True, slots=True)
class Brought:
    kept: shelf.Kept
    record: SourceRecord
    contents: Mapping[str, int]  # what was found in it
    before: bool  # the same content was there already


def bring(kind: str, path: Path) -> Brought:
    """Verifies a zip or a directory by reading all of it, then keeps it in place of the one before."""
    if not path.is_file() and not path.is_dir():
        raise SourceUnavailable(f"There is no file or directory {path.name}.", hint=HINT)
    if path.is_file() and path.stat().st_size > LARGEST:
        raise SourceUnavailable(f"{path.name} is larger than {LARGEST // 1024**2} MB.", hint=HINT)
    source = BROUGHT[kind](path)
    fetched = source.fetch()
    record, parsed = source.describe(fetched), source.parse(fetched)
    known = {one.sha256 for one in shelf.files(kind)}
    content = archive.pack(path, *_PARTS[kind]) if path.is_dir() else path
    kept = shelf.put(kind, content, path.name if path.is_file() else f"{path.resolve().name}.zip", replace=True)
    return Brought(kept, record, _contents(parsed), kept.sha256 in known)


def _contents(parsed: Parsed) -> dict[str, int]:
    counted = {
        "entries": len(parsed.orphanet),
        "findings": sum(row.aspect == "P" for row in parsed.rows),
        "gene links": len(parsed.genes),
        "classes": len(parsed.mondo),
        "exact matches": sum(len(term.exact) for term in parsed.mondo),
    }
    return {name: n for name, n in counted.items() if n}
