"""A passage marked as wrong, in the next investigation: read last, told, pinned, and withheld from who reads blind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from django.urls import reverse

from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.compare.actions import compare
from diagnosis_app.review import citations, second, verdicts
from diagnosis_app.review.models import WrongCitation
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs import watching, worker
from diagnosis_app.runs.models import Evidence, Run
from retrieval.snapshot import Snapshot
from tests.agents.conftest import ABSENT, PRESENT
from tests.agents.small_world import small_world
from tests.diagnosis_app.review.judging import PFEIFFER, acting, made_case
from tests.security.test_policy_over_every_route import bearer

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 30.0  # a stream of an ended run that is still open then has failed the test
FINDINGS = [*({"term": one} for one in PRESENT), *({"term": one, "status": "excluded"} for one in ABSENT)]


@pytest.fixture(autouse=True)
def _no_connection_left() -> Iterator[None]:
    """In the threads that a server would keep."""
    yield
    watching._thread.submit(watching._close).result()
    asyncio.run(sync_to_async(watching._close)())


@pytest.fixture
def texts(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The knowledge of the worker holds four texts."""
    world = small_world(snapshot)
    monkeypatch.setattr(worker.library, "snapshot", lambda _name: world)


def investigated(actor: Actor, team: Any) -> Run:
    run = runs.request_run(actor, made_case(actor, team, findings=FINDINGS, note=""), asks=False)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert run.state == "ended" and run.outcome == "partial"
    return run


def cited_passage(run: Run) -> Evidence:
    """A passage that a statement about the leader stands on."""
    leader = run.candidates.get(disease=PFEIFFER)
    cited = {key for claim in leader.claims.filter(verified=True) for key in claim.evidence}
    return run.evidence.filter(kind="passage", key__in=cited).order_by("key")[0]


def told(run: Run) -> list[dict[str, Any]]:
    return [step.detail["got"] for step in run.steps.filter(action="search")]


@pytest.fixture
def first(texts: None, actor: Actor, team: Any) -> Run:
    return investigated(actor, team)


@pytest.fixture
def wrong(first: Run) -> Evidence:
    return cited_passage(first)


@pytest.fixture
def later(first: Run, wrong: Evidence, actor: Actor, team: Any) -> Run:
    """Another patient of the team, after the mark."""
    citations.mark(actor, first, PFEIFFER, wrong.key, "not_said", "Not what it says.")
    return investigated(actor, team)


def page(user: User, run: Run) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("run", args=[run.case_id, run.pk])).content.decode()


def test_the_next_investigation_reads_it_last_and_ranks_as_before(first: Run, wrong: Evidence, later: Run) -> None:
    assert first.manifest["set_back"] == {} and not [got for got in told(first) if "set_back" in got]
    assert later.manifest["set_back"] == {PFEIFFER: [wrong.body["passage"]]}
    stood = [got for got in told(later) if got.get("set_back")]
    assert stood and all(got["behind"] == [wrong.body["passage"]] for got in stood)
    assert not later.evidence.filter(key=wrong.key).exists()
    ranks = list(first.candidates.values_list("disease", "rank", "score"))
    assert list(later.candidates.values_list("disease", "rank", "score")) == ranks


def test_the_thread_says_it_and_leads_to_the_marks(user: User, wrong: Evidence, later: Run) -> None:
    shown = page(user, later)
    assert "1 stood behind the others: colleagues marked it as wrong." in shown
    assert f"{reverse('set_back')}?passage={wrong.body['passage']}" in shown


def test_marks_are_those_of_the_beginning_also_after_they_were_taken_back(
    actor: Actor, first: Run, wrong: Evidence, team: Any
) -> None:
    """A run that another worker goes on with follows what it began with."""
    citations.mark(actor, first, PFEIFFER, wrong.key, "not_said")
    run = runs.request_run(actor, made_case(actor, team, findings=FINDINGS, note=""), asks=False)
    Run.objects.filter(pk=run.pk).update(manifest={**run.manifest, "set_back": {}})
    worker.investigate(run.pk)
    assert not [got for got in told(run) if "set_back" in got]


def test_taken_back_the_next_one_reads_it_as_before(
    actor: Actor, first: Run, wrong: Evidence, later: Run, team: Any
) -> None:
    WrongCitation.objects.all().delete()
    after = investigated(actor, team)
    assert after.manifest["set_back"] == {} and after.evidence.filter(key=wrong.key).exists()
    assert later.manifest["set_back"], "what an earlier one pinned stays"


def test_the_comparison_says_that_other_passages_stood_back(
    actor: Actor, first: Run, wrong: Evidence, later: Run
) -> None:
    citations.unmark(actor, first, PFEIFFER, wrong.key)
    citations.mark(actor, first, PFEIFFER, wrong.key, "not_said")
    run = runs.request_run(actor, first.case, asks=False)
    worker.investigate(run.pk)
    row = next(one for one in compare(actor, first.case).rows if one.name == "set_back")
    assert (row.a, row.b, row.differs) == ("none", "1 passage", True)
    assert [one.text for one in row.changes] == [f"1 more for {PFEIFFER}"]
    same = next(one for one in compare(actor, first.case, str(run.pk), str(run.pk)).rows if one.name == "set_back")
    assert not same.differs and not same.changes


def test_nothing_of_it_is_told_to_somebody_who_reads_blind(
    actor: Actor, bo: User, user: User, first: Run, later: Run, wrong: Evidence
) -> None:
    verdicts.give(actor, first, PFEIFFER, "confirmed")
    second.ask(actor, first, bo.username)
    passage = wrong.body["passage"]
    address = {"case_id": later.case_id, "run_id": later.pk}
    client = Client()
    shown = {
        "page": page(bo, later),
        **{
            name: client.get(reverse(f"api:{name}", kwargs=address), **bearer(bo)).content.decode()
            for name in ("get_run", "get_events")
        },
        "stream": streamed(bo, later),
    }
    for name, text in shown.items():
        assert "set_back" not in text and "stood behind" not in text and passage not in text, name
    assert passage in client.get(reverse("api:get_run", kwargs=address), **bearer(user)).content.decode()
    assert passage in client.get(reverse("api:get_events", kwargs=address), **bearer(user)).content.decode()
    assert passage in streamed(user, later)
    again = runs.request_run(actor, first.case, asks=False)
    worker.investigate(again.pk)
    row = next(one for one in compare(acting(bo), first.case).rows if one.name == "set_back")
    assert not row.differs, "the marks in force are pinned, and not told"
    assert next(one for one in compare(actor, first.case).rows if one.name == "set_back").differs


def streamed(user: User, run: Run) -> str:
    """What the open page of this person is sent."""
    client = AsyncClient()
    client.force_login(user)

    async def all_of_it() -> str:
        answer = await client.get(reverse("run_events", args=[run.case_id, run.pk]))
        return b"".join([part async for part in answer.streaming_content]).decode()

    return asyncio.run(asyncio.wait_for(all_of_it(), SECONDS))
