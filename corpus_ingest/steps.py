"""How a long piece of work says how far it has come, and how it is asked to stop.

A stage calls its tick between two items. Whoever waits for the work may raise in it: what was
finished by then is kept, and the rest is done at the next try.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

Tick = Callable[[int, int], None]  # items done, items in all
Progress = Callable[[str, float], None]  # words for what was done, seconds it took


def silent(done: int, total: int) -> None:
    pass


class Stage(Protocol):
    """A stage that is under way."""

    def tick(self, done: int, total: int) -> None: ...
    def note(self, text: str = "", **counts: Any) -> None: ...


class Watch(Protocol):
    """Whoever follows a build: told of each stage by its name, and by words of the steps within."""

    def stage(self, name: str) -> AbstractContextManager[Stage]: ...
    def step(self, words: str) -> AbstractContextManager[None]: ...


class Told:
    """A watch that tells a function the words of each step and the seconds it took, and counts nothing."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        yield _Unwatched()

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        if self._progress:
            self._progress(words, time.monotonic() - started)


class _Unwatched:
    def tick(self, done: int, total: int) -> None:
        pass

    def note(self, text: str = "", **counts: Any) -> None:
        pass
