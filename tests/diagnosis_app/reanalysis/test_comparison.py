"""What each open case is compared with, once and over several publications, and which of them get an alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from corpus_ingest import library
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.models import Case
from diagnosis_app.reanalysis import actions, ranking, watch, worker
from diagnosis_app.reanalysis.models import Alert, Pass, Reranking
from diagnosis_app.reanalysis.progress import snapshots_needed
from retrieval.snapshot import Snapshot
from tests.diagnosis_app.reanalysis.conftest import BASE, CHANGED, FURTHER, HARMLESS
from tests.diagnosis_app.reanalysis.left import listed, results, taken, waiting
from tests.diagnosis_app.reanalysis.small import AORTA, ARACHNODACTYLY, CLEFT, ECTOPIA, LISTED, World

pytestmark = pytest.mark.django_db
Publish = Callable[[World], Snapshot]
Begin = Callable[..., Case]
RunPass = Callable[[], Pass]
Result = Reranking.Result


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
    row, lease = taken()
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
    row, lease = taken()

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
    run = runs.request_run(actor, case, asks=False)
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


def test_knowledge_that_comes_back_before_the_reaper_looked_is_ranked_with_all_the_same(
    publish: Publish, begin: Begin, run_pass: RunPass
) -> None:
    publish(BASE)
    case = begin()
    run_pass()
    publish(CHANGED)
    watch.watch()
    publish(HARMLESS)
    worker.carry(Pass.objects.get(number=2).pk)  # other knowledge is in use: it ends
    back = publish(CHANGED)
    row = run_pass()
    assert (row.number, row.target, row.outcome) == (3, back.id, "done")
    assert waiting(case) is not None


def test_what_a_clean_up_must_keep_reaches_back_to_what_every_case_was_ranked_with(
    publish: Publish, begin: Begin, run_pass: RunPass
) -> None:
    first = publish(BASE)
    begin()
    run_pass()
    second = publish(CHANGED)
    watch.watch()
    third = publish(FURTHER)
    watch.watch()  # no case was ranked with the second one: they are all compared with the first
    assert snapshots_needed() == {first.id, second.id, third.id}


def test_what_no_alert_and_no_case_is_compared_with_any_more_may_go(
    publish: Publish, begin: Begin, run_pass: RunPass
) -> None:
    publish(BASE)
    begin()
    run_pass()
    second = publish(HARMLESS)
    run_pass()
    third = publish(CHANGED)
    assert results(run_pass()) == [Result.CHANGED]
    assert snapshots_needed() == {second.id, third.id}, "the first one is not among them"


@pytest.mark.django_db(transaction=True)
def test_a_case_that_is_purged_while_it_is_ranked_holds_nobody_up(
    publish: Publish, begin: Begin, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(BASE)
    gone, other = begin(), begin()
    publish(CHANGED)
    watch.watch()

    def purge(case: Case, _target: object) -> None:
        if case.pk == gone.pk and Case.objects.filter(pk=gone.pk).exists():
            cases.delete_case(actor, gone)
            cases.purge_case(actor, gone, confirmed=gone.reference)

    monkeypatch.setattr(ranking, "_summary", purge)
    row = Pass.objects.get()
    worker.carry(row.pk)
    row.refresh_from_db()
    assert row.outcome == "done" and [one.case_id for one in row.rerankings.all()] == [other.pk]
