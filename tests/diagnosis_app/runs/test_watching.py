"""Who is woken when a run tells something: also in the moment in which the last other watcher leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, InterfaceError

from diagnosis_app.runs import watching
from diagnosis_app.runs.watching import Watch

SECONDS = 10.0  # much longer than a look takes on a busy machine
RUN = uuid4()


@pytest.fixture(autouse=True)
def _told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run has told one event."""
    monkeypatch.setattr(watching, "EVERY", 0.01)
    monkeypatch.setattr(watching, "_last", lambda run_ids: dict.fromkeys(run_ids, 1))


async def heard(watch: Watch) -> None:
    async with watch.over(RUN) as bell:
        await asyncio.wait_for(bell.wait(), SECONDS)


def test_who_comes_while_the_last_one_leaves_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = watching.ask

    async def both() -> None:
        watch, closing, came = Watch(), asyncio.Event(), asyncio.Event()

        async def held(question: Callable[[], Any]) -> Any:
            if question is watching._close:
                closing.set()
                await came.wait()
            return await ask(question)

        monkeypatch.setattr(watching, "ask", held)
        await heard(watch)
        await asyncio.wait_for(closing.wait(), SECONDS)
        async with watch.over(RUN) as bell:
            came.set()
            await asyncio.wait_for(bell.wait(), SECONDS)
        assert watch._looking is not None
        await asyncio.wait_for(watch._looking, SECONDS)

    asyncio.run(both())


def test_nobody_looks_and_no_connection_is_kept_when_all_have_left(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(watching, "_close", lambda: closed.append(True))

    async def one() -> None:
        watch = Watch()
        await heard(watch)
        assert watch._looking is not None
        await asyncio.wait_for(watch._looking, SECONDS)

    asyncio.run(one())
    assert closed == [True]


@pytest.mark.parametrize("error", [DatabaseError, InterfaceError])
def test_a_database_that_is_away_for_a_moment_silences_nobody(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[UUID]] = []

    def away_once(run_ids: list[UUID]) -> dict[UUID, int]:
        asked.append(run_ids)
        if len(asked) == 1:
            raise error("the server closed the connection")
        return dict.fromkeys(run_ids, 1)

    class Connection:
        closed = 0

        def close(self) -> None:
            self.closed += 1

    connection = Connection()
    monkeypatch.setattr(watching, "_last", away_once)
    monkeypatch.setattr(watching, "connection", connection)

    async def one() -> None:
        watch = Watch()
        await heard(watch)
        assert connection.closed == 1, "the next question is asked on a connection that works"
        assert watch._looking is not None
        await asyncio.wait_for(watch._looking, SECONDS)

    asyncio.run(one())
