"""Two hundred people watch one investigation over one web process: real sockets, real frames."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from django.core.asgi import get_asgi_application
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from agents.contract import EventType, Outcome, OutcomeCode
from diagnosis_app.accounts.models import User
from diagnosis_app.runs import watching
from diagnosis_app.runs.models import Event, Run
from diagnosis_app.runs.store import Store

pytestmark = pytest.mark.django_db(transaction=True)
WATCHERS = 200
EVENTS = 12  # told while they watch
FEW = 5  # connections while all watch: who watches shares one
MANY = 60  # threads of the server, and of the pools
SECONDS = 60.0  # a stream that says nothing for so long on a busy machine has failed the test


@contextmanager
def served() -> Iterator[int]:
    """The ASGI application on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=WATCHERS * 2)
    config = uvicorn.Config(get_asgi_application(), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


class Opened:
    """The database connections of this process, as they come and go. (Open files would not tell: SQLite closes one
    only when no other holds a lock.)"""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now: set[int] = set()
        wrapper: Any = type(connections["default"])
        connect, close = wrapper.connect, wrapper.close

        def connected(one: Any) -> None:
            connect(one)
            self.now.add(id(one))

        def closed(one: Any) -> None:
            close(one)
            if one.connection is None:
                self.now.discard(id(one))

        patch.setattr(wrapper, "connect", connected)
        patch.setattr(wrapper, "close", closed)


class Watcher:
    """One browser: it reads frames, and remembers the last number."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self.port, self.path, self.cookie = port, path, cookie
        self.seen: list[int] = []

    async def read(self, until: int | None = None) -> None:
        """To the end, or to so many events; then it goes away without a word, as a laptop that is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        last = f"Last-Event-ID: {self.seen[-1]}\r\n" if self.seen else ""
        writer.write(
            f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n"
            f"{last}Accept: text/event-stream\r\n\r\n".encode()
        )
        try:
            status = await asyncio.wait_for(reader.readline(), SECONDS)
            assert b" 200 " in status, status
            while until is None or len(self.seen) < until:
                line = await asyncio.wait_for(reader.readline(), SECONDS)
                if line.startswith(b"id: "):
                    self.seen.append(int(line[4:]))
                if not line or line == b"0\r\n":
                    return
        finally:
            writer.close()


async def until(holds: Callable[[], bool]) -> None:
    last = asyncio.get_running_loop().time() + SECONDS
    while not holds():
        assert asyncio.get_running_loop().time() < last, "still not so"
        await asyncio.sleep(0.05)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(watching, "EVERY", 0.05)
    yield
    watching._thread.submit(watching._close).result()


def test_all_hear_everything_in_order_also_after_they_were_away(
    run: Run, store: Store, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    client.force_login(user)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    path = reverse("run_events", kwargs={"case_id": run.case_id, "run_id": run.pk})
    asking: set[str] = set()
    asked = watching._asked

    def noted(question: Any) -> Any:
        asking.add(threading.current_thread().name)
        return asked(question)

    monkeypatch.setattr(watching, "_asked", noted)
    before = Event.objects.filter(run=run).count()
    opened, began = Opened(monkeypatch), threading.active_count()

    def tell(first: int, last: int) -> None:
        for number in range(first, last):
            store.tell(EventType.RANKED, f"n{number}", {"leaders": []})
        connection.close()

    async def watch(port: int) -> list[Watcher]:
        watchers = [Watcher(port, path, cookie) for _ in range(WATCHERS)]
        # Half of them go away after the first events, and come back with the number they remember.
        staying, leaving = watchers[: WATCHERS // 2], watchers[WATCHERS // 2 :]
        stays = [asyncio.create_task(one.read()) for one in staying]
        leaves = [asyncio.create_task(one.read(until=before + 3)) for one in leaving]
        await until(lambda: all(one.seen for one in watchers))
        await until(lambda: len(opened.now) <= FEW)  # a stream that is open holds no connection
        # The framework parks one idle thread for each open stream; nothing else grows with those who watch.
        assert threading.active_count() - began <= WATCHERS + MANY
        await asyncio.to_thread(tell, 0, EVENTS // 2)
        await asyncio.gather(*leaves)
        await asyncio.to_thread(tell, EVENTS // 2, EVENTS)
        backs = [asyncio.create_task(one.read()) for one in leaving]
        await asyncio.to_thread(end)
        await asyncio.gather(*stays, *backs)
        return watchers

    def end() -> None:
        store.finish(Outcome(OutcomeCode.PARTIAL, ("no_reasoning_model",)))
        connection.close()

    with served() as port:
        watchers = asyncio.run(watch(port))
    whole = list(range(1, before + EVENTS + 2))
    wrong = [one.seen for one in watchers if one.seen != whole]
    assert not wrong, f"{len(wrong)} of {WATCHERS} heard something else: {wrong[0]}"
    assert len(asking) == 1, "one thread, and so one connection, asks for all of them"
