"""Files that were received and not read yet: CLEW_VAR/incoming/<sha256>--<name>, until an ingestion shelves them.

Nothing here is trusted: not the name, not the type, not the content. A file is written under another
name and renamed when it is whole; one that is larger than allowed is refused while it arrives.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from corpus_ingest.errors import IncomingMissing, IngestionError

LARGEST = 512 * 1024**2  # bytes
KEPT = 7 * 24 * 60 * 60  # seconds a file waits for its ingestion
_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_UNFINISHED = ".receiving-"


class TooLarge(IngestionError):
    """More bytes than one file may have; nothing was kept."""

    code = "ingest.too_large"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file as an ingestion wants it; `about` is what the person said of it (title, licence, url, ...)."""

    kind: str
    name: str
    sha256: str
    bytes: int
    about: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "about": dict(self.about)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Incoming:
        return cls(
            str(said["kind"]),
            str(said["name"]),
            str(said["sha256"]),
            int(said["bytes"]),
            dict(said.get("about", {})),
        )

    @property
    def path(self) -> Path:
        """Where it lies; IncomingMissing if it does not."""
        path = folder() / f"{self.sha256}--{plain(self.name)}"
        if not _SHA256.match(self.sha256) or not path.is_file():
            raise IncomingMissing(f"The file {plain(self.name)} is no longer there.", hint="Upload it again.")
        return path


def receive(
    kind: str,
    chunks: Iterable[bytes],
    name: str,
    *,
    about: Mapping[str, Any] | None = None,
    largest: int = LARGEST,
) -> Incoming:
    """Keeps what arrives, under its content's name; TooLarge ends it early and leaves nothing."""
    target = folder()
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    tidy()
    handle, draft = tempfile.mkstemp(prefix=_UNFINISHED, dir=target)
    try:
        whole, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > largest:
                    raise TooLarge(
                        f"{plain(name)} is larger than {largest // 1024**2} MB.",
                        hint="Split it, or give its path to manage.py knowledge ingest at the machine.",
                    )
                whole.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        received = Incoming(kind, plain(name), whole.hexdigest(), size, dict(about or {}))
        Path(draft).replace(target / f"{received.sha256}--{received.name}")
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return received


def discard(one: Incoming) -> None:
    """After it was shelved or refused. Nothing happens if it is gone already."""
    if _SHA256.match(one.sha256):
        (folder() / f"{one.sha256}--{plain(one.name)}").unlink(missing_ok=True)


def tidy() -> None:
    """Removes what nobody fetched within a week."""
    if folder().is_dir():
        for path in folder().iterdir():
            with suppress(FileNotFoundError):  # another process takes away too
                if path.is_file() and time.time() - path.stat().st_mtime > KEPT:
                    path.unlink()


def folder() -> Path:
    return Path(settings.VAR_DIR) / "incoming"


def plain(name: str) -> str:
    """A file name that is one everywhere: no folder, no odd character, not hidden."""
    return _ODD.sub("_", Path(name).name).lstrip(".")[-100:] or "file"
