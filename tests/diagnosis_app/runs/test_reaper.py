"""What nobody works on is found again; what is lost too often ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.utils import timezone

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.runs import actions, reaper
from diagnosis_app.runs.claim import ATTEMPTS, Lease
from diagnosis_app.runs.models import Run, State

LONG_AGO = timedelta(hours=1)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[UUID]]:
    """A broker that takes everything; the list is what it was told."""
    told: list[UUID] = []
    monkeypatch.setattr(reaper, "ring", lambda run_id: told.append(run_id) or True)
    yield told


def test_a_queued_run_that_nobody_was_told_of_is_rung_for(run: Run, rung: list[UUID]) -> None:
    assert run.rung_at is None, "no broker listens here"
    assert reaper.sweep().rung == 1 and rung == [run.pk]


def test_a_run_that_was_just_rung_for_is_left_in_the_line(run: Run, rung: list[UUID]) -> None:
    Run.objects.filter(pk=run.pk).update(rung_at=timezone.now())
    assert reaper.sweep().rung == 0
    Run.objects.filter(pk=run.pk).update(rung_at=timezone.now() - LONG_AGO)
    assert reaper.sweep().rung == 1


def test_a_run_whose_worker_went_silent_is_rung_for(
    run: Run, lease: Lease, rung: list[UUID], silence: Callable[[Run], None]
) -> None:
    assert reaper.sweep().rung == 0, "it has a holder"
    silence(run)
    assert reaper.sweep().rung == 1


def test_a_run_that_ended_is_left_alone(run: Run, actor: Actor, rung: list[UUID]) -> None:
    actions.cancel(actor, run)
    assert reaper.sweep() == reaper.Swept(0, 0)


def test_a_run_lost_too_often_is_ended_and_not_rung_for(run: Run, rung: list[UUID]) -> None:
    Run.objects.filter(pk=run.pk).update(state=State.RUNNING, attempts=ATTEMPTS, lease_until=timezone.now() - LONG_AGO)
    assert reaper.sweep() == reaper.Swept(rung=0, given_up=1)
    run.refresh_from_db()
    assert run.error["code"] == "run.gave_up" and run.error["hint"]


def test_a_broker_that_is_down_ends_the_round_and_no_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaper, "ring", lambda run_id: False)
    assert reaper.sweep().rung == 0
    run.refresh_from_db()
    assert run.state == State.QUEUED


def test_the_oldest_run_is_rung_for_first(run: Run, rung: list[UUID], actor: Actor, team: Any) -> None:
    from diagnosis_app.cases import actions as cases

    second = actions.request_run(actor, cases.find(actor, "run.start", cases.create_case(actor, team.pk).pk))  # type: ignore[arg-type]
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() + LONG_AGO)
    reaper.sweep()
    assert rung == [second.pk, run.pk]


def test_the_command_makes_one_round_and_ends(run: Run, rung: list[UUID]) -> None:
    call_command("reaper", once=True)
    assert rung == [run.pk]
