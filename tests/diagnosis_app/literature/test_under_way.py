"""A search while it is under way: one at a time, asked once, never lost, and a page that says how it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from corpus_ingest.literature import Question, door
from corpus_ingest.literature import pubmed as pubmed_module
from corpus_ingest.literature.pace import Pace
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases.models import Case
from diagnosis_app.errors import Conflict
from diagnosis_app.leases import ATTEMPTS, free_to_take
from diagnosis_app.literature import actions, watch, worker
from diagnosis_app.literature.models import Search
from tests.corpus_ingest.literature import eutils
from tests.corpus_ingest.literature.eutils import Server
from tests.diagnosis_app.literature.asking import asked, carried_out
from tests.diagnosis_app.literature.conftest import FINGERS

pytestmark = pytest.mark.django_db
PubMed = Callable[..., Server]


def test_pressed_twice_it_is_asked_once(actor: Actor, case: Case, pubmed: PubMed) -> None:
    pubmed()
    assert asked(actor, case).pk == asked(actor, case).pk
    assert Entry.objects.filter(verb=Verb.LITERATURE_SEARCH).count() == 1


def test_carried_out_twice_it_is_kept_once(actor: Actor, case: Case, pubmed: PubMed) -> None:
    server = pubmed()
    search = carried_out(actor, case)
    worker.carry_out(search.pk)
    assert len(server.asked) == 2 and search.papers.count() == 2


def test_a_search_whose_worker_was_lost_is_begun_again_and_given_up_in_the_end(
    actor: Actor, case: Case, pubmed: PubMed, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(watch, "bell", lambda search: bool(rung.append(search.pk)) or True)
    pubmed()
    search = asked(actor, case)
    gone = {"state": "running", "lease_until": timezone.now() - timedelta(hours=1)}
    Search.objects.filter(pk=search.pk).update(attempts=1, **gone)
    assert watch.watch() == 1 and rung == [search.pk]
    Search.objects.filter(pk=search.pk).update(attempts=ATTEMPTS, **gone)
    assert watch.watch() == 0
    search.refresh_from_db()
    assert (search.state, search.error["code"]) == ("ended", "literature.gave_up")


def test_another_question_meanwhile_is_refused_and_not_taken_for_the_first(
    actor: Actor, case: Case, pubmed: PubMed
) -> None:
    pubmed()
    asked(actor, case)
    with pytest.raises(Conflict) as caught:
        asked(actor, case, Question((FINGERS,)))
    assert caught.value.code == "literature.under_way" and "not sent" in caught.value.message
    assert Search.objects.count() == 1


def test_another_question_in_the_same_moment_is_refused_too(
    actor: Actor, case: Case, pubmed: PubMed, monkeypatch: pytest.MonkeyPatch
) -> None:
    pubmed()
    first = asked(actor, case)
    seen = iter([None, first])  # the other one was stored after this one looked
    monkeypatch.setattr(actions, "_active", lambda _case: next(seen))
    with pytest.raises(Conflict) as caught:
        asked(actor, case, Question((FINGERS,)))
    assert caught.value.code == "literature.under_way"


@pytest.mark.parametrize("lease", [5, 30])
def test_a_slow_server_does_not_cost_the_worker_its_search(
    actor: Actor, case: Case, pubmed: PubMed, monkeypatch: pytest.MonkeyPatch, settings: Any, lease: int
) -> None:
    settings.LEASE_SECONDS = lease
    server = pubmed(search=eutils.then(eutils.status(503), eutils.status(503), eutils.ids_xml("31")))
    free: list[bool] = []
    real = door.get

    def pass_by(seconds: float) -> None:
        Search.objects.update(lease_until=F("lease_until") - timedelta(seconds=seconds))
        free.append(Search.objects.filter(free_to_take()).exists())

    def slow(*args: Any) -> bytes:
        pass_by(19.9)  # the door lets an answer take 20 s
        return real(*args)

    monkeypatch.setattr(door, "get", slow)
    monkeypatch.setattr(Pace, "wait", lambda _pace: None)
    monkeypatch.setattr(pubmed_module.time, "sleep", lambda _seconds: pass_by(10.0))  # as long as it ever waits
    search = carried_out(actor, case)
    assert len(server.asked) == 4 and len(free) == 6
    assert not any(free), "nobody else begins it meanwhile"
    assert search.outcome == "found"


def test_the_page_asks_for_a_search_while_it_is_under_way_and_stops_then(
    signed_in: Any, actor: Actor, case: Case, pubmed: PubMed
) -> None:
    pubmed()
    search = asked(actor, case)
    path = f"/cases/{case.pk}/papers/{search.pk}/"
    waiting = signed_in.get(path).content.decode()
    assert "every 1s" in waiting and "You can go on working" in waiting
    assert f"{path}?was=queued" in waiting and "Nothing was sent yet" in waiting, "no worker has it"
    Search.objects.update(state="running")
    running = signed_in.get(f"{path}?was=queued").content.decode()
    assert "with the server" in running and f"{path}?was=running" in running
    Search.objects.update(state="queued")
    worker.carry_out(search.pk)
    assert "every 1s" not in signed_in.get(f"{path}?was=running").content.decode()


def test_a_look_that_finds_nothing_new_replaces_nothing_and_leaves_no_row(
    signed_in: Any, actor: Actor, case: Case, pubmed: PubMed
) -> None:
    pubmed()
    search = asked(actor, case)
    path = f"/cases/{case.pk}/papers/{search.pk}/?was=queued"
    answers = [signed_in.get(path) for _ in range(3)]
    assert [(one.status_code, one.content) for one in answers] == [(204, b"")] * 3, "focus and what is open stay"
    assert not Entry.objects.filter(verb=Verb.LITERATURE_READ).exists()
    worker.carry_out(search.pk)
    assert signed_in.get(path).status_code == 200
    assert Entry.objects.filter(verb=Verb.LITERATURE_READ).count() == 1
