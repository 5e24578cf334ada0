"""What the worker process hears: that it is ready, and that it shall end.

Asked to end, its runs stop at the next boundary between steps and are given back.

The pool is made of threads, so that the one process that hears the signal is the one that works.
"""

from __future__ import annotations

import threading
from typing import Any

from celery.signals import worker_ready, worker_shutting_down

REASON = "shutdown"
QUEUE = "ingest"  # of `corpus_ingest.tasks`, heard by a worker of that name
_asked = threading.Event()


def asked() -> bool:
    return _asked.is_set()


@worker_shutting_down.connect
def _on_shutdown(**_: Any) -> None:
    _asked.set()


@worker_ready.connect
def _on_ready(sender: Any = None, **_: Any) -> None:
    if str(getattr(sender, "hostname", "")).startswith(f"{QUEUE}@"):
        return  # that one only brings knowledge in
    from diagnosis_app.runs import worker

    worker.prepare()
