"""Lets a server rest that failed several times in a row, so that a run goes on without it instead of waiting.

It knows no server and asks none; one breaker belongs to one connection and is shared by the threads of a process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agents.llm.failures import Overloaded, Resting, TimedOut, Unreachable

FAILURES = 3  # calls in a row, each with its own tries
REST = 30.0  # seconds until one call may try again


class Breaker:
    def __init__(
        self, failures: int = FAILURES, rest: float = REST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._rest, self._clock = failures, rest, clock
        self._lock = threading.Lock()
        self._failed = 0
        self._since = 0.0  # when it opened, while it is open
        self._trying = False  # one call is finding out whether the server is back

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Around one call. Raises Resting where none is made; what the call raises tells how the server is."""
        self._enter()
        try:
            yield
        except (Unreachable, Overloaded, TimedOut):
            self._note(failed=True)
            raise
        except BaseException:  # says nothing of the server's health: it refused, or whoever listened raised it
            self._let_go()
            raise
        else:
            self._note(failed=False)

    def _enter(self) -> None:
        with self._lock:
            if self._failed < self._most:
                return
            left = self._since + self._rest - self._clock()
            if left > 0 or self._trying:
                raise Resting(
                    "The model failed several times in a row and is left alone for a moment.",
                    hint="manage.py doctor says whether it answers.",
                )
            self._trying = True

    def _note(self, *, failed: bool) -> None:
        with self._lock:
            self._trying = False
            self._failed = self._failed + 1 if failed else 0
            if self._failed >= self._most:
                self._since = self._clock()

    def _let_go(self) -> None:
        with self._lock:
            self._trying = False
