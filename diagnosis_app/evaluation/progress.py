"""How far a benchmark is: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from typing import Protocol

WIDTH = 30  # characters
_EVERY = 10  # seconds between two lines where nobody watches


class Written(Protocol):
    """What a bar is written to."""

    def write(self, text: str, /) -> object: ...
    def flush(self) -> None: ...
    def isatty(self) -> bool: ...


class Progress:
    """Written to standard error, so that the tables can be piped."""

    def __init__(self, total: int, done: int, out: Written) -> None:
        self._total, self._done, self._before = total, done, done
        self._out = out
        self._bar = out.isatty()
        self._started = self._said = time.monotonic()

    def step(self) -> None:
        self._done += 1
        now = time.monotonic()
        last = self._done == self._total
        if self._bar and (now - self._said > 0.1 or last):
            self._said = now
            filled = WIDTH * self._done // max(self._total, 1)
            self._out.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {self._words(now)} ")
            self._out.flush()
        elif not self._bar and (now - self._said > _EVERY or last):
            self._said = now
            self._out.write(f"{self._words(now)}\n")
            self._out.flush()

    def end(self) -> None:
        if self._bar:
            self._out.write("\n")
            self._out.flush()

    def _words(self, now: float) -> str:
        said = f"{self._done:,} of {self._total:,} cases".replace(",", " ")
        fresh = self._done - self._before
        if self._done < self._total and fresh:
            left = (now - self._started) / fresh * (self._total - self._done)
            return f"{said}, about {left:.0f} s left"
        return said
