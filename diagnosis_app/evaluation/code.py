"""Which code computed a figure: a digest of everything that turns cases into ranks, or into a dialogue."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

import agents
import retrieval


@cache
def fingerprint() -> str:
    """Of every file of `retrieval`, fitted artefacts included, and of numpy's version."""
    return _of(Path(retrieval.__path__[0]))


@cache
def fingerprint_of_agents() -> str:
    """The same of `agents`."""
    return _of(Path(agents.__path__[0]))


def _of(root: Path) -> str:
    whole = hashlib.sha256(np.__version__.encode())
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            whole.update(f"{path.relative_to(root).as_posix()}\0".encode())
            whole.update(path.read_bytes())
    return whole.hexdigest()[:16]
