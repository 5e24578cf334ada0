"""The raw files that an administrator brought in, kept by content under CLEW_VAR/sources/<kind>/.

A file is copied in whole, synced and then named `<sha256>--<name>`, so that nobody ever reads
half of one, the same content is kept once, and a change on the disk is noticed. The shelf does not
read what it keeps: whoever puts a file here has parsed it first.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from retrieval.errors import RetrievalError

_KIND = re.compile(r"[a-z][a-z_]{0,40}\Z")
_KEPT = re.compile(r"([0-9a-f]{64})--(.{1,120})\Z")
_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_UNFINISHED = ".unfinished-"
_BLOCK = 1024 * 1024  # bytes
_DAY = 24 * 60 * 60  # seconds


class ShelfProblem(RetrievalError):
    """What lies on the shelf is not what was put there."""

    code = "knowledge.shelf"


@dataclass(frozen=True, slots=True)
class Kept:
    """One file on the shelf."""

    kind: str
    name: str  # as it was called when it was brought in, odd characters replaced
    sha256: str
    path: Path

    @property
    def bytes(self) -> int:
        return self.path.stat().st_size


def put(kind: str, content: Path | bytes, name: str, *, replace: bool = False) -> Kept:
    """Keeps the file; `replace` takes away what else lies there of this kind, after it is safe."""
    folder = folder_of(kind)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _forget_unfinished(folder)
    with _draft(folder) as (file, draft):
        sha256 = _copy(content, file)
    same = next((one for one in files(kind) if one.sha256 == sha256), None)
    if same is None:
        path = folder / f"{sha256}--{_plain(name)}"
        draft.replace(path)
        same = Kept(kind, _plain(name), sha256, path)
    else:
        draft.replace(same.path)  # the same bytes, freshly written: what was damaged is whole again
    _sync(folder)
    if replace:
        for other in files(kind):
            if other.sha256 != sha256:
                other.path.unlink(missing_ok=True)
        _sync(folder)
    return same


@contextmanager
def draft(kind: str, content: bytes) -> Iterator[Path]:
    """A file with this content that is not on the shelf, to be read before it is kept; it goes afterwards."""
    folder = folder_of(kind)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _forget_unfinished(folder)
    with _draft(folder) as (file, path):
        file.write(content)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def files(kind: str) -> tuple[Kept, ...]:
    """What is kept of a kind, in order of content."""
    folder = folder_of(kind)
    if not folder.is_dir():
        return ()
    found = []
    for path in sorted(folder.iterdir()):
        match = _KEPT.match(path.name)
        if match and path.is_file() and not path.is_symlink():
            found.append(Kept(kind, match[2], match[1], path))
    return tuple(found)


def kinds() -> tuple[str, ...]:
    """The kinds of which something is kept."""
    folder = root()
    names = sorted(path.name for path in folder.iterdir() if _KIND.match(path.name)) if folder.is_dir() else []
    return tuple(name for name in names if files(name))


def remove(kind: str, sha256: str | None = None) -> int:
    """Takes files off the shelf, all of a kind or the one of this content; says how many."""
    gone = [one for one in files(kind) if sha256 in (None, one.sha256)]
    for one in gone:
        one.path.unlink(missing_ok=True)
    if gone:
        _sync(folder_of(kind))
    return len(gone)


def checked(one: Kept) -> Path:
    """The path of a kept file whose bytes are still those that were put there."""
    with one.path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != one.sha256:
            raise ShelfProblem(
                f"The file {one.name} ({one.kind}) on the shelf was altered.",
                hint=f"Bring it in again, or take it away: manage.py knowledge remove {one.kind}.",
            )
    return one.path


def folder_of(kind: str) -> Path:
    """Where the files of a kind lie, whether there are any or not."""
    if not _KIND.match(kind):
        raise ShelfProblem("A kind of source is one lower-case word.", hint="See manage.py knowledge add --help.")
    return root() / kind


def root() -> Path:
    """Where the shelf is."""
    from django.conf import settings  # only here: a build from named sources needs no settings

    return Path(settings.VAR_DIR) / "sources"


# --- inside --------------------------------------------------------------


def _plain(name: str) -> str:
    """A file name that is one everywhere: no folder, no odd character, not hidden."""
    return _ODD.sub("_", Path(name).name).lstrip(".")[-100:] or "file"


@contextmanager
def _draft(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file that is not on the shelf yet; it goes away if writing it fails."""
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, Path(name)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _forget_unfinished(folder: Path) -> None:
    """What a killed process left goes after a day; a file that is being written now stays."""
    for left in folder.glob(f"{_UNFINISHED}*"):
        if time.time() - left.stat().st_mtime > _DAY:
            left.unlink(missing_ok=True)


def _copy(content: Path | bytes, file: BinaryIO) -> str:
    if isinstance(content, bytes):
        file.write(content)
        return hashlib.sha256(content).hexdigest()
    whole = hashlib.sha256()
    with content.open("rb") as source:
        while block := source.read(_BLOCK):
            whole.update(block)
            file.write(block)
    return whole.hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
