"""What the ingesting worker hears: that it shall end. Its ingestion stops at the next item and is given back."""

from __future__ import annotations

import os
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutting_down

NAME = "ingest"  # of the queue, and of the worker that hears it
NICE = 10  # pages and investigations go first
_asked = threading.Event()


def asked() -> bool:
    return _asked.is_set()


@worker_shutting_down.connect
def _on_shutdown(**_: Any) -> None:
    _asked.set()


@worker_ready.connect
def _on_ready(sender: Any = None, **_: Any) -> None:
    if str(getattr(sender, "hostname", "")).startswith(f"{NAME}@"):
        os.nice(NICE)
