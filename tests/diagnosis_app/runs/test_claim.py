"""Exactly one worker has a run, and only that one can write."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from agents.contract import EventType, Outcome, OutcomeCode, StepRecord
from agents.errors import LeaseLost
from diagnosis_app.runs.claim import ATTEMPTS, Lease, claim, give_up, release, renew
from diagnosis_app.runs.models import Event, Run, State, Step
from diagnosis_app.runs.store import Store

STEP = StepRecord("rank", "rank", 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_that_reach_for_a_run_exactly_one_gets_it(run: Run) -> None:
    start, got = threading.Barrier(8), []

    def reach() -> None:
        start.wait()
        try:
            lease = claim(run.pk)
            if lease:
                got.append(lease)
        finally:
            connection.close()

    workers = [threading.Thread(target=reach) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(got) == 1
    run.refresh_from_db()
    assert (run.fence, run.attempts, run.lease_holder) == (got[0].fence, 1, got[0].holder)


@pytest.mark.django_db(transaction=True)
def test_events_written_by_many_at_once_are_numbered_without_gap_or_double(store: Store) -> None:
    def tell(name: int) -> None:
        try:
            for number in range(10):
                store.tell(EventType.RANKED, f"{name}:{number}", {})
        finally:
            connection.close()

    workers = [threading.Thread(target=tell, args=(name,)) for name in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    numbers = list(Event.objects.filter(run_id=store.run_id).order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, 43))  # queued, started, and forty


def test_a_run_that_somebody_has_is_not_given_again(run: Run, lease: Lease) -> None:
    assert claim(run.pk) is None


def test_an_old_holder_is_refused_after_a_takeover(run: Run, store: Store, silence: Callable[[Run], None]) -> None:
    store.step_started(STEP)
    silence(run)
    second = claim(run.pk)
    assert second is not None and second.fence == store.fence + 1 and second.resumed
    with pytest.raises(LeaseLost):
        store.step_done(STEP)
    with pytest.raises(LeaseLost):
        store.finish(Outcome(OutcomeCode.PARTIAL))
    assert not renew(Lease(run.pk, store.fence, "", False))
    Store(run.pk, second.fence).step_done(STEP)
    assert Step.objects.get(run=run).status == "done"


def test_a_silent_holder_may_still_write_while_nobody_took_over(
    run: Run, store: Store, silence: Callable[[Run], None]
) -> None:
    silence(run)
    store.step_started(STEP)
    assert renew(Lease(run.pk, store.fence, "", False))
    assert claim(run.pk) is None


def test_renewing_moves_the_end_of_the_lease(run: Run, lease: Lease) -> None:
    soon = timezone.now() + timedelta(seconds=1)
    Run.objects.filter(pk=run.pk).update(lease_until=soon)
    assert renew(lease)
    run.refresh_from_db()
    assert run.lease_until is not None and run.lease_until > soon + timedelta(seconds=3)


def test_a_run_given_back_waits_again_and_costs_no_attempt(run: Run, lease: Lease) -> None:
    assert release(lease)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.lease_until) == (State.QUEUED, 0, None)
    assert not release(lease) and not renew(lease)
    with pytest.raises(LeaseLost):
        Store(run.pk, lease.fence).step_started(STEP)


def test_an_ended_run_is_never_taken_again(run: Run, store: Store) -> None:
    store.finish(Outcome(OutcomeCode.PARTIAL, ("no_reasoning_model",)))
    assert claim(run.pk) is None
    run.refresh_from_db()
    assert (run.state, run.outcome, run.reasons) == (State.ENDED, "partial", ["no_reasoning_model"])
    assert run.ended_at is not None and run.lease_until is None
    with pytest.raises(LeaseLost):
        store.finish(Outcome(OutcomeCode.FAILED))


def test_a_run_whose_workers_are_lost_again_and_again_is_given_up(run: Run, silence: Callable[[Run], None]) -> None:
    for attempt in range(ATTEMPTS):
        lease = claim(run.pk)
        assert lease is not None, attempt
        assert not give_up(run.pk), "it has a holder"
        silence(run)
    assert claim(run.pk) is None
    assert give_up(run.pk) and not give_up(run.pk)
    run.refresh_from_db()
    assert (run.state, run.outcome, run.error["code"]) == (State.ENDED, "failed", "run.gave_up")
    assert run.events.last().type == EventType.ENDED


def test_the_first_claim_starts_the_run_and_a_later_one_resumes_it(
    run: Run, lease: Lease, silence: Callable[[Run], None]
) -> None:
    silence(run)
    claim(run.pk)
    types = list(run.events.values_list("type", flat=True))
    assert types == [EventType.QUEUED, EventType.STARTED, EventType.RESUMED]
    run.refresh_from_db()
    assert run.started_at is not None
