"""What the ingesting worker hears: that it shall end. Its ingestion stops at the next item and is given back."""

from __future__ import annotations

import threading
from typing import Any

from celery.signals import worker_shutting_down

_asked = threading.Event()


def asked() -> bool:
    return _asked.is_set()


@worker_shutting_down.connect
def _on_shutdown(**_: Any) -> None:
    _asked.set()
