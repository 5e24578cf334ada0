"""How fast one token may ask: so many requests a minute, at once or spread, in each process that answers.

One number a token, in memory: the moment at which all that it asked would have been asked evenly (the generic cell rate
algorithm of ATM). It keeps a program that runs in circles from taking every thread, and is no accounting.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

MINUTE = 60.0  # seconds


class Pace:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._even: dict[str, float] = {}

    def wait(self, who: str, a_minute: int) -> int:
        """Counts one request and returns 0, or returns the seconds to wait and counts nothing. 0 a minute: no limit."""
        if not a_minute:
            return 0
        with self._lock:
            now = self._clock()
            even = max(self._even.get(who, now), now) + MINUTE / a_minute
            early = even - now - MINUTE
            if early > 1e-6:  # seconds: what a sum of floats may be off
                return math.ceil(early)
            self._even[who] = even
            return 0


TOKENS = Pace()
