"""The files of `manage.py batch --out DIR`: one JSON a case, the summary, and who may write there.

Each file is written beside its place and then put there, so that a kill leaves the one before or none. A lock lets one
process at a time write to DIR; the system lets go of it whatever ends the process.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from diagnosis_app.errors import Conflict, Invalid

CASES = "cases"
_DRAFT = ".draft-"
_LOCK = ".lock"
_STEM = 80  # characters of a file's name that are kept for who looks for it
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


@contextmanager
def opened(out: Path) -> Iterator[Path]:
    """Makes DIR ready and keeps others out of it. Removes what a killed process left half-written."""
    try:
        (out / CASES).mkdir(parents=True, exist_ok=True)
        lock = (out / _LOCK).open("w")
    except OSError as error:
        reason = error.strerror or "the system refused"
        raise Invalid(
            f"--out {out} cannot be written: {reason}.", hint="Name a directory that you may write.", field="out"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict(
                f"Another process writes to {out}.",
                hint="Wait for it, or name another directory.",
                field="out",
                code="batch.busy",
            ) from None
        for folder in (out, out / CASES):
            for left in folder.glob(f"{_DRAFT}*"):
                left.unlink(missing_ok=True)
        yield out


def place(out: Path, name: str) -> Path:
    """Where the result of an input lies: a name to look for, and enough of a hash that no two share it."""
    stem = _ODD.sub("_", name).strip("._")[-_STEM:] or "case"
    return out / CASES / f"{stem}-{hashlib.sha256(name.encode(errors='surrogateescape')).hexdigest()[:8]}.json"


def known(path: Path) -> dict[str, Any] | None:
    """The result that is there; None if there is none that can be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def write_json(path: Path, document: Mapping[str, Any], *, indent: int | None = None) -> None:
    write_text(path, json.dumps(document, ensure_ascii=False, allow_nan=False, indent=indent) + "\n")


def write_text(path: Path, text: str) -> None:
    """Whole or not at all, also when the power fails.

    A byte of a name that is not UTF-8 stands there as `\\udcXX`: in JSON an escape, which reads back as the same name.
    """
    handle, draft = tempfile.mkstemp(prefix=_DRAFT, dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(0o600)  # it holds a patient's findings
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
