"""One run from claim to end, in this process, with real checkpoints beside the real database."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.conf import settings

from agents import runner
from agents.contract import PLAN, StepRecord
from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.ranking import rank_content
from diagnosis_app.runs import actions, shutdown, worker
from diagnosis_app.runs.claim import claim
from diagnosis_app.runs.models import Claim, Event, Run, State
from diagnosis_app.runs.store import Store
from retrieval.errors import SnapshotMissing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_shutdown_left_over() -> Any:
    shutdown._asked.clear()
    yield
    shutdown._asked.clear()


def remembered() -> set[str]:
    with worker._checkpoints() as saver:
        return set(runner.remembered(saver))


def test_a_run_ends_partial_with_its_record_and_leaves_no_scratch(run: Run) -> None:
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert (run.state, run.outcome, run.reasons) == (State.ENDED, "partial", ["no_reasoning_model"])
    assert {step.status for step in run.steps.all()} == {"done"}
    assert {step.action for step in run.steps.all()} > set(PLAN), "and it looked something up"
    assert run.candidates.count() == 50 and Claim.objects.filter(candidate__run=run, verified=True).count() > 50
    assert str(run.pk) not in remembered()


def test_a_run_keeps_the_candidates_and_sums_that_the_page_shows_at_once(run: Run) -> None:
    worker.investigate(run.pk)
    instant = rank_content(read_content(run.version.content))
    kept = {one.disease: one for one in run.candidates.prefetch_related("contributions")}
    assert set(kept) == {one.id for one in instant.candidates}
    for shown in instant.candidates:
        stored = kept[shown.id]
        values = [part.value for part in stored.contributions.all() if part.kind != "objection"]
        held = [part.value for part in stored.contributions.all() if part.kind == "objection"]
        assert values == pytest.approx([part.value for part in shown.contributions])
        assert stored.prior + sum(values) + sum(held) == pytest.approx(stored.score)
        assert all(value < 0 for value in held)
    order = [one.disease for one in sorted(kept.values(), key=lambda one: (-round(one.score, 7), one.disease))]
    assert [one.disease for one in sorted(kept.values(), key=lambda one: one.rank)] == order


def test_a_task_that_arrives_twice_does_nothing_the_second_time(run: Run) -> None:
    worker.investigate(run.pk)
    events = list(run.events.values_list("seq", "key"))
    worker.investigate(run.pk)
    assert list(run.events.values_list("seq", "key")) == events


def test_a_run_that_does_not_exist_is_no_error(run: Run) -> None:
    pk = run.pk
    Run.objects.all().delete()
    worker.investigate(pk)


def test_knowledge_that_is_gone_ends_as_failed_with_code_and_remedy(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(manifest={**run.manifest, "snapshot": "0" * 16})
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.error["code"]) == ("failed", "knowledge.missing")
    assert run.error["message"] and run.error["hint"]


def test_an_unforeseen_error_is_an_outcome_and_its_words_are_kept_nowhere(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def spill(*_: Any) -> None:
        raise RuntimeError("broad thumbs of the girl in bed 4")

    monkeypatch.setattr(Store, "keep_evidence", spill)
    with caplog.at_level(logging.DEBUG):
        worker.investigate(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.error["code"]) == ("failed", "run.crashed")
    told = str(list(Event.objects.values_list("payload", flat=True))) + str(run.error) + caplog.text
    assert "bed 4" not in told and "RuntimeError" in caplog.text


def test_a_run_cancelled_meanwhile_writes_nothing_more(run: Run, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    done = Store.step_done

    def done_then_cancelled(self: Store, step: StepRecord) -> None:
        done(self, step)
        actions.cancel(actor, run)

    monkeypatch.setattr(Store, "step_done", done_then_cancelled)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert (run.state, run.outcome) == (State.ENDED, "cancelled")
    assert run.events.last().type == "run.ended" and [step.key for step in run.steps.all()] == ["intake"]
    assert str(run.pk) not in remembered()


def test_a_worker_asked_to_end_gives_the_run_back_and_another_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = Store.step_done

    def done_then_asked(self: Store, step: StepRecord) -> None:
        done(self, step)
        shutdown._asked.set()
        time.sleep(0.6)  # until the thread beside the work has heard it

    monkeypatch.setattr(Store, "step_done", done_then_asked)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (State.QUEUED, 0)
    assert [step.key for step in run.steps.all()] == ["intake"]
    monkeypatch.undo()
    shutdown._asked.clear()
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert run.outcome == "partial" and {step.action for step in run.steps.all()} > set(PLAN)
    keys = list(run.events.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) and keys.count("step.done:intake") == 1


def test_a_worker_that_was_lost_is_followed_by_one_that_finishes(
    run: Run, silence: Callable[[Run], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> None:
        raise KeyboardInterrupt  # the process ends here: nothing is handled, nothing is written

    monkeypatch.setattr(Store, "keep_claims", gone)
    with pytest.raises(KeyboardInterrupt):
        worker.investigate(run.pk)
    run.refresh_from_db()
    assert run.state == State.RUNNING and str(run.pk) in remembered()
    monkeypatch.undo()
    silence(run)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.fence, run.attempts) == ("partial", 2, 2)
    assert run.candidates.count() == 50 and {step.status for step in run.steps.all()} == {"done"}
    assert {step.action for step in run.steps.all()} > set(PLAN)
    assert [event.type for event in run.events.all()].count("run.ended") == 1


def test_the_budget_counts_working_time_over_all_workers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Run.objects.filter(pk=run.pk).update(manifest={**run.manifest, "budget": {"steps": 12, "seconds": 0, "tokens": 0}})

    def slow(request: Any, knowledge: Any, record: Any, saver: Any, control: runner.Control, **more: Any) -> Any:
        for _ in range(40):
            if control.reason:
                break
            time.sleep(0.05)
        assert control.reason == runner.OUT_OF_TIME
        return original(request, knowledge, record, saver, control, **more)

    original = runner.run
    monkeypatch.setattr(runner, "run", slow)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.error["code"]) == ("failed", "run.out_of_time")


def test_a_worker_that_starts_removes_scratch_of_runs_that_ended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_forget", lambda run_id: None)
    worker.investigate(run.pk)
    assert str(run.pk) in remembered()
    worker.prepare()
    assert str(run.pk) not in remembered()


def test_a_worker_starts_even_without_knowledge(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise SnapshotMissing("none", hint="build")

    monkeypatch.setattr(library, "current", missing)
    worker.prepare()


def test_a_case_with_replaced_and_unknown_terms_is_still_ranked(run: Run) -> None:
    content = {**run.version.content}
    content["findings"] = [*content["findings"], {"term": "HP:9999999", "label": "of another ontology"}]
    type(run.version).objects.filter(pk=run.version.pk).update(content=content)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert run.outcome == "partial"


def test_the_lease_is_renewed_beside_the_work(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "LEASE_SECONDS", 1)
    original, taken = Store.step_done, []

    def slowly(self: Store, step: StepRecord) -> None:
        time.sleep(1.3)
        taken.append(claim(run.pk))
        original(self, step)

    monkeypatch.setattr(Store, "step_done", slowly)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert taken == [None] * run.steps.count() and (run.outcome, run.fence) == ("partial", 1)


@pytest.mark.parametrize("error", [psycopg.OperationalError, sqlite3.OperationalError])
def test_checkpoints_that_cannot_be_reached_leave_the_run_for_another_try(
    run: Run, silence: Callable[[Run], None], monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def away() -> None:
        raise error("the server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr(worker, "_checkpoints", away)
        worker.investigate(run.pk)
    run.refresh_from_db()
    assert run.state == State.RUNNING and not run.outcome, "nothing is known to have gone wrong with it"
    silence(run)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert run.state == State.ENDED and run.outcome == "partial"
