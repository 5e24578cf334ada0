"""Results of the stages on texts, kept by content: what was done once for the same input and code is read back.

One file a result, under CLEW_VAR/ingest/<stage>/<key>.jsonl; written beside, synced, renamed when whole,
its first line the hash of the rest. Whatever is damaged counts as not there. A cache: it may be deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
KEPT = 60 * 24 * 60 * 60  # seconds a result stays that no build has asked for
_DRAFT = ".draft-"
_DAY = 24 * 60 * 60  # seconds


class Finished:
    """The results under one folder; without a folder nothing is kept and nothing is found."""

    def __init__(self, root: Path | None) -> None:
        self._root = root

    def get(self, stage: str, key: str) -> list[dict[str, Any]] | None:
        """The rows of a result, or None. Asking keeps it for another while."""
        if self._root is None:
            return None
        path = self._root / stage / f"{key}.jsonl"
        try:
            digest, _, body = path.read_bytes().partition(b"\n")
            if hashlib.sha256(body).hexdigest().encode() != digest:
                return None
            rows = [json.loads(line) for line in body.splitlines()]
        except (OSError, ValueError):
            return None
        with suppress(OSError):
            os.utime(path)
        return rows

    def put(self, stage: str, key: str, rows: Iterable[Row]) -> None:
        """Keeps a result; it is on the disk when this returns, or not there at all."""
        if self._root is None:
            return
        body = b"".join(_line(row) for row in rows)
        folder = self._root / stage
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write(folder / f"{key}.jsonl", hashlib.sha256(body).hexdigest().encode() + b"\n" + body)

    def forget_old(self) -> int:
        """Removes what no build has asked for in two months, and what a killed process left."""
        gone, now = 0, time.time()
        for path in self._root.glob("*/*") if self._root and self._root.is_dir() else ():
            with suppress(OSError):
                age = now - path.stat().st_mtime
                if age > KEPT or (age > _DAY and path.name.startswith(_DRAFT)):  # a younger one may be being written
                    path.unlink()
                    gone += 1
        return gone


def write(path: Path, content: bytes) -> None:
    """The one door through which results reach the disk."""
    handle, draft = tempfile.mkstemp(prefix=_DRAFT, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError:  # a full disk: what was written so far is given back
        Path(draft).unlink(missing_ok=True)
        raise


def key_of(*parts: str) -> str:
    """One name for an input: hashes, names and the version of the code that reads them."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def rows_digest(rows: Sequence[Row]) -> str:
    whole = hashlib.sha256()
    for row in rows:
        whole.update(_line(row))
    return whole.hexdigest()


def _line(row: Row) -> bytes:
    return json.dumps(row, separators=(",", ":"), sort_keys=True).encode() + b"\n"  # ASCII: lone surrogates stay
