"""Files on their way in: a bounded place on the disk where an upload grows piece by piece.

A browser sends a file in pieces of a few megabytes, so that no request is ever large, memory stays
bounded, and a broken connection goes on where it stopped. The name that a file has on somebody's
computer is words to show, never a path: here it lies under a random id. What nobody finished or
described goes after a day.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from diagnosis_app.errors import ClinicError, Conflict, Hidden, Invalid, TooLarge

LARGEST = 200 * 1024**2  # bytes of one file
PIECE = 4 * 1024**2  # bytes of one request: below what Django keeps in memory
MOST_FILES = 50  # that one person may have here
MOST_BYTES = 1024**3  # that one person may have here
MOST_BYTES_OF_ALL = 4 * 1024**3
LEFT_FREE = 512 * 1024**2  # bytes of the disk that uploads never take
KEPT = 24 * 60 * 60  # seconds
NAME = 120  # characters shown
_ID = re.compile(r"[0-9a-f]{32}\Z")
_ABOUT, _CONTENT = "about.json", "content"


class NoRoom(ClinicError):
    """The place for uploads is full, or the disk is."""

    code = "upload.no_room"
    status = 507


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way in, of one person."""

    id: str
    person: int
    name: str  # as it was called there: to be shown, never to be opened
    size: int  # bytes announced
    has: int  # bytes that arrived

    @property
    def whole(self) -> bool:
        return self.has == self.size

    @property
    def path(self) -> Path:
        return _root() / self.id / _CONTENT


def begin(person: int, name: str, size: int) -> Upload:
    """Room for a file of this size. Nothing is written yet but what it will be."""
    sweep()
    if size <= 0:
        raise Invalid(_("The file is empty."), field="file", hint=_("Choose a file that holds something."))
    if size > LARGEST:
        words = _("The file is larger than %(n)s MB.") % {"n": LARGEST // 1024**2}
        raise TooLarge(words, field="file", hint=_("Split it, or ask an administrator to add it by command."))
    mine = list(of(person))
    if len(mine) >= MOST_FILES or sum(one.size for one in mine) + size > MOST_BYTES:
        raise NoRoom(
            _("You have too much on the way in."), field="file", hint=_("Add or discard what you uploaded before.")
        )
    if _taken() + size > MOST_BYTES_OF_ALL or shutil.disk_usage(_root_made()).free - size < LEFT_FREE:
        raise NoRoom(
            _("There is no room on the server for this file."),
            field="file",
            hint=_("Tell whoever runs the server that its disk is full."),
        )
    upload = Upload(secrets.token_hex(16), person, _shown(name), size, 0)
    about = {key: value for key, value in asdict(upload).items() if key in {"person", "name", "size"}}
    folder = _root() / upload.id
    try:
        folder.mkdir(mode=0o700)
        (folder / _CONTENT).touch(mode=0o600)
        (folder / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
    except OSError:
        discard(upload)
        raise _not_written() from None
    return upload


def append(upload: Upload, at: int, piece: bytes) -> Upload:
    """Writes a piece at its place. A piece that arrived already is not written twice."""
    if at != upload.has:
        error = Conflict(
            _("This piece does not follow what arrived before."),
            field="at",
            hint=_("Go on at byte %(n)s.") % {"n": upload.has},
            code="upload.out_of_order",
        )
        raise error
    if not piece or len(piece) > PIECE:
        raise TooLarge(
            _("A piece has between one byte and %(n)s MB.") % {"n": PIECE // 1024**2},
            field="file",
            hint=_("Send smaller pieces."),
        )
    if upload.has + len(piece) > upload.size:
        raise Invalid(
            _("More arrived than was announced."), field="file", hint=_("The file changed meanwhile: choose it again.")
        )
    try:
        with upload.path.open("r+b") as file:
            file.seek(at)
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:  # discarded while this piece was on its way
        return find(upload.person, upload.id)
    except OSError:
        with suppress(OSError):
            os.truncate(upload.path, at)
        raise _not_written() from None
    return find(upload.person, upload.id)


def receive(person: int, name: str, size: int, pieces: Iterator[bytes]) -> Upload:
    """A whole file that came with a form."""
    upload = begin(person, name, size)
    try:
        for piece in pieces:
            for start in range(0, len(piece), PIECE):
                upload = append(upload, upload.has, piece[start : start + PIECE])
    except ClinicError:
        discard(upload)
        raise
    return upload


def find(person: int, upload_id: str) -> Upload:
    """This person's upload; another one's does not exist."""
    found = _read(upload_id) if _ID.match(upload_id) else None
    if found is None or found.person != person:
        raise Hidden(
            _("This upload is not here any more."), field="upload", hint=_("Uploads are kept a day. Send it again.")
        )
    return found


def of(person: int) -> Iterator[Upload]:
    """What this person has on the way in, oldest first."""
    yield from (one for one in _all() if one.person == person)


def discard(upload: Upload) -> None:
    shutil.rmtree(_root() / upload.id, ignore_errors=True)


def sweep() -> int:
    """Takes away what is older than a day; says how many."""
    gone = 0
    for folder in _folders():
        if time.time() - (_changed(folder / _CONTENT) or _changed(folder) or time.time()) > KEPT:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone


# --- inside --------------------------------------------------------------


def _not_written() -> NoRoom:
    return NoRoom(
        _("The server could not write the file."),
        field="file",
        hint=_("Its disk may be full. Tell whoever runs it, then try again."),
    )


def _root() -> Path:
    return Path(settings.VAR_DIR) / "uploads"


def _root_made() -> Path:
    root = _root()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    return root


def _folders() -> list[Path]:
    root = _root()
    if not root.is_dir():
        return []
    return [path for path in root.iterdir() if _ID.match(path.name) and path.is_dir() and not path.is_symlink()]


def _all() -> list[Upload]:
    found = [(_changed(folder), _read(folder.name)) for folder in _folders()]
    return [one for _at, one in sorted(((at, one) for at, one in found if one), key=lambda pair: (pair[0], pair[1].id))]


def _changed(path: Path) -> float:
    """When it was written last; 0 for what another request took away meanwhile."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _taken() -> int:
    return sum(one.size for one in _all())


def _read(upload_id: str) -> Upload | None:
    folder = _root() / upload_id
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        has = (folder / _CONTENT).stat().st_size
        return Upload(upload_id, int(about["person"]), str(about["name"]), int(about["size"]), has)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _shown(name: str) -> str:
    """The last part of the name, without what a reader could not see."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[-NAME:] or _("unnamed file")
