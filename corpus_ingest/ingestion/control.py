"""Why an ingestion shall stop, and the thread that keeps its lease and hears of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from corpus_ingest.ingestion import claim, shutdown
from corpus_ingest.ingestion.claim import Lease

PAUSE, SHUTDOWN, LOST = "pause", "shutdown", "lost"
LOOK = 1.0  # seconds between two looks whether somebody asked for a pause or ended it


class Interrupted(BaseException):
    """Ends the work between two items. Not an error, and nothing that catches errors may swallow it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Control:
    """Shared by the thread that works and the one that watches."""

    def __init__(self) -> None:
        self.reason = ""

    def stop(self, reason: str) -> None:
        self.reason = self.reason or reason

    def check(self) -> None:
        """Raises Interrupted if there is a reason to stop. Called between two items."""
        if self.reason:
            raise Interrupted(self.reason)


@contextmanager
def alive(lease: Lease, control: Control) -> Iterator[None]:
    """Renews the lease beside the work, and passes on every reason to stop."""
    over = threading.Event()
    beat = threading.Thread(target=_beat, args=(lease, control, over), name=f"ingest-{lease.fence}", daemon=True)
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()


def _beat(lease: Lease, control: Control, over: threading.Event) -> None:
    every = min(settings.LEASE_SECONDS / 3, 5.0)
    renewed = looked = time.monotonic()
    try:
        while not over.wait(0.25):
            now = time.monotonic()
            if shutdown.asked():
                control.stop(SHUTDOWN)
            try:
                if now - renewed >= every:
                    renewed = now
                    if not claim.renew(lease):
                        control.stop(LOST)
                if now - looked >= LOOK:
                    looked = now
                    asked = claim.held(lease).values_list("asked", flat=True).first()
                    if asked is None:
                        control.stop(LOST)
                    elif asked:
                        control.stop(PAUSE)
            except (DatabaseError, InterfaceError):
                connection.close()  # unknown: the fence decides at the next write
    finally:
        connection.close()
