"""Events by SSE: ordered, complete from any number on, and closed to whoever may not read the run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.test import AsyncClient
from django.urls import reverse

from agents.contract import EventType
from diagnosis_app.accounts.models import Membership, User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit.models import Entry
from diagnosis_app.runs import actions, stream, watching, worker
from diagnosis_app.runs.models import Event, Run
from diagnosis_app.runs.store import Store
from tests.people import Clinic

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 15.0  # a stream that says nothing for longer has failed the test


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Looks often; and leaves no connection behind in the threads that a server would keep."""
    monkeypatch.setattr(watching, "EVERY", 0.02)
    yield
    watching._thread.submit(watching._close).result()
    asyncio.run(sync_to_async(watching._close)())


@pytest.fixture
def watcher(user: User) -> AsyncClient:
    client = AsyncClient()
    client.force_login(user)
    return client


def address(run: Run, after: str = "") -> str:
    where = reverse("run_events", kwargs={"case_id": run.case_id, "run_id": run.pk})
    return f"{where}?after={after}" if after else where


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, SECONDS * 2))


async def frames(response: Any, until: int | None = None) -> list[dict[str, str]]:
    """The frames of a stream as a browser reads them; at most `until` events."""
    text, read = "", []
    content = aiter(response.streaming_content)
    while until is None or len([one for one in read if "id" in one]) < until:
        try:
            text += (await asyncio.wait_for(anext(content), SECONDS)).decode()
        except StopAsyncIteration:
            break
        while "\n\n" in text:
            block, _, text = text.partition("\n\n")
            fields = dict(part.split(": ", 1) for part in block.split("\n") if not part.startswith(":"))
            read += [fields] if fields else []
    return read


def numbers(read: list[dict[str, str]]) -> list[int]:
    return [int(one["id"]) for one in read if "id" in one]


def test_a_finished_run_is_replayed_whole_and_in_order(run: Run, watcher: AsyncClient) -> None:
    worker.investigate(run.pk)

    async def watch() -> None:
        response = await watcher.get(address(run))
        assert response.status_code == 200 and response.headers["Content-Type"].startswith("text/event-stream")
        read = await frames(response)
        assert numbers(read) == list(range(1, await Event.objects.filter(run=run).acount() + 1))
        last = json.loads(read[-1]["data"])
        assert last["type"] == EventType.ENDED and last["payload"]["outcome"] == "partial"

    done(watch())


@pytest.mark.parametrize("by", ["header", "query"])
def test_a_stream_goes_on_from_any_number(run: Run, watcher: AsyncClient, by: str) -> None:
    worker.investigate(run.pk)
    last = Event.objects.filter(run=run).count()

    async def watch() -> None:
        for after in range(last):
            asked = {"headers": {"Last-Event-ID": str(after)}} if by == "header" else {}
            response = await watcher.get(address(run, "" if asked else str(after)), **asked)
            assert numbers(await frames(response)) == list(range(after + 1, last + 1))

    done(watch())


def test_what_the_browser_remembers_wins_over_what_the_page_was_drawn_with(run: Run, watcher: AsyncClient) -> None:
    worker.investigate(run.pk)

    async def watch() -> None:
        response = await watcher.get(address(run, "1"), headers={"Last-Event-ID": "6"})
        assert numbers(await frames(response))[0] == 7

    done(watch())


def test_when_everything_was_told_the_browser_is_sent_home(run: Run, watcher: AsyncClient) -> None:
    worker.investigate(run.pk)
    last = Event.objects.filter(run=run).count()

    async def watch() -> None:
        response = await watcher.get(address(run, str(last)))
        assert response.status_code == 204

    done(watch())


def test_events_arrive_as_they_are_told(run: Run, store: Store, watcher: AsyncClient) -> None:
    async def watch() -> None:
        response = await watcher.get(address(run))
        reading = asyncio.create_task(frames(response, until=5))
        for number in range(3):
            await asyncio.sleep(0.1)
            await sync_to_async(store.tell)(EventType.RANKED, f"n{number}", {"leaders": []})
        assert numbers(await reading) == [1, 2, 3, 4, 5]

    done(watch())


def test_an_event_carries_the_parts_of_the_page_that_it_changes(run: Run, watcher: AsyncClient) -> None:
    worker.investigate(run.pk)

    async def watch() -> list[dict[str, Any]]:
        return [json.loads(one["data"]) for one in await frames(await watcher.get(address(run))) if "id" in one]

    told = {one["payload"].get("key", "") + one["type"]: one["html"] for one in done(watch())}
    assert "Apert syndrome" in told["differential"]["so-far"]
    assert 'class="now"' in told["rankstep.started"]["step-rank"]
    assert "8\u202f351 diseases compared" in told["rankstep.done"]["step-rank"]
    assert "1 of 24" in told["rankstep.done"]["run-budget"] and told["run.ended"] == {}


def test_cancelling_ends_the_stream_of_whoever_watches(
    run: Run, store: Store, watcher: AsyncClient, actor: Actor
) -> None:
    async def watch() -> None:
        response = await watcher.get(address(run))
        reading = asyncio.create_task(frames(response))
        await asyncio.sleep(0.1)
        await sync_to_async(actions.cancel)(actor, run)
        assert json.loads((await reading)[-1]["data"])["payload"]["outcome"] == "cancelled"

    done(watch())


@pytest.mark.parametrize("end", ["signed out", "expired", "role taken away", "account closed", "password changed"])
def test_a_stream_ends_when_the_watcher_may_no_longer_read(
    run: Run, store: Store, watcher: AsyncClient, user: User, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.1)

    def close() -> None:
        if end == "signed out":
            Session.objects.all().delete()
        elif end == "expired":
            Session.objects.update(expire_date="2020-01-01T00:00:00Z")
        elif end == "role taken away":
            Membership.objects.filter(user=user).delete()
        elif end == "account closed":
            User.objects.filter(pk=user.pk).update(is_active=False)
        else:
            user.set_password("another horse battery")
            user.save()

    async def watch() -> None:
        response = await watcher.get(address(run))
        reading = asyncio.create_task(frames(response))
        await asyncio.sleep(0.3)
        assert not reading.done()
        await sync_to_async(close)()
        assert (await reading)[-1] == {"event": "signed_out", "data": "{}"}

    done(watch())


def test_a_quiet_stream_is_kept_open_by_heartbeats(
    run: Run, store: Store, watcher: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.1)

    async def watch() -> None:
        response = await watcher.get(address(run))
        content, beats = aiter(response.streaming_content), 0
        while beats < 3:
            beats += (await asyncio.wait_for(anext(content), SECONDS)).startswith(b":")

    done(watch())


def test_many_watchers_share_one_connection_and_all_hear_everything(
    run: Run, store: Store, watcher: AsyncClient, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[str] = set()
    asked = watching._asked

    def noted(question: Any) -> Any:
        import threading

        threads.add(threading.current_thread().name)
        return asked(question)

    monkeypatch.setattr(watching, "_asked", noted)

    async def watch() -> None:
        responses = [await watcher.get(address(run)) for _ in range(40)]
        reading = [asyncio.create_task(frames(response)) for response in responses]
        await asyncio.sleep(0.2)
        await sync_to_async(actions.cancel)(actor, run)
        assert {tuple(numbers(read)) for read in await asyncio.gather(*reading)} == {(1, 2, 3)}

    done(watch())
    assert len(threads) == 1


def test_opening_a_stream_is_a_read_and_one_row_of_the_trail(run: Run, watcher: AsyncClient) -> None:
    worker.investigate(run.pk)

    async def watch() -> None:
        await frames(await watcher.get(address(run)))

    done(watch())
    assert Entry.objects.filter(verb="run.read", object=f"run:{run.pk}", detail__part="events").count() == 1


@pytest.mark.parametrize("number", ["-1", "x", "1e3", "99999999999999999999", "٣"])
def test_a_number_that_is_none_is_refused_by_name(run: Run, watcher: AsyncClient, number: str) -> None:
    async def watch() -> None:
        response = await watcher.get(address(run, number))
        assert response.status_code == 422 and b"after" in response.content

    done(watch())


def test_another_team_and_a_stranger_get_nothing(run: Run, other_clinic: Clinic) -> None:
    client = AsyncClient()

    async def watch() -> None:
        response = await client.get(address(run))
        assert response.status_code == 302 and "next=" in response.headers["Location"]
        await client.aforce_login(other_clinic.person())
        assert (await client.get(address(run))).status_code == 404

    done(watch())


def test_a_run_under_the_address_of_another_case_is_not_found(run: Run, watcher: AsyncClient) -> None:
    async def watch() -> None:
        wrong = reverse("run_events", kwargs={"case_id": run.pk, "run_id": run.pk})
        assert (await watcher.get(wrong)).status_code == 404

    done(watch())
