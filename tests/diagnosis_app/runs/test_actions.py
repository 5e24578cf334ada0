"""Requesting, reading and cancelling, and who may."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from agents.contract import GRAPH_VERSION, Outcome, OutcomeCode
from corpus_ingest import library
from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case, CaseVersion
from diagnosis_app.errors import Conflict, Forbidden, Hidden
from diagnosis_app.runs import actions
from diagnosis_app.runs.models import Run, State
from diagnosis_app.runs.store import Store
from retrieval.errors import SnapshotMissing
from tests.diagnosis_app.runs.conftest import CONTENT
from tests.people import Clinic


def test_a_request_freezes_the_case_and_pins_its_world(run: Run, case: Case) -> None:
    version = CaseVersion.objects.get(case=case)
    assert run.version == version and run.state == State.QUEUED
    manifest = run.manifest
    assert manifest["case"] == {"version": 1, "digest": version.digest}
    assert manifest["snapshot"] == library.current().id
    assert manifest["ontology"] == "2025-01-16" and "Gargano" in manifest["citation"]
    assert manifest["model"] is None and manifest["prompts"] == {}
    assert manifest["graph"] == GRAPH_VERSION and len(manifest["code_digest"]) == 64
    assert manifest["budget"]["seconds"] > 0


def test_pressing_twice_gives_the_same_run(run: Run, case: Case, actor: Actor) -> None:
    assert actions.request_run(actor, case) == run
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_pressing_twice_at_the_same_moment_gives_the_same_run(case: Case, actor: Actor) -> None:
    start, got = threading.Barrier(4), []

    def press() -> None:
        start.wait()
        try:
            got.append(actions.request_run(actor, cases.find(actor, "run.start", case.pk)).pk)  # type: ignore[arg-type]
        finally:
            connection.close()

    presses = [threading.Thread(target=press) for _ in range(4)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert len(got) == 4 and len(set(got)) == 1 and Run.objects.count() == 1


def test_the_database_itself_refuses_a_second_active_run(run: Run) -> None:
    again = Run(team=run.team, case=run.case, version=run.version, manifest={}, requested_by=run.requested_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_after_the_end_a_new_run_can_be_requested(run: Run, store: Store, case: Case, actor: Actor) -> None:
    store.finish(Outcome(OutcomeCode.PARTIAL))
    second = actions.request_run(actor, case)
    assert second != run and second.version == run.version


def test_a_case_without_findings_may_be_investigated(actor: Actor, team: Any, snapshot: Any) -> None:
    empty = cases.create_case(actor, team.pk)
    run = actions.request_run(actor, cases.find(actor, "run.start", empty.pk))  # type: ignore[arg-type]
    assert run.state == State.QUEUED


def test_without_knowledge_nothing_is_started_and_nothing_is_written(
    case: Case, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise SnapshotMissing("No knowledge snapshot is in use.", hint="Build one.")

    monkeypatch.setattr(library, "current", missing)
    with pytest.raises(SnapshotMissing):
        actions.request_run(actor, case)
    assert not Run.objects.exists() and not CaseVersion.objects.exists()


def test_a_queued_run_is_cancelled_at_once(run: Run, actor: Actor) -> None:
    cancelled = actions.cancel(actor, run)
    assert (cancelled.state, cancelled.outcome) == (State.ENDED, "cancelled")
    assert cancelled.cancel_asked_at is not None and cancelled.events.last().type == "run.ended"


def test_a_running_run_is_cancelled_at_once(run: Run, store: Store, actor: Actor) -> None:
    cancelled = actions.cancel(actor, run)
    assert (cancelled.state, cancelled.outcome) == (State.ENDED, "cancelled")
    assert cancelled.fence > store.fence


def test_cancelling_what_has_ended_changes_nothing(run: Run, store: Store, actor: Actor) -> None:
    store.finish(Outcome(OutcomeCode.PARTIAL))
    again = actions.cancel(actor, run)
    assert again.outcome == "partial" and again.events.filter(type="run.ended").count() == 1
    assert not Entry.objects.filter(verb="run.cancel").exists()


def test_every_request_read_and_cancel_is_one_row_of_the_trail(run: Run, actor: Actor) -> None:
    actions.read_run(actor, run.pk)
    actions.cancel(actor, run)
    name = f"run:{run.pk}"
    verbs = list(Entry.objects.filter(object=name).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["run.start", "run.read", "run.cancel"]
    assert "thumb" not in str(list(Entry.objects.values_list("detail", flat=True)))


def test_another_team_sees_no_run_and_no_case(run: Run, case: Case, other_clinic: Clinic) -> None:
    stranger = other_clinic.actor()
    for forbidden in (
        lambda: actions.read_run(stranger, run.pk),
        lambda: actions.cancel(stranger, run),
        lambda: actions.request_run(stranger, case),
        lambda: actions.runs_of(stranger, case),
    ):
        with pytest.raises(Hidden):
            forbidden()


@pytest.mark.parametrize("role", [Role.CURATOR, Role.ADMIN, Role.AUDITOR])
def test_other_roles_of_the_team_may_not(run: Run, case: Case, clinic: Clinic, role: Role) -> None:
    for forbidden in (
        lambda: actions.read_run(clinic.actor(role), run.pk),
        lambda: actions.cancel(clinic.actor(role), run),
        lambda: actions.request_run(clinic.actor(role), case),
    ):
        with pytest.raises(Forbidden):
            forbidden()


@pytest.mark.parametrize("wrong", ["", "x", "0" * 32, "../../etc/passwd"])
def test_a_run_that_is_none_is_hidden(actor: Actor, wrong: str) -> None:
    with pytest.raises(Hidden):
        actions.read_run(actor, wrong)


def test_a_case_in_the_bin_is_not_investigated(case: Case, actor: Actor) -> None:
    cases.delete_case(actor, case)
    with pytest.raises(Conflict):
        actions.request_run(actor, case)
    assert not Run.objects.exists()


def test_purging_a_case_takes_its_runs_with_it(run: Run, store: Store, case: Case, actor: Actor) -> None:
    cases.delete_case(actor, case)
    cases.purge_case(actor, cases.find(actor, "case.purge", case.pk), confirmed=case.reference)  # type: ignore[arg-type]
    assert not Run.objects.exists()


def test_an_actor_without_a_person_starts_nothing(case: Case, actor: Actor) -> None:
    with pytest.raises(Exception, match="signed in"):
        actions.request_run(replace(actor, user_id=None), case)


def test_the_content_of_the_fixture_is_what_the_run_speaks_of(run: Run) -> None:
    assert len(run.version.content["findings"]) == len(CONTENT["findings"])
