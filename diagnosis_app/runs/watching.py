"""Wakes whoever watches a run when something new was told. One connection and one thread a web process.

Events are rows, so watching is asking: every quarter of a second one query looks at all watched
runs together. A watcher that was away misses nothing: it reads on from its own last number.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import TypeVar
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Max

from diagnosis_app.runs.models import Event

EVERY = 0.25  # seconds between two looks
AWAY = (DatabaseError, InterfaceError)  # for a moment: everything is still there when it is back
MANY = 500  # runs in one query: SQLite binds 999 values and more only in newer releases

Result = TypeVar("Result")
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="clew-events")
_watches: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = weakref.WeakKeyDictionary()


async def ask(question: Callable[[], Result]) -> Result:
    """Runs a database question beside the event loop, on the connection that all watchers share."""
    return await asyncio.get_running_loop().run_in_executor(_thread, _asked, question)


def watch() -> Watch:
    """The watch of this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _watches:
        _watches[loop] = Watch()
    return _watches[loop]


class Watch:
    def __init__(self) -> None:
        self._bells: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._known: dict[UUID, int] = {}
        self._looking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def over(self, run_id: UUID) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever the run has something new."""
        bell = asyncio.Event()
        self._bells[run_id].add(bell)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield bell
        finally:
            self._bells[run_id].discard(bell)
            if not self._bells[run_id]:
                del self._bells[run_id]
                self._known.pop(run_id, None)

    async def _look(self) -> None:
        while self._bells:
            await asyncio.sleep(EVERY)
            watched = list(self._bells)
            with suppress(*AWAY):
                for start in range(0, len(watched), MANY):
                    part = watched[start : start + MANY]
                    self._ring(await ask(lambda part=part: _last(part)))  # type: ignore[misc]
                if not self._bells:
                    await ask(_close)  # whoever comes meanwhile has no other look than this one: it goes on

    def _ring(self, last: dict[UUID, int]) -> None:
        for run_id, seq in last.items():
            if self._known.get(run_id) != seq:
                self._known[run_id] = seq
                for bell in self._bells.get(run_id, ()):
                    bell.set()


def _last(run_ids: list[UUID]) -> dict[UUID, int]:
    rows = Event.objects.filter(run_id__in=run_ids).order_by().values_list("run_id").annotate(Max("seq"))
    return dict(rows)


def _close() -> None:
    connection.close()  # of the thread that asks: `connection` is another one in each thread


def _asked(question: Callable[[], Result]) -> Result:
    try:
        return question()
    except AWAY:
        connection.close()
        raise
