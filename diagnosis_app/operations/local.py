"""The directory of a single-machine installation: its secret, and the lock that one start holds.

Used before Django's settings load, so nothing here may import Django.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class AlreadyRunning(Exception):
    """Another ./run holds this directory; `said` is what it wrote about itself."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def var_directory() -> Path:
    return Path(os.environ.get("CLEW_VAR") or ROOT / "var").expanduser().resolve()


def use_secret_file(*, create: bool) -> None:
    """Points CLEW_SECRET_KEY_FILE at var/secret-key, if the environment names no secret of its own."""
    if os.environ.get("CLEW_SECRET_KEY") or os.environ.get("CLEW_SECRET_KEY_FILE"):
        return
    file = var_directory() / "secret-key"
    if create and not file.exists():
        make_var()
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w") as target:
                target.write(secrets.token_hex(32) + "\n")
    if file.exists():
        os.environ.pop("CLEW_SECRET_KEY", None)
        os.environ["CLEW_SECRET_KEY_FILE"] = str(file)


def make_var() -> Path:
    """Creates the directory for this user alone: it will hold patients' data."""
    folder = var_directory()
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o700)
    return folder


class Lock:
    """One ./run per directory. The kernel frees it when its holder dies, however it dies."""

    def __init__(self, var: Path) -> None:
        self._file = (var / "run.lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            said = self._file.read().strip()
            self._file.close()
            raise AlreadyRunning(said) from None
        self.say(f"process {os.getpid()}")

    def say(self, text: str) -> None:
        """Leaves word for whoever finds the directory taken."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(text + "\n")
        self._file.flush()

    def release(self) -> None:
        self._file.close()
