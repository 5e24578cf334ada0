"""Not more than three requests a second from this machine, over all its processes: NCBI asks for that."""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path

APART = 0.34  # seconds between two requests


@dataclass(frozen=True, slots=True)
class Pace:
    """The file holds when the last request went out; its lock is the kernel's, so a killed process leaves none."""

    file: Path
    apart: float = APART

    def wait(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            last = _number(os.read(handle, 64))
            now = time.time()
            if last <= now < last + self.apart:  # a clock that was set back does not hold anybody up
                time.sleep(last + self.apart - now)
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{time.time():.3f}".encode(), 0)
        finally:
            os.close(handle)


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
