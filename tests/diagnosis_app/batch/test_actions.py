"""A batch from its files to its table: read, started, fed to workers a few at a time, stopped, resumed, deleted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from diagnosis_app.accounts.models import Membership, Role
from diagnosis_app.accounts.policy import Actor, Verb, actor_for
from diagnosis_app.audit import log
from diagnosis_app.audit.models import Entry
from diagnosis_app.batch import actions, feeding, watch
from diagnosis_app.batch.files import File
from diagnosis_app.batch.models import Batch, Item
from diagnosis_app.batch.progress import progress_of
from diagnosis_app.batch.table import rows_of
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.worklist import worklist
from diagnosis_app.errors import ClinicError, Conflict, Forbidden, Hidden, Invalid, TooLarge
from diagnosis_app.runs import actions as runs
from diagnosis_app.runs import worker
from diagnosis_app.runs.models import Run
from tests.diagnosis_app.batch.packets import PFEIFFER, THUMBS, packet, terms
from tests.people import Clinic

pytestmark = pytest.mark.django_db(transaction=True)  # a worker closes its connection
Make = Callable[..., Batch]
Carry = Callable[[], int]


def many(count: int) -> dict[str, bytes]:
    return {f"p{number:03}.json": packet(THUMBS[: 3 + number % 3]) for number in range(count)}


def outcomes(batch: Batch) -> dict[str, str]:
    return {row.file: row.outcome for row in rows_of(batch)}


def test_what_was_read_is_kept_and_nothing_is_a_case_before_the_start(batch: Batch) -> None:
    assert not Case.objects.exists() and not Run.objects.exists()
    assert outcomes(batch) == {
        "a.json": "waiting",
        "b.txt": "waiting",
        "broken.json": "unreadable",
        "few.txt": "waiting",
    }
    broken = batch.items.get(name="broken.json")
    assert broken.error["code"] == "phenopacket.json" and broken.error["hint"] and broken.content == {}
    assert feeding.give() == 0, "it was not started"


def test_each_file_becomes_a_case_with_a_background_run_that_asks_nothing(started: Batch, carry: Carry) -> None:
    assert carry() == 3
    assert outcomes(started) == {
        "a.json": "partial",
        "b.txt": "partial",
        "broken.json": "unreadable",
        "few.txt": "insufficient",
    }
    for run in Run.objects.all():
        assert run.background and run.manifest["asks"] is False
    leader = next(row for row in rows_of(started) if row.file == "a.json").first[0]
    assert leader["id"] == PFEIFFER
    progress = progress_of(started)
    assert (progress.state, progress.done, progress.total, progress.live) == ("done", 3, 3, False)
    assert all(item.content == {} for item in started.items.exclude(state="unreadable")), "the case holds it now"


def test_an_investigation_that_somebody_asks_for_may_ask_back(actor: Actor, team: Any, snapshot: object) -> None:
    case = cases.find(actor, Verb.RUN_START, cases.create_case(actor, team.pk).pk)
    run = runs.request_run(actor, case)
    assert run.background is False and run.manifest["asks"] is True


def test_a_named_diagnosis_never_reaches_the_case(make: Make, actor: Actor, carry: Carry) -> None:
    batch = actions.start(actor, make({"plain.json": packet(), "named.json": packet(diagnosis="OMIM:154700")}))
    carry()
    plain, named = (row.first for row in rows_of(batch))
    assert plain == named
    assert "154700" not in str(Case.objects.get(batch_item__name="named.json").draft.content)


def test_no_more_than_a_few_runs_are_under_way_whatever_the_number_of_files(make: Make, actor: Actor) -> None:
    actions.start(actor, make(many(9)))
    assert feeding.give() == feeding.ROOM == Run.objects.count()
    assert feeding.give() == 0
    worker.investigate(Run.objects.filter(state="queued").first().pk)  # type: ignore[union-attr]
    assert feeding.give() == 1


def test_a_second_batch_does_not_wait_for_the_end_of_the_first(make: Make, actor: Actor) -> None:
    actions.start(actor, make(many(9)))
    feeding.give()
    second = actions.start(actor, make(many(2)))
    worker.investigate(Run.objects.filter(state="queued").first().pk)  # type: ignore[union-attr]
    feeding.give()
    assert progress_of(second).counts == {"under_way": 1, "waiting": 1}


def test_what_is_killed_while_it_is_given_is_still_waiting(
    started: Batch, monkeypatch: pytest.MonkeyPatch, carry: Carry
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(feeding, "request_run", killed)
        with pytest.raises(KeyboardInterrupt):
            feeding.give()
    assert not Case.objects.exists() and progress_of(started).counts["waiting"] == 3
    assert carry() == 3


def test_the_rest_is_cancelled_what_was_done_stays_and_it_goes_on_later(make: Make, actor: Actor, carry: Carry) -> None:
    batch = actions.start(actor, make(many(6)))
    feeding.give()
    worker.investigate(Run.objects.order_by("created_at").first().pk)  # type: ignore[union-attr]
    actions.cancel(actor, batch)
    assert progress_of(batch).counts == {"partial": 1, "cancelled": 5}
    assert carry() == 0
    batch = actions.resume(actor, batch)
    assert progress_of(batch).counts == {"partial": 1, "waiting": 5}
    assert carry() == 5 and progress_of(batch).state == "done"
    assert Case.objects.count() == 6, "a case that was made before is investigated again, not made again"


def test_what_failed_is_tried_again(
    started: Batch, actor: Actor, carry: Carry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise Invalid("The disk is full.", hint="Empty it.", code="upload.no_room")

    with monkeypatch.context() as patch:
        patch.setattr(feeding.cases, "create_case", broken)
        feeding.give()
    assert progress_of(started).counts == {"failed": 3, "unreadable": 1} and not Case.objects.exists()
    assert started.items.filter(error__code="upload.no_room").count() == 3
    actions.retry(actor, started)
    assert carry() == 3 and "failed" not in progress_of(started).counts


def test_without_knowledge_all_stays_waiting(started: Batch, settings: Any, tmp_path: Any, carry: Carry) -> None:
    kept = settings.KNOWLEDGE_DIR
    settings.KNOWLEDGE_DIR = tmp_path
    assert feeding.give() == 0
    assert progress_of(started).counts["waiting"] == 3
    settings.KNOWLEDGE_DIR = kept
    assert carry() == 3


def test_whoever_started_it_and_lost_the_role_starts_nothing_more(started: Batch, actor: Actor) -> None:
    Membership.objects.filter(user_id=actor.user_id).delete()
    feeding.give()
    assert progress_of(started).counts == {"failed": 3, "unreadable": 1} and not Case.objects.exists()


def test_a_case_that_somebody_investigates_meanwhile_is_theirs(make: Make, actor: Actor) -> None:
    batch = actions.start(actor, make(many(1)))
    feeding.give()
    item = batch.items.get()
    assert item.case and item.run
    mine = runs.request_run(actor, item.case)
    mine.refresh_from_db()
    assert mine == item.run and mine.background is False, "it goes first now"
    actions.cancel(actor, batch)
    mine.refresh_from_db()
    assert mine.state == "queued"


def test_cases_of_a_batch_stay_out_of_the_worklist_until_somebody_edits_one(
    started: Batch, actor: Actor, team: Any, carry: Carry
) -> None:
    own = cases.create_case(actor, team.pk)
    carry()
    listed = worklist(actor)
    assert [row.reference for row in listed.rows] == [own.reference]
    assert (listed.counts["open"], listed.counts["batches"]) == (1, 3)
    assert len(worklist(actor, state="batches").rows) == 3
    item = started.items.get(name="a.json")
    assert item.case
    case = cases.find(actor, Verb.CASE_EDIT, item.case.pk)
    cases.store_draft(actor, case, cases.content_of(case.draft).model_copy(update={"age": "P2Y"}), 1)
    listed = worklist(actor)
    assert {row.reference for row in listed.rows} == {own.reference, case.reference}
    assert listed.counts["batches"] == 2
    cases.close_case(actor, case)
    assert case.reference in {row.reference for row in worklist(actor, state="closed").rows}


def test_a_deleted_batch_takes_its_cases_to_the_bin_and_brings_exactly_these_back(
    started: Batch, actor: Actor, carry: Carry
) -> None:
    carry()
    before = started.items.get(name="b.txt").case
    assert before
    cases.delete_case(actor, before)
    actions.delete(actor, started)
    assert not Case.objects.filter(deleted_at__isnull=True).exists()
    listed = worklist(actor, state="bin")
    assert [row.reference for row in listed.rows] == [before.reference], "what went with its batch comes back with it"
    assert actions.listed(actor) == [] and actions.listed(actor, deleted=True) == [started]
    with pytest.raises(Conflict):
        actions.retry(actor, started)
    actions.restore(actor, started)
    assert set(Case.objects.filter(deleted_at__isnull=False)) == {before}
    assert actions.listed(actor) == [started]


def test_a_batch_deleted_on_its_way_ends_what_is_under_way(make: Make, actor: Actor, carry: Carry) -> None:
    batch = actions.start(actor, make(many(6)))
    feeding.give()
    actions.delete(actor, batch)
    assert carry() == 0
    assert set(Run.objects.values_list("outcome", flat=True)) == {"cancelled"}
    batch = actions.restore(actor, batch)
    assert progress_of(batch).state == "stopped"
    actions.resume(actor, batch)
    assert carry() == 6


@pytest.mark.parametrize("act", ["cancel", "delete", "restore", "discard"])
def test_what_touches_many_rows_writes_the_trail_last(make: Make, actor: Actor, act: str) -> None:
    batch = make(many(6))
    if act != "discard":
        batch = actions.start(actor, batch)
        feeding.give()
    if act == "restore":
        actions.delete(actor, batch)
    mine = {one.hex for model in (Run, Case) for one in model.objects.values_list("id", flat=True)}
    with CaptureQueriesContext(connection) as asked:
        getattr(actions, act)(actor, batch)
    told = [one["sql"] for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "COMMIT"))]
    trail = [one for one in told if "audit_entry" in one or "pg_advisory" in one]
    assert trail and told[-len(trail) :] == trail, "after it another row is touched, or waited for"
    if connection.vendor == "postgresql" and act != "discard":
        held = [number for number, one in enumerate(told) if "FOR NO KEY UPDATE" in one and "LIMIT" not in one]
        assert held and all("ORDER BY" in told[number] for number in held)
        assert held[-1] < min(number for number, one in enumerate(told) if one.startswith("UPDATE"))
        again = [one for one in told if "FOR NO KEY UPDATE" in one and "LIMIT" in one]
        assert all(any(row in one for row in mine) for one in again), "a row that was not held before"


def test_a_batch_is_deleted_while_somebody_writes_one_of_its_cases(make: Make, actor: Actor, carry: Carry) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: CLEW_TEST_DATABASE=postgres")
    batch = actions.start(actor, make(many(3)))
    carry()
    last = Case.objects.order_by("-pk").first()
    assert last
    failures: list[BaseException] = []

    def deleting() -> None:
        try:
            actions.delete(actor, batch)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        Case.objects.filter(pk=last.pk).update(updated_at=timezone.now())
        other = threading.Thread(target=deleting)
        other.start()
        wait_until_somebody_waits()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20s'")
        log.record(actor, Verb.CASE_EDIT, object=f"case:{last.pk}", team_id=last.team_id)
    other.join(60)
    assert not other.is_alive() and failures == []
    assert not Case.objects.filter(deleted_at__isnull=True).exists() and log.verify().whole


def wait_until_somebody_waits() -> None:
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("Nobody waits.")


def test_a_batch_that_was_only_read_is_discarded_for_good(batch: Batch, actor: Actor) -> None:
    actions.discard(actor, batch)
    assert not Batch.objects.exists() and not Item.objects.exists()


def test_a_started_batch_is_not_discarded(started: Batch, actor: Actor) -> None:
    with pytest.raises(Conflict) as refused:
        actions.discard(actor, started)
    assert refused.value.code == "batch.started"


def test_a_purged_case_leaves_nothing_in_its_batch(started: Batch, actor: Actor, carry: Carry) -> None:
    carry()
    case = started.items.get(name="a.json").case
    assert case
    case = cases.delete_case(actor, case)
    cases.purge_case(actor, case, confirmed=case.reference)
    assert "a.json" not in outcomes(started)


def test_too_many_files_and_none_are_refused_and_nothing_is_kept(
    make: Make, monkeypatch: pytest.MonkeyPatch, actor: Actor, team: Any
) -> None:
    monkeypatch.setattr(actions, "MOST", 2)
    with pytest.raises(TooLarge) as refused:
        make(many(3))
    assert refused.value.code == "batch.too_many"
    with pytest.raises(Invalid) as refused_too:
        make({})
    assert refused_too.value.code == "batch.empty"
    assert not Batch.objects.exists()


def test_a_batch_without_a_file_that_can_be_read_does_not_start(make: Make, actor: Actor) -> None:
    with pytest.raises(Conflict):
        actions.start(actor, make({"x.json": b"{"}))


def test_other_teams_and_other_roles_find_nothing_and_may_nothing(
    started: Batch, clinic: Clinic, other_clinic: Clinic
) -> None:
    for verb in (Verb.BATCH_READ, Verb.BATCH_START, Verb.BATCH_CANCEL, Verb.BATCH_DELETE, Verb.BATCH_EXPORT):
        with pytest.raises(Hidden):
            actions.find(other_clinic.actor(), verb, started.pk)
        with pytest.raises(Forbidden):
            actions.find(clinic.actor(Role.CURATOR), verb, started.pk)
    with pytest.raises(ClinicError):
        actions.create(other_clinic.actor(), started.team_id, "x", [File("a.json", packet())])
    assert actions.listed(other_clinic.actor()) == []


def test_every_act_leaves_one_row_without_a_name_of_a_file(make: Make, actor: Actor, carry: Carry) -> None:
    batch = actions.start(actor, make({"Anna_Miller.json": packet(), "b.txt": terms()}))
    carry()
    actions.read(actor, batch.pk)
    actions.delete(actor, batch)
    actions.restore(actor, batch)
    mine = Entry.objects.filter(object=f"batch:{batch.pk}")
    told = list(mine.order_by("seq").values_list("verb", flat=True))
    assert told == ["batch.create", "batch.start", "batch.read", "batch.delete", "batch.restore"]
    begun = Entry.objects.filter(verb="run.start")
    assert [(one.via, one.detail["background"]) for one in begun] == [("batch", True)] * 2
    assert Entry.objects.filter(verb="case.delete").count() == 2 == Entry.objects.filter(verb="case.restore").count()
    assert not any("Anna" in str(entry.detail) for entry in Entry.objects.all())


def test_the_reaper_rings_for_what_waits_and_leaves_a_told_worker_in_peace(
    started: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diagnosis_app.batch import tasks

    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring", lambda: rung.append(1) or True)
    assert watch.watch() is True and rung == [1]
    assert watch.watch() is False, "a worker was told a moment ago"
    Batch.objects.update(rung_at=None)
    feeding.give()
    assert watch.watch() is False, "nothing waits"


def test_a_batch_acts_as_whoever_started_it(started: Batch, actor: Actor, carry: Carry) -> None:
    carry()
    assert set(Case.objects.values_list("created_by", flat=True)) == {actor.user_id}
    assert actor_for(started.started_by, "batch").user_id == actor.user_id  # type: ignore[arg-type]
