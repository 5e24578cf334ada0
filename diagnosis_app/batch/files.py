"""The files of a batch: those of a folder, of zips in it, or of an upload, one at a time and bounded.

What cannot be handed out is handed out as its reason, and the others go on. A zip that leads outside, holds
links or unpacks without bounds is refused as a whole (`corpus_ingest.archive`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from corpus_ingest import archive
from corpus_ingest.archive import Bounds, UnsafeArchive
from diagnosis_app.api.diagnose.source import LIMIT
from diagnosis_app.errors import ClinicError, Invalid, TooLarge

CASES = frozenset({".json", ".txt", ".hpo", ".list", ".tsv"})
ZIP = ".zip"
PACKED = frozenset({ZIP, ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst"})
FOLDER = Bounds(entries=100_000, entry_bytes=4 * LIMIT, total_bytes=4 * 1024**3, ratio=200)
UPLOAD = Bounds(entries=5_000, entry_bytes=4 * LIMIT, total_bytes=256 * 1024**2, ratio=200)


@dataclass(frozen=True, slots=True)
class File:
    """One file by the name it has where it came from; `error` says why it cannot be read."""

    name: str
    content: bytes = b""
    error: ClinicError | None = None


@dataclass(slots=True)
class Found:
    """What was passed over on the way: files of other kinds, by name."""

    passed_over: list[str] = field(default_factory=list)


def in_folder(folder: Path, leave_out: Path, found: Found) -> Iterator[File]:
    """Every file of a folder and of the zips in it, in the order of their names; nothing of `leave_out`."""
    for path in _paths(folder, leave_out):
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() == ZIP:
            yield from _of_zip(path, name, FOLDER, found)
        elif _kept(PurePosixPath(name), found):
            yield _packed(name) if path.suffix.lower() in PACKED else _of_path(path, name)


def count_in_folder(folder: Path, leave_out: Path) -> int:
    """How many `in_folder` will hand out, without reading what they hold."""
    return sum(1 for _file in in_folder_unread(folder, leave_out))


def in_folder_unread(folder: Path, leave_out: Path) -> Iterator[str]:
    """The names that `in_folder` will hand out."""
    for path in _paths(folder, leave_out):
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() != ZIP:
            if _kept(PurePosixPath(name), Found()):
                yield name
            continue
        try:
            yield from _names_in(path, name)
        except (UnsafeArchive, OSError):
            yield name


def uploaded(files: Iterable[tuple[str, Path]], found: Found) -> Iterator[File]:
    """Files of an upload, by the names they were sent with and the places they lie in now."""
    for name, path in files:
        if PurePosixPath(name).suffix.lower() == ZIP:
            yield from _of_zip(path, name, UPLOAD, found)
        elif PurePosixPath(name).suffix.lower() in PACKED:
            yield _packed(name)
        else:
            yield _of_path(path, name)  # chosen by hand: whatever it is, it is told


def _paths(folder: Path, leave_out: Path) -> list[Path]:
    """Links are not followed: they may lead in a circle, or out."""
    inside = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    kept = (path for path in inside if leave_out not in path.resolve().parents)
    return sorted(path for path in kept if not _hidden(PurePosixPath(path.relative_to(folder).as_posix())))


def _hidden(name: PurePosixPath) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.parts)


def _kept(name: PurePosixPath, found: Found) -> bool:
    if name.suffix.lower() in CASES | PACKED:
        return True
    found.passed_over.append(str(name))
    return False


def _of_path(path: Path, name: str) -> File:
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        return _unreadable(name, error)
    return _fitting(name, content)


def _unreadable(name: str, error: OSError) -> File:
    reason = error.strerror or "the system refused"
    said = _("The file cannot be read: %s.") % reason
    return File(name, error=Invalid(said, hint=_("Check its permissions."), code="input.unreadable"))


def _of_zip(path: Path, name: str, bounds: Bounds, found: Found) -> Iterator[File]:
    nested: list[str] = []

    def wanted(entry: PurePosixPath) -> bool:
        if _hidden(entry) or not _kept(entry, found):
            return False
        if entry.suffix.lower() in PACKED:
            nested.append(f"{name}/{entry}")
            return False
        return True

    try:
        for entry, content in archive.read(path, wanted, bounds):
            yield _fitting(f"{name}/{entry}", content)
    except UnsafeArchive as error:
        why = error.message.removeprefix(f"{path.name} is refused: ")
        hint = _("Pack the files again, or give them without a zip.")
        yield File(name, error=Invalid(_("The zip is refused: %s") % why, hint=hint, code="batch.unsafe_zip"))
    except OSError as error:
        yield _unreadable(name, error)
    yield from (_packed(one) for one in nested)


def _names_in(path: Path, name: str) -> Iterator[str]:
    names: list[str] = []

    def noted(entry: PurePosixPath) -> bool:
        if not _hidden(entry) and entry.suffix.lower() in CASES | PACKED:
            names.append(f"{name}/{entry}")
        return False

    for _entry in archive.read(path, noted, FOLDER):
        pass
    yield from names


def _packed(name: str) -> File:
    hint = _("Unpack it, and give the files or one zip of them.")
    return File(name, error=Invalid(_("This is a packed file inside the batch."), hint=hint, code="batch.packed"))


def _fitting(name: str, content: bytes) -> File:
    if len(content) > LIMIT:
        said = _("The file is larger than %(n)s MB.") % {"n": LIMIT // 1024**2}
        return File(name, error=TooLarge(said, hint=_("Keep the part that describes this patient.")))
    return File(name, content)
