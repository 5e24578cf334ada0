"""Reads a zip that somebody brought in, without believing what it says of itself.

Nothing is ever unpacked onto the disk: an entry's bytes are handed out one at a time. Names that lead
outside, links, encrypted entries, too many of them, and more bytes than allowed are refused before or
while they are read: what counts is what really comes out, not what the directory of the zip declares.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from retrieval.errors import RetrievalError


class UnsafeArchive(RetrievalError):
    """The zip is damaged, larger than allowed, or has entries that no honest archive has."""

    code = "knowledge.unsafe_archive"


@dataclass(frozen=True, slots=True)
class Bounds:
    entries: int = 100_000
    entry_bytes: int = 64 * 1024**2
    total_bytes: int = 2 * 1024**3
    ratio: int = 1000  # of an entry above 1 MB: deflate reaches 1032, text stays under 100


_REMEDY = "Load the archive again from where it is published."
_SMALL = 1024**2  # bytes; below it any ratio is harmless
_BLOCK = 256 * 1024  # bytes
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What Python's reader raises at a zip that is none, or is cut, or lies about itself.
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError, RuntimeError)
_Wanted = Callable[[PurePosixPath], bool]


def _all(path: PurePosixPath) -> bool:
    return True


def read(path: Path, wanted: _Wanted = _all, bounds: Bounds | None = None) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each wanted entry of a zip or, for a directory, each wanted file; in order of name.

    Every entry of the zip is checked before the first is read, wanted or not.
    """
    limits = bounds or Bounds()
    source = _folder(path, wanted, limits) if path.is_dir() else _zip(path, wanted, limits)
    left = limits.total_bytes
    for name, content in source:
        left -= len(content)
        if left < 0:
            raise _unsafe(path, f"its entries together exceed {limits.total_bytes} bytes")
        yield name, content


def _zip(path: Path, wanted: _Wanted, bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_all(path, entries, bounds)
            for entry in sorted(entries, key=lambda one: one.filename):
                if not entry.is_dir() and wanted(PurePosixPath(entry.filename)):
                    yield entry.filename, _entry(path, archive, entry, bounds)
    except _BROKEN as error:
        raise _unsafe(path, f"it cannot be read as a zip ({type(error).__name__})") from None


def _check_all(path: Path, entries: list[zipfile.ZipInfo], bounds: Bounds) -> None:
    if len(entries) > bounds.entries:
        raise _unsafe(path, f"it has {len(entries)} entries, and {bounds.entries} are allowed")
    if sum(entry.file_size for entry in entries) > bounds.total_bytes:
        raise _unsafe(path, f"its entries together exceed {bounds.total_bytes} bytes")
    seen: set[str] = set()
    for entry in entries:
        if problem := _problem(entry, bounds):
            raise _unsafe(path, f"entry {entry.filename[:120]!r} {problem}")
        if entry.filename in seen:
            raise _unsafe(path, f"entry {entry.filename[:120]!r} occurs twice")
        seen.add(entry.filename)


def _problem(entry: zipfile.ZipInfo, bounds: Bounds) -> str:
    name = entry.orig_filename
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\\" in name or "\0" in name or ".." in parts or ":" in parts[0]:
        return "leads outside the archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link"
    if entry.flag_bits & 0x1:
        return "is encrypted"
    if entry.compress_type not in _PACKED:
        return "is packed in a way that is not read here"
    if entry.file_size > bounds.entry_bytes:
        return f"has {entry.file_size} bytes, and {bounds.entry_bytes} are allowed"
    if entry.file_size > _SMALL and entry.file_size > bounds.ratio * max(entry.compress_size, 1):
        return "is packed more tightly than any real file"
    return ""


def _entry(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, bounds: Bounds) -> bytes:
    """The bytes that really come out, never more than allowed."""
    blocks, size = [], 0
    with archive.open(entry) as file:
        while block := file.read(_BLOCK):
            size += len(block)
            if size > bounds.entry_bytes:
                raise _unsafe(path, f"entry {entry.filename[:120]!r} has more bytes than allowed")
            blocks.append(block)
    return b"".join(blocks)


def _folder(path: Path, wanted: _Wanted, bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    """A directory is read as if it had been packed; links in it are passed over."""
    names = sorted(
        found.relative_to(path).as_posix() for found in path.rglob("*") if found.is_file() and not found.is_symlink()
    )
    if len(names) > bounds.entries:
        raise _unsafe(path, f"it has {len(names)} files, and {bounds.entries} are allowed")
    for name in names:
        if not wanted(PurePosixPath(name)):
            continue
        if (path / name).stat().st_size > bounds.entry_bytes:
            raise _unsafe(path, f"the file {name[:120]!r} has more bytes than allowed")
        yield name, (path / name).read_bytes()


def _unsafe(path: Path, what: str) -> UnsafeArchive:
    return UnsafeArchive(f"{path.name} is refused: {what}.", hint=_REMEDY)


def pack(folder: Path, wanted: _Wanted, bounds: Bounds | None = None) -> bytes:
    """A directory as a zip: the same files give the same bytes on any machine, on any day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in read(folder, wanted, bounds):
            entry = zipfile.ZipInfo(name)  # dated 1980, without owner or mode
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()
