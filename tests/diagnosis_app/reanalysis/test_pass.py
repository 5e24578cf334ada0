"""A pass over the open cases: begun by what is in use, done once a case, and never in anybody's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.models import Case
from diagnosis_app.leases import ATTEMPTS, LeaseGone, claim, sweep_all
from diagnosis_app.reanalysis import actions, ranking, watch, worker
from diagnosis_app.reanalysis.models import Alert, Pass, Reranking
from diagnosis_app.reanalysis.progress import progress, snapshots_needed
from retrieval.snapshot import Snapshot
from tests.diagnosis_app.reanalysis.conftest import BASE, CHANGED, FURTHER, HARMLESS
from tests.diagnosis_app.reanalysis.small import AORTA, ARACHNODACTYLY, CLEFT, ECTOPIA, LISTED, World

pytestmark = pytest.mark.django_db
Publish = Callable[[World], Snapshot]
Begin = Callable[..., Case]
RunPass = Callable[[], Pass]
Result = Reranking.Result


def results(row: Pass) -> list[str]:
    return list(row.rerankings.order_by("case__number").values_list("result", flat=True))


def listed(side: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in side]


def waiting(case: Case) -> Alert | None:
    return case.alerts.filter(seen_at=None, replaced_at=None).first()


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


# --- what a case is compared with --------------------------------------------------------------


def test_a_case_whose_first_five_changed_has_an_alert_with_the_reason(
    publish: Publish, begin: Begin, run_pass: RunPass
) -> None:
    old = publish(BASE)
    case = begin()
    run_pass()
    new = publish(CHANGED)
    row = run_pass()
    alert = waiting(case)
    assert results(row) == [Result.CHANGED] and alert is not None
    assert (alert.source, alert.target, alert.known) == (old.id, new.id, True)
    assert alert.version == case.versions.get() and alert.digest == alert.version.digest
    assert listed(alert.before) == LISTED
    assert listed(alert.after) == ["First", "Second", "Sixth", "Third", "Fourth"]
    assert all(one["score"] and one["strength"] for one in (*alert.before, *alert.after))
    (reason,) = alert.reasons
    assert (reason["kind"], reason["disease"], reason["about"]["term"]) == ("annotation_added", "OMIM:300006", CLEFT)
    assert [one["name"] for one in alert.sources] == ["hpo"]


def test_a_case_whose_first_five_stay_has_none(publish: Publish, begin: Begin, run_pass: RunPass) -> None:
    publish(BASE)
    begin()
    publish(HARMLESS)
    assert results(run_pass()) == [Result.SAME] and Alert.objects.count() == 0


def test_a_case_that_was_never_saved_is_ranked_by_its_draft(publish: Publish, begin: Begin, run_pass: RunPass) -> None:
    publish(BASE)
    case = begin(saved=False)
    publish(CHANGED)
    run_pass()
    alert = waiting(case)
    assert alert is not None and alert.version is None and listed(alert.before) == LISTED


def test_the_saved_version_speaks_and_not_what_is_being_typed(
    publish: Publish, begin: Begin, run_pass: RunPass, actor: Actor
) -> None:
    publish(BASE)
    case = begin()
    other = read_content({"findings": [{"term": term} for term in (ARACHNODACTYLY, ECTOPIA, AORTA)]})
    cases.store_draft(actor, case, other, 1)
    publish(CHANGED)
    run_pass()
    alert = waiting(case)
    assert alert is not None and alert.version is not None and alert.version.number == 1


def test_a_version_saved_with_the_new_knowledge_needs_no_comparison(
    publish: Publish, begin: Begin, run_pass: RunPass
) -> None:
    publish(BASE)
    run_pass()
    publish(CHANGED)
    case = begin()  # before the pass came to it, but with what is now in use
    assert results(run_pass()) == [Result.KNOWN] and waiting(case) is None


def test_closed_and_deleted_cases_are_left_out(publish: Publish, begin: Begin, run_pass: RunPass, actor: Actor) -> None:
    publish(BASE)
    kept, closed, deleted = begin(), begin(), begin()
    cases.close_case(actor, closed)
    cases.delete_case(actor, deleted)
    publish(CHANGED)
    row = run_pass()
    assert [one.case_id for one in row.rerankings.all()] == [kept.pk]


def test_a_case_that_is_closed_while_the_pass_is_under_way_is_left_out(
    publish: Publish, begin: Begin, actor: Actor
) -> None:
    publish(BASE)
    case = begin()
    new = publish(CHANGED)
    watch.watch()
    row = Pass.objects.get()
    lease = claim(Pass, row.pk)
    assert lease is not None
    cases.close_case(actor, case)
    ranking.rerank(case.pk, row, new, lease)
    ranking.rerank(uuid4(), row, new, lease)  # purged meanwhile
    assert row.rerankings.count() == 0


def test_the_worklist_shows_what_the_new_knowledge_leads_with(
    publish: Publish, begin: Begin, run_pass: RunPass
) -> None:
    publish(BASE)
    case = begin()
    touched = case.updated_at
    new = publish(CHANGED)
    run_pass()
    case.refresh_from_db()
    assert [one["name"] for one in case.summary["leading"]] == ["First", "Second", "Sixth"]
    assert case.summary["snapshot"] == new.id
    assert case.updated_at == touched, "nobody edited it"


def test_a_draft_that_was_edited_meanwhile_keeps_its_own_summary(publish: Publish, begin: Begin) -> None:
    publish(BASE)
    case = begin()
    new = publish(CHANGED)
    watch.watch()
    row = Pass.objects.get()
    lease = claim(Pass, row.pk)
    assert lease is not None

    def edit(*_: object) -> Any:
        Case.objects.filter(pk=case.pk).update(updated_at=timezone.now(), summary={"words": "typed meanwhile"})
        return {"words": "of the pass"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "_summary", edit)
        ranking.rerank(case.pk, row, new, lease)
    case.refresh_from_db()
    assert case.summary == {"words": "typed meanwhile"}


def test_a_snapshot_that_is_gone_leaves_the_stored_list_to_compare_with(
    publish: Publish, begin: Begin, run_pass: RunPass, knowledge: Any
) -> None:
    import shutil

    old = publish(BASE)
    case = begin()
    run_pass()
    publish(CHANGED)
    shutil.rmtree(knowledge / old.id)
    library.close_all()
    run_pass()
    alert = waiting(case)
    assert alert is not None and alert.known is False
    assert listed(alert.before) == LISTED and alert.reasons == []


@pytest.mark.django_db(transaction=True)
def test_a_run_stands_in_for_a_snapshot_that_is_gone(
    publish: Publish, begin: Begin, run_pass: RunPass, knowledge: Any, actor: Actor
) -> None:
    import shutil

    from diagnosis_app.runs import actions as runs
    from diagnosis_app.runs import worker as investigator

    old = publish(BASE)
    case = begin()
    run = runs.request_run(actor, case)
    investigator.investigate(run.pk)
    publish(CHANGED)
    shutil.rmtree(knowledge / old.id)
    library.close_all()
    run_pass()
    alert = waiting(case)
    assert alert is not None and alert.known is False and alert.source == old.id
    assert listed(alert.before) == LISTED and listed(alert.after)[2] == "Sixth"


def test_where_nothing_is_remembered_there_is_nothing_to_compare_with_but_from_then_on(
    publish: Publish, begin: Begin, run_pass: RunPass, knowledge: Any
) -> None:
    import shutil

    old = publish(BASE)
    case = begin()
    publish(CHANGED)
    shutil.rmtree(knowledge / old.id)
    library.close_all()
    assert results(run_pass()) == [Result.UNCOMPARED] and waiting(case) is None
    publish(FURTHER)
    assert results(run_pass()) == [Result.CHANGED] and waiting(case) is not None


# --- several publications ----------------------------------------------------------------------


def test_two_publications_in_a_row_leave_one_alert_from_what_the_team_last_saw(
    publish: Publish, begin: Begin, run_pass: RunPass
) -> None:
    first = publish(BASE)
    case = begin()
    run_pass()
    publish(CHANGED)
    run_pass()
    third = publish(FURTHER)
    run_pass()
    alert = waiting(case)
    assert alert is not None and (alert.source, alert.target) == (first.id, third.id)
    assert listed(alert.before) == LISTED
    assert case.alerts.count() == 2 and case.alerts.filter(replaced_at=None).count() == 1
    terms = {(reason["name"], reason["about"].get("term")) for reason in alert.reasons}
    assert {("Sixth", CLEFT), ("Fifth", CLEFT)} <= terms, "both publications are explained"


def test_a_roll_back_takes_an_alert_away_that_nobody_saw(publish: Publish, begin: Begin, run_pass: RunPass) -> None:
    publish(BASE)
    case = begin()
    publish(CHANGED)
    run_pass()
    assert waiting(case) is not None
    publish(BASE)
    run_pass()
    assert waiting(case) is None and case.alerts.count() == 1


def test_after_it_was_seen_a_roll_back_is_news_again(
    publish: Publish, begin: Begin, run_pass: RunPass, actor: Actor
) -> None:
    publish(BASE)
    case = begin()
    publish(CHANGED)
    run_pass()
    alert = waiting(case)
    assert alert is not None
    actions.see(actor, alert)
    publish(BASE)
    run_pass()
    back = waiting(case)
    assert back is not None and listed(back.after) == LISTED
    assert back.reasons[0]["kind"] == "annotation_gone"


def test_knowledge_that_comes_while_a_pass_is_under_way_ends_it_and_no_case_is_lost(
    publish: Publish, begin: Begin, run_pass: RunPass, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(BASE)
    one, other = begin(), begin()
    run_pass()
    publish(CHANGED)
    watch.watch()
    monkeypatch.setattr(worker, "BATCH", 0.0)  # a case, then the end of the line
    row = Pass.objects.get(number=2)
    worker.carry(row.pk)
    assert row.rerankings.count() == 1
    third = publish(FURTHER)
    last = run_pass()
    row.refresh_from_db()
    assert (row.outcome, last.number, last.outcome) == ("superseded", 3, "done")
    for case in (one, other):
        alert = waiting(case)
        assert alert is not None and (alert.source, alert.target) == (first.id, third.id)


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
    watch.watch()
    row = Pass.objects.get()
    asleep = claim(Pass, row.pk)
    assert asleep is not None and claim(Pass, row.pk) is None, "it has a holder"
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
