"""Writes a snapshot so that nobody ever sees half of one, and says which one is in use.

Files are written and synced in a directory beside the finished ones, the manifest last, and the
directory is then renamed. Readers see the old state or the new one. One build writes at a time;
the lock is the kernel's, so a killed build leaves no lock behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import numpy as np

from retrieval.errors import SnapshotMissing
from retrieval.manifest import FORMAT, ID_PATTERN, MANIFEST, FileRecord, Manifest, SourceRecord, content_id
from retrieval.snapshot import verify_snapshot

POINTER = "current"
_UNFINISHED = ".building-"
_POINTER_DRAFT = ".pointer-"
_LOOK = 0.5  # seconds between two looks at a lock that another build holds


@contextmanager
def build_lock(
    knowledge_dir: Path, waiting: AbstractContextManager[None] | None = None, check: Callable[[], None] | None = None
) -> Iterator[None]:
    """Held by the one build that may write; another build waits. Rubbish of killed builds is removed.

    Who waits is asked now and then whether it still wants to: `check` ends the waiting by raising.
    """
    knowledge_dir.mkdir(parents=True, exist_ok=True)
    with (knowledge_dir / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with waiting or nullcontext():
                _wait(lock, check)
        _remove_rubbish(knowledge_dir)
        yield


def _wait(lock: IO[str], check: Callable[[], None] | None) -> None:
    if check is None:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return
    while True:
        check()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(_LOOK)


def _remove_rubbish(knowledge_dir: Path) -> None:
    for pattern in (f"{_UNFINISHED}*", f"{_POINTER_DRAFT}*"):
        for left in knowledge_dir.glob(pattern):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def write_snapshot(
    knowledge_dir: Path,
    parts: Mapping[str, Mapping[str, np.ndarray]],
    sources: tuple[SourceRecord, ...],
    counts: Mapping[str, object],
) -> str:
    """Writes the parts as a finished snapshot and returns its id. Call with the build lock held."""
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=knowledge_dir))
    try:
        manifest = _fill(unfinished, parts, sources, counts)
        _put(unfinished, knowledge_dir / manifest.id)
    except OSError:  # a full disk: what was written so far is given back
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return manifest.id


def _fill(
    unfinished: Path,
    parts: Mapping[str, Mapping[str, np.ndarray]],
    sources: tuple[SourceRecord, ...],
    counts: Mapping[str, object],
) -> Manifest:
    """Writes and syncs every file, the manifest last."""
    files = {}
    for part, arrays in sorted(parts.items()):
        (unfinished / part).mkdir()
        for name, array in sorted(arrays.items()):
            files[f"{part}/{name}.npy"] = _write(unfinished / part / f"{name}.npy", _npy(array))
        _sync(unfinished / part)
    manifest = Manifest(FORMAT, "", datetime.now(UTC).isoformat(timespec="seconds"), sources, counts, files)
    manifest = replace(manifest, id=content_id(manifest))
    _write(unfinished / MANIFEST, manifest.as_json().encode("utf-8"))
    unfinished.chmod(0o755)
    _sync(unfinished)
    return manifest


def _put(unfinished: Path, final: Path) -> None:
    """Gives the finished directory its name. The same content may be there already: if whole, it stays."""
    if final.exists():
        if not verify_snapshot(final):
            shutil.rmtree(unfinished)
            return
        final.rename(unfinished.with_name(f"{unfinished.name}-damaged"))
    unfinished.rename(final)
    _sync(final.parent)
    shutil.rmtree(unfinished.with_name(f"{unfinished.name}-damaged"), ignore_errors=True)


def use(knowledge_dir: Path, snapshot_id: str) -> None:
    """Points at the snapshot in use, in one step."""
    handle, name = tempfile.mkstemp(prefix=_POINTER_DRAFT, dir=knowledge_dir)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{snapshot_id}\n")
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(0o644)
    Path(name).replace(knowledge_dir / POINTER)
    _sync(knowledge_dir)


def in_use(knowledge_dir: Path) -> str | None:
    """The id that the pointer names, or None when there is no pointer."""
    try:
        text = (knowledge_dir / POINTER).read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        text = ""
    if not ID_PATTERN.match(text):
        raise SnapshotMissing(
            f"The file {POINTER} in the knowledge directory names no snapshot.",
            hint="Name one: manage.py knowledge use ID, or build one: manage.py knowledge build.",
        )
    return text


def something_in_use(knowledge_dir: Path) -> bool:
    """Whether the pointer names a snapshot that is there."""
    try:
        return in_use(knowledge_dir) in finished(knowledge_dir)
    except SnapshotMissing:
        return False


def finished(knowledge_dir: Path) -> list[str]:
    """Ids of the snapshots in the directory, whole or damaged, in order of id."""
    if not knowledge_dir.is_dir():
        return []
    return sorted(path.name for path in knowledge_dir.iterdir() if ID_PATTERN.match(path.name) and path.is_dir())


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> FileRecord:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return FileRecord(hashlib.sha256(content).hexdigest(), len(content))


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
