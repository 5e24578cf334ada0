"""A pass over the open cases: begun by what is in use, done once a case, and never in anybody's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.leases import ATTEMPTS, LeaseGone, claim, sweep_all
from diagnosis_app.reanalysis import ranking, watch, worker
from diagnosis_app.reanalysis.models import Alert, Pass, Reranking
from diagnosis_app.reanalysis.progress import progress, snapshots_needed
from retrieval.snapshot import Snapshot
from tests.diagnosis_app.reanalysis.conftest import BASE, CHANGED, HARMLESS
from tests.diagnosis_app.reanalysis.left import results, taken, waiting
from tests.diagnosis_app.reanalysis.small import World

pytestmark = pytest.mark.django_db
Publish = Callable[[World], Snapshot]
Begin = Callable[..., Case]
RunPass = Callable[[], Pass]
Result = Reranking.Result


# --- what begins a pass ------------------------------------------------------------------


def test_without_knowledge_there_is_no_pass(knowledge: object) -> None:
    assert watch.watch() is False
    assert Pass.objects.count() == 0 and progress() is None


def test_on_a_fresh_install_the_first_pass_raises_no_alert(publish: Publish, begin: Begin, run_pass: RunPass) -> None:
    publish(BASE)
    begin()
    row = run_pass()
    assert (row.number, row.source, row.outcome) == (1, "", "done")
    assert results(row) == [Result.KNOWN] and Alert.objects.count() == 0


def test_one_pass_follows_each_change_of_what_is_in_use(publish: Publish, begin: Begin, run_pass: RunPass) -> None:
    first = publish(BASE)
    begin()
    run_pass()
    run_pass()
    assert Pass.objects.count() == 1, "nothing changed"
    second = publish(HARMLESS)
    row = run_pass()
    assert (row.number, row.source, row.target) == (2, first.id, second.id)


def test_a_pointer_to_a_snapshot_that_is_not_there_begins_nothing(
    publish: Publish, knowledge: Any, run_pass: RunPass
) -> None:
    publish(BASE)
    run_pass()
    (knowledge / "current").write_text("0123456789abcdef\n")
    watch.watch()
    (knowledge / "current").write_text("no id at all\n")
    watch.watch()
    assert Pass.objects.count() == 1


def test_the_reaper_does_it_in_each_of_its_rounds(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(watch, "again", lambda row: bool(rung.append(row.pk)) or True)
    publish(BASE)
    sweep_all()
    assert rung == [Pass.objects.get().pk]


def test_a_pass_that_nobody_heard_of_is_rung_for_again(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(watch, "again", lambda row: bool(rung.append(row.pk)) or True)
    publish(BASE)
    watch.watch()
    watch.watch()
    assert len(rung) == 2, "no broker took it, so nobody was told"
    Pass.objects.update(rung_at=timezone.now())
    watch.watch()
    assert len(rung) == 2, "it may only be in the line"


# --- one after the other, once ---------------------------------------------------------------------


def test_whoever_investigates_goes_first(
    publish: Publish, begin: Begin, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diagnosis_app.runs import actions as runs

    publish(BASE)
    for _ in range(3):
        begin()
    runs.request_run(actor, begin())
    publish(CHANGED)
    watch.watch()
    rung: list[int] = []
    monkeypatch.setattr(worker, "again", lambda row: bool(rung.append(row.pk)) or True)
    row = Pass.objects.get()
    worker.carry(row.pk)
    row.refresh_from_db()
    assert row.rerankings.count() == 1 and row.state == "queued", "one case, then it lets the run go first"
    assert rung == [row.pk] and row.attempts == 0


def test_the_bell_of_a_pass_has_the_lowest_priority(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    from diagnosis_app.reanalysis.tasks import reanalyse

    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(reanalyse, "apply_async", lambda **how: sent.append(how))
    publish(BASE)
    watch.watch()
    assert [how["priority"] for how in sent] == [9]


def test_a_case_is_written_once_a_pass_whoever_does_it_again(publish: Publish, begin: Begin, run_pass: RunPass) -> None:
    publish(BASE)
    case = begin()
    publish(CHANGED)
    row = run_pass()
    Pass.objects.filter(pk=row.pk).update(state="queued", outcome="")
    worker.carry(row.pk)
    assert row.rerankings.count() == 1 and case.alerts.count() == 1


def test_a_worker_that_was_only_asleep_writes_nothing(publish: Publish, begin: Begin) -> None:
    publish(BASE)
    case = begin()
    new = publish(CHANGED)
    row, asleep = taken()
    assert claim(Pass, row.pk) is None, "it has a holder"
    Pass.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claim(Pass, row.pk) is not None
    with pytest.raises(LeaseGone):
        ranking.rerank(case.pk, row, new, asleep)
    assert row.rerankings.count() == 0 and case.alerts.count() == 0


def test_a_case_that_cannot_be_ranked_does_not_hold_up_the_others(
    publish: Publish, begin: Begin, run_pass: RunPass, caplog: pytest.LogCaptureFixture
) -> None:
    publish(BASE)
    broken, whole = begin(note="Anna Svensson, born 12 May"), begin()
    content = {**broken.draft.content, "findings": [{"term": "Anna Svensson"}]}
    broken.versions.all().delete()
    broken.draft.content = content
    broken.draft.save()
    publish(CHANGED)
    row = run_pass()
    assert results(row) == [Result.FAILED, Result.CHANGED]
    assert waiting(whole) is not None
    assert "Anna" not in caplog.text


def test_a_case_that_takes_its_worker_down_is_passed_over(publish: Publish, begin: Begin, run_pass: RunPass) -> None:
    publish(BASE)
    fatal, other = begin(), begin()
    publish(CHANGED)
    watch.watch()
    Pass.objects.update(
        state="running", attempts=ATTEMPTS, at=fatal.pk, lease_until=timezone.now() - timedelta(hours=1)
    )
    row = run_pass()
    assert row.rerankings.get(case=fatal).code == "reanalysis.worker_lost"
    assert row.outcome == "done" and waiting(other) is not None


def test_knowledge_that_cannot_be_read_ends_the_pass_with_the_reason(
    publish: Publish, begin: Begin, knowledge: Any
) -> None:
    publish(BASE)
    begin()
    new = publish(CHANGED)
    watch.watch()
    (knowledge / new.id / "manifest.json").write_text("{}")
    library.close_all()
    row = Pass.objects.get()
    for _ in range(ATTEMPTS):
        worker.carry(row.pk)
    watch.watch()
    row.refresh_from_db()
    assert (row.state, row.outcome, row.error["code"]) == ("ended", "failed", "knowledge.unreadable")
    found = progress()
    assert found is not None and found.state == "failed" and found.error["hint"]


# --- what is told ------------------------------------------------------------------------------------


def test_the_trail_names_the_pass_and_each_alert_and_nothing_of_the_patient(
    publish: Publish, begin: Begin, run_pass: RunPass
) -> None:
    publish(BASE)
    case = begin(note="Anna Svensson")
    run_pass()
    publish(CHANGED)
    run_pass()
    raised = Entry.objects.get(verb="reanalysis.alert")
    assert (raised.object, raised.team_id, raised.actor_id) == (f"case:{case.pk}", case.team_id, None)
    ended = Entry.objects.filter(verb="reanalysis.pass").order_by("-seq")[0]
    assert (ended.detail["cases"], ended.detail["changed"], ended.detail["failed"]) == (1, 1, 0)
    assert not any("Anna" in str(row.detail) for row in Entry.objects.all())


def test_progress_counts_cases_and_says_how_long(
    publish: Publish, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = publish(BASE)
    for _ in range(3):
        begin()
    new = publish(CHANGED)
    watch.watch()
    monkeypatch.setattr(worker, "BATCH", 0.0)
    worker.carry(Pass.objects.get().pk)
    found = progress()
    assert found is not None and found.under_way
    assert (found.done, found.total, found.changed, found.target) == (1, 3, 1, new.id)
    assert found.seconds_left is not None and found.seconds_left > 0
    assert snapshots_needed() == {old.id, new.id}


def test_closing_a_case_takes_its_alert_out_of_the_worklist_and_purging_takes_all(
    publish: Publish, begin: Begin, run_pass: RunPass, actor: Actor
) -> None:
    from diagnosis_app.cases.worklist import worklist

    publish(BASE)
    case = begin()
    publish(CHANGED)
    run_pass()
    assert worklist(actor).counts["changed"] == 1
    cases.delete_case(actor, case)
    assert worklist(actor).counts["changed"] == 0
    cases.purge_case(actor, cases.find(actor, Verb.CASE_PURGE, case.pk), confirmed=case.reference)
    assert Alert.objects.count() == Reranking.objects.count() == 0
