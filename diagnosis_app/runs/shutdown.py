"""What the worker process hears: that it is ready, that some minutes have passed, and that it shall end.

Asked to end, its runs stop at the next boundary between steps and are given back.

The pool is made of threads, so that the one process that hears the signal is the one that works.
"""

from __future__ import annotations

import threading
from typing import Any

from celery import bootsteps
from celery.signals import worker_ready, worker_shutting_down

from diagnosis_app.celery import app

REASON = "shutdown"
QUEUE = "ingest"  # of `corpus_ingest.tasks`, heard by a worker of that name
TIDY = 300.0  # seconds between two looks for scratch: a run may end while no worker has it
_asked = threading.Event()


def asked() -> bool:
    return _asked.is_set()


@worker_shutting_down.connect
def _on_shutdown(**_: Any) -> None:
    _asked.set()


@worker_ready.connect
def _on_ready(sender: Any = None, **_: Any) -> None:
    if _carries_runs(sender):
        from diagnosis_app.runs import worker

        worker.prepare()


class Tidying(bootsteps.StartStopStep):
    """Looks for scratch now and then, by the timer that the worker has anyway.

    A step of the worker, not of its connection to the broker: with each new connection the timer forgets what the
    old one had asked for.
    """

    requires = ("celery.worker.components:Timer",)

    def include_if(self, parent: Any) -> bool:
        return _carries_runs(parent)

    def start(self, parent: Any) -> None:
        parent.timer.call_repeatedly(TIDY, _tidy)


app.steps["worker"].add(Tidying)


def _tidy() -> None:
    from diagnosis_app.runs import worker

    worker.remove_scratch()


def _carries_runs(celery: Any) -> bool:
    """Whether this worker carries investigations; the one of the other queue only brings knowledge in."""
    return not str(getattr(celery, "hostname", "")).startswith(f"{QUEUE}@")
