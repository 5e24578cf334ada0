"""The events of a run as a stream (SSE): ordered, numbered, replayable from any number.

An open stream holds no database connection (the framework parks one idle thread for each). It ends
after the event that ends the run, and when the watcher may no longer read the run: signed out,
session expired, role taken away.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from importlib import import_module
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest
from django.utils import translation

from diagnosis_app.accounts.policy import Verb, actor_for
from diagnosis_app.runs.models import Event, Run
from diagnosis_app.runs.thread import Thread, Told
from diagnosis_app.runs.watching import AWAY, ask, watch
from diagnosis_app.runs.withheld import payload_without_marks

HEARTBEAT = 15.0  # seconds: below the idle limit of common proxies, and how late a sign-out is noticed
RETRY = 2000  # milliseconds a browser waits before it asks again
SIGNED_OUT = b"event: signed_out\ndata: {}\n\n"

Draw = Callable[[Thread, Told], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who watches what, and from where on."""

    run_id: UUID
    session: str
    after: int
    language: str
    blind: bool = False  # reads a case of the team without knowing what others made of it


async def frames(watcher: Watcher, thread: Thread, draw: Draw) -> AsyncIterator[bytes]:
    """`thread` is the plan; `draw` makes the parts of the page that an event changes."""
    await _let_go()
    yield f"retry: {RETRY}\n\n".encode()
    cursor, checked = watcher.after, time.monotonic()
    async with watch().over(watcher.run_id) as news:
        while True:
            news.clear()
            told = await _events(watcher, thread.seq)
            if told:
                before, thread = thread, thread.through(told)
                fresh = [one for one in told if one.seq > cursor]
                for frame in await ask(lambda: _frames(before, told, fresh, draw, watcher.language)):  # noqa: B023
                    yield frame
                cursor = max(cursor, told[-1].seq)
            if not thread.under_way:
                return
            if time.monotonic() - checked >= HEARTBEAT:
                checked = time.monotonic()
                if not await _may_still(watcher):
                    yield SIGNED_OUT
                    return
                yield b": still here\n\n"
            await _news(news, HEARTBEAT - (time.monotonic() - checked))


async def _news(news: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(news.wait(), max(seconds, 0.05))
    except TimeoutError:
        return


async def _events(watcher: Watcher, after: int) -> list[Told]:
    try:
        return await ask(lambda: told(watcher.run_id, after, blind=watcher.blind))
    except AWAY:
        return []


async def _may_still(watcher: Watcher) -> bool:
    try:
        return await ask(lambda: may_watch(watcher.session, watcher.run_id))
    except AWAY:
        return True  # not known now; asked again with the next heartbeat


def told(run_id: UUID, after: int = 0, *, blind: bool = False) -> list[Told]:
    rows = Event.objects.filter(run_id=run_id, seq__gt=after).order_by("seq")
    return [
        Told(row.seq, row.type, payload_without_marks(row.payload) if blind else row.payload, row.at) for row in rows
    ]


def may_watch(session_key: str, run_id: UUID) -> bool:
    """Whether this session is still signed in, and its person may still read the run."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    run = Run.objects.filter(pk=run_id).first()
    return run is not None and actor_for(get_user(request), "page").may(Verb.RUN_READ, run)


def _frames(thread: Thread, told: list[Told], fresh: list[Told], draw: Draw, language: str) -> list[bytes]:
    first = fresh[0].seq if fresh else 0
    drawn = []
    with translation.override(language):
        for one in told:
            thread = thread.after(one)
            if fresh and one.seq >= first:
                drawn.append(_frame(one, draw(thread, one)))
    return drawn


def _frame(one: Told, html: dict[str, str]) -> bytes:
    body = {"seq": one.seq, "type": one.type, "at": one.at.isoformat(), "payload": one.payload, "html": html}
    return f"id: {one.seq}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


async def _let_go() -> None:
    """The request's own thread opened a connection to find the run; a watcher must not keep it."""
    await sync_to_async(_close, thread_sensitive=True)()


def _close() -> None:
    if not connection.in_atomic_block:
        connection.close()
