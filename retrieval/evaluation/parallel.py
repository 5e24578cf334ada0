"""Spreads independent work over all cores, one numeric thread each, and survives what may happen.

A process opens what it needs once (`opening()` returns the function that is then asked item by
item). Processes are started afresh, never forked: what a web process or a test holds open stays
there. Results come as they are done, with the item's place. A worker that finds its parent gone
ends itself; Ctrl-C is the parent's to answer.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

CHUNK = 8  # items; few enough that little is lost and bars move, many enough that sending them costs nothing
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

_work: Callable[[Any], Any] | None = None


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    opening: Callable[[], Callable[[Item], Result]],
    items: Sequence[tuple[int, Item]],
    *,
    processes: int = 0,
    chunk: int = CHUNK,
) -> Iterator[tuple[int, Result]]:
    """(place, result) of every (place, item), as they are done; 0 processes means all cores."""
    wanted = min(processes or cores(), -(-len(items) // max(chunk, 1)))
    if wanted <= 1:
        work = opening() if items else None
        for place, item in items:
            assert work is not None  # noqa: S101
            yield place, work(item)
        return
    with one_thread_each():
        pool = ProcessPoolExecutor(
            wanted, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=(opening,)
        )
        try:
            futures: list[Future[list[tuple[int, Result]]]] = [
                pool.submit(_several, items[start : start + chunk]) for start in range(0, len(items), chunk)
            ]
            for done in as_completed(futures):
                yield from done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Processes started inside use one thread for their linear algebra."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _begin(opening: Callable[[], Callable[[Any], Any]]) -> None:
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _work = opening()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _several(items: Sequence[tuple[int, Any]]) -> list[tuple[int, Any]]:
    assert _work is not None  # noqa: S101
    return [(place, _work(item)) for place, item in items]
