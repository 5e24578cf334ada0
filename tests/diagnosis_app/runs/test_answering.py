"""A question in a run: how it waits, what an answer does, and who may give it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents import contract
from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases import worklist
from diagnosis_app.cases.models import Case, Draft
from diagnosis_app.celery import app
from diagnosis_app.errors import Conflict, Hidden, Invalid
from diagnosis_app.runs import actions, answering, reaper, shutdown, worker
from diagnosis_app.runs.answering import WORDS, answer
from diagnosis_app.runs.drawing import live_parts
from diagnosis_app.runs.models import Event, Question, Run, State
from diagnosis_app.runs.store import Store
from diagnosis_app.runs.stream import told
from diagnosis_app.runs.thread import WAITING, Thread
from tests.diagnosis_app.runs.asking import open_question, tall_case, waiting_run
from tests.environment import ROOT
from tests.people import Clinic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(snapshot: Any, actor: Actor, team: Any) -> Case:
    return tall_case(actor, team)


@pytest.fixture
def waiting(actor: Actor, case: Case) -> Run:
    return waiting_run(actor, case)


def draft_of(run: Run) -> dict[str, str]:
    """The findings of the case as it is now."""
    content = cases.content_of(Draft.objects.get(case_id=run.case_id))
    return {one.term: one.status for one in content.findings}


def page_of(run: Run) -> str:
    return reverse("run", kwargs={"case_id": run.case_id, "run_id": run.pk})


def place_of(name: str, run: Run, key: str) -> str:
    return reverse(name, kwargs={"case_id": run.case_id, "run_id": run.pk, "key": key})


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def keys(run: Run) -> list[str]:
    return list(Event.objects.filter(run=run).order_by("seq").values_list("key", flat=True))


# --- waiting ---------------------------------------------------------------------


def test_a_run_that_waits_holds_no_lease_and_has_no_attempts(waiting: Run) -> None:
    assert (waiting.lease_holder, waiting.lease_until, waiting.attempts) == ("", None, 0)
    assert keys(waiting)[-1] == f"waiting:{open_question(waiting).key}"
    assert Thread.planned(waiting.manifest["plan"]).through(told(waiting.pk)).state == WAITING


def test_nobody_takes_up_a_run_that_waits(waiting: Run) -> None:
    before = keys(waiting)
    worker.investigate(waiting.pk)
    Run.objects.filter(pk=waiting.pk).update(rung_at=None)
    swept = reaper.sweep()
    waiting.refresh_from_db()
    assert (waiting.state, keys(waiting)) == (State.WAITING, before)
    assert (swept.rung, swept.given_up) == (0, 0) and waiting.rung_at is None


def test_an_answer_that_comes_before_the_run_waits_is_not_lost(
    actor: Actor, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait, rung = Store.wait, []

    def answered_meanwhile(self: Store, key: str) -> bool:
        if not Question.objects.get(key=key).answer:
            answer(actor, Run.objects.get(pk=self.run_id), key, "present")
        return wait(self, key)

    monkeypatch.setattr(Store, "wait", answered_meanwhile)
    monkeypatch.setattr(worker, "ring", rung.append)
    run = actions.request_run(actor, case)
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert run.state == State.QUEUED and rung == [run.pk], "another worker is told"
    assert not [key for key in keys(run) if key.startswith("waiting:")]
    monkeypatch.setattr(Store, "wait", wait)
    worker.investigate(run.pk)
    assert (
        run.steps.get(action="ask", seq=run.steps.filter(action="ask").first().seq).detail["got"]["answer"] == "present"
    )
    assert len(keys(run)) == len(set(keys(run)))


def test_an_answer_goes_on_where_the_run_stood(waiting: Run, actor: Actor) -> None:
    before, question = keys(waiting), open_question(waiting)
    answer(actor, waiting, question.key, "present", "only on the left")
    assert (waiting.state, waiting.attempts) == (State.QUEUED, 0)
    worker.investigate(waiting.pk)
    after = keys(waiting)
    assert after[: len(before)] == before and f"step.done:{question.key}" in after
    assert Thread.planned(waiting.manifest["plan"]).through(told(waiting.pk)).resumed == 0, "no worker was lost"
    question.refresh_from_db()
    assert (question.answer, question.words, question.answered_by_id) == ("present", "only on the left", actor.user_id)
    assert "only on the left" not in str(list(Event.objects.values_list("payload", flat=True)))


def test_a_run_is_answered_and_ends_on_another_host(
    waiting: Run, actor: Actor, process_environment: dict[str, str], tmp_path: Path
) -> None:
    """Another process with a directory of its own: it has the record, and not the checkpoints."""
    before = keys(waiting)
    answer(actor, waiting, open_question(waiting).key, "excluded", no_more=False)
    Run.objects.filter(pk=waiting.pk).update(manifest={**waiting.manifest, "asks": False})
    work = (
        "import django; django.setup()\n"
        "from uuid import UUID\n"
        "from diagnosis_app.runs.worker import investigate\n"
        f"investigate(UUID('{waiting.pk}'))\n"
    )
    there = {**process_environment, "CLEW_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "diagnosis_app.settings"}
    there["CLEW_SECRET_KEY"] = os.environ.get("CLEW_SECRET_KEY", "only-for-this-test-0123456789")
    done = subprocess.run(
        [sys.executable, "-c", work], cwd=ROOT, env=there, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    waiting.refresh_from_db()
    assert (waiting.state, waiting.outcome) == (State.ENDED, "partial"), waiting.error
    assert keys(waiting)[: len(before)] == before and len(keys(waiting)) == len(set(keys(waiting)))
    assert [step.key for step in waiting.steps.filter(action="ask")] == [waiting.questions.get().key]


def test_another_version_goes_on_with_the_ledger_of_the_first(
    waiting: Run, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, evidence = keys(waiting), set(waiting.evidence.values_list("key", flat=True))
    answer(actor, waiting, open_question(waiting).key, "present")
    Run.objects.filter(pk=waiting.pk).update(manifest={**waiting.manifest, "asks": False})
    monkeypatch.setattr(contract, "GRAPH_VERSION", "9")
    worker.investigate(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.outcome == "partial" and waiting.manifest["graph"] == "9"
    assert [one["graph"] for one in waiting.manifest["continued"]] != ["9"] and len(waiting.manifest["continued"]) == 1
    after = keys(waiting)
    assert after[: len(before)] == before and len(after) == len(set(after)) and "continued:1" in after
    assert evidence <= set(waiting.evidence.values_list("key", flat=True))
    assert str(waiting.pk) not in scratch(), "also what the first version left"
    assert Thread.planned(waiting.manifest["plan"]).through(told(waiting.pk)).continued == 1


# --- answering -------------------------------------------------------------------


def test_the_same_answer_twice_is_one_and_another_is_refused(waiting: Run, actor: Actor) -> None:
    key = open_question(waiting).key
    answer(actor, waiting, key, "present")
    events, trail = keys(waiting), Entry.objects.filter(verb="run.answer").count()
    assert answer(actor, waiting, key, "present").pk == waiting.pk
    assert (keys(waiting), Entry.objects.filter(verb="run.answer").count()) == (events, trail)
    with pytest.raises(Conflict) as refused:
        answer(actor, waiting, key, "excluded")
    assert refused.value.code == "run.answered" and "Present" in refused.value.message and refused.value.hint
    assert Question.objects.get(key=key).answer == "present" and keys(waiting) == events


def test_the_same_answer_again_reaches_a_case_that_it_had_not_reached(
    waiting: Run, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = open_question(waiting)

    def lost(*_: Any, **__: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(cases, "add_answer", lost)
        answer(actor, waiting, question.key, "present")
    assert question.term not in draft_of(waiting) and Question.objects.get(key=question.key).answer == "present"
    before = keys(waiting)
    answer(actor, waiting, question.key, "present")
    assert draft_of(waiting)[question.term] == "present" and keys(waiting) == before


def test_the_same_answer_again_leaves_what_the_case_holds_by_now(waiting: Run, actor: Actor) -> None:
    question = open_question(waiting)
    answer(actor, waiting, question.key, "present")
    draft = Draft.objects.get(case_id=waiting.case_id)
    content = cases.content_of(draft).stored()
    content["findings"][-1] |= {"onset": "P3Y"}
    cases.store_draft(actor, cases.read_case(actor, waiting.case_id), content, draft.revision)
    before = Draft.objects.get(case_id=waiting.case_id)
    answer(actor, waiting, question.key, "present")
    after = Draft.objects.get(case_id=waiting.case_id)
    assert (after.revision, after.content) == (before.revision, before.content)


def test_after_the_end_nothing_is_answered(waiting: Run, actor: Actor) -> None:
    key = open_question(waiting).key
    actions.cancel(actor, waiting)
    events = keys(waiting)
    with pytest.raises(Conflict) as refused:
        answer(actor, waiting, key, "present")
    assert refused.value.code == "run.ended" and refused.value.hint
    assert Question.objects.get(key=key).answer == "" and keys(waiting) == events
    assert "present" not in draft_of(waiting) or open_question(waiting).term not in draft_of(waiting)


@pytest.mark.parametrize(
    ("said", "words", "no_more", "field"),
    [
        ("perhaps", "", False, "answer"),
        ("", "", False, "answer"),
        ("present", "x" * (WORDS + 1), False, "words"),
        ("no_more", "x" * (WORDS + 1), True, "words"),
    ],
)
def test_what_is_no_answer_is_refused_by_its_field_and_changes_nothing(
    waiting: Run, actor: Actor, said: str, words: str, no_more: bool, field: str
) -> None:
    events, question = keys(waiting), open_question(waiting)
    with pytest.raises(Invalid) as refused:
        answer(actor, waiting, question.key, said, words, no_more=no_more)
    assert refused.value.field == field and refused.value.hint
    waiting.refresh_from_db()
    assert (waiting.state, keys(waiting), open_question(waiting).words) == (State.WAITING, events, "")


def test_a_question_that_does_not_exist_and_another_team_s_are_not_found(
    waiting: Run, actor: Actor, other_clinic: Clinic
) -> None:
    key = open_question(waiting).key
    with pytest.raises(Hidden):
        answer(actor, waiting, "ask-0000000000000000", "present")
    with pytest.raises(Hidden):
        answer(other_clinic.actor(), waiting, key, "present")
    assert Question.objects.get(key=key).answer == ""


def test_the_finding_is_added_to_the_case_and_the_result_does_not_call_it_a_change(
    signed_in: Client, waiting: Run, actor: Actor
) -> None:
    question = open_question(waiting)
    answer(actor, waiting, question.key, "excluded")
    assert draft_of(waiting)[question.term] == "excluded"
    Run.objects.filter(pk=waiting.pk).update(manifest={**waiting.manifest, "asks": False})
    worker.investigate(waiting.pk)
    response = signed_in.get(page_of(waiting))
    assert response.context["changed"] is False
    case = cases.read_case(actor, waiting.case_id)
    cases.add_answer(actor, case, "HP:0004322", "present")
    assert signed_in.get(page_of(waiting)).context["changed"] is True


@pytest.mark.parametrize("said", ["uncertain", "unknown"])
def test_what_nobody_knows_is_no_finding(waiting: Run, actor: Actor, said: str) -> None:
    question = open_question(waiting)
    answer(actor, waiting, question.key, said)
    assert draft_of(waiting).get(question.term) == ("uncertain" if said == "uncertain" else None)


def test_without_questions_it_goes_on_to_its_end(waiting: Run, actor: Actor) -> None:
    question = open_question(waiting)
    answer(actor, waiting, question.key, "no_more", no_more=True)
    assert waiting.manifest["asks"] is False and question.term not in draft_of(waiting)
    worker.investigate(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.outcome == "partial" and waiting.questions.count() == 1
    assert waiting.steps.get(action="conclude").detail["why"]["because"] == "nobody_to_ask"


class Minutes:
    """The timer that a worker has, in a test that does not wait."""

    def __init__(self) -> None:
        self.wanted: list[tuple[float, Callable[[], object]]] = []

    def call_repeatedly(self, seconds: float, work: Callable[[], object]) -> None:
        self.wanted.append((seconds, work))

    def pass_by(self) -> None:
        for _, work in self.wanted:
            work()


@pytest.fixture
def minutes() -> Minutes:
    """Those of a worker that was started before, with its own steps."""
    begun = app.WorkController(hostname="celery@here", pool="threads", concurrency=1)
    begun.timer = Minutes()
    for step in begun.steps:
        if step.name.startswith("diagnosis_app."):
            step.start(begun)
    return begun.timer


def scratch() -> dict[str, set[str]]:
    with worker._checkpoints() as saver:
        return worker.runner.remembered(saver)


def test_who_did_not_know_an_answer_can_still_want_no_more_questions(waiting: Run, actor: Actor) -> None:
    key = open_question(waiting).key
    answer(actor, waiting, key, "unknown")
    assert waiting.manifest["asks"] is True
    answer(actor, waiting, key, "no_more", no_more=True)
    assert waiting.manifest["asks"] is False and waiting.state == State.QUEUED
    worker.investigate(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.questions.count() == 1 and waiting.state == State.ENDED


def test_wanting_no_more_questions_changes_nothing_of_a_run_that_ended(waiting: Run, actor: Actor) -> None:
    key = open_question(waiting).key
    answer(actor, waiting, key, "unknown")
    actions.cancel(actor, waiting)
    before = waiting.manifest
    assert answer(actor, waiting, key, "no_more", no_more=True).manifest == before


def test_a_run_that_is_cancelled_while_it_waits_leaves_no_scratch_after_some_minutes(
    waiting: Run, actor: Actor, minutes: Minutes
) -> None:
    actions.cancel(actor, waiting)
    assert (waiting.state, waiting.outcome) == (State.ENDED, "cancelled")
    assert actions.active_run(waiting.case) is None
    assert str(waiting.pk) in scratch(), "no worker has it, so nobody removed anything yet"
    minutes.pass_by()
    assert str(waiting.pk) not in scratch()
    assert [seconds for seconds, _ in minutes.wanted] == [shutdown.TIDY]


def test_the_scratch_of_a_run_that_waits_is_kept(waiting: Run, minutes: Minutes) -> None:
    minutes.pass_by()
    assert str(waiting.pk) in scratch()


def test_scratch_that_cannot_be_removed_ends_no_worker(
    waiting: Run, minutes: Minutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("no database")

    monkeypatch.setattr(worker, "_checkpoints", away)
    minutes.pass_by()


def test_the_worker_that_only_brings_knowledge_in_leaves_scratch_alone() -> None:
    names = [step.name for step in app.WorkController(hostname="ingest@here", pool="threads").steps]
    assert names and not [name for name in names if name.startswith("diagnosis_app.")]


def test_the_worklist_shows_what_awaits_an_answer(waiting: Run, actor: Actor, team: Any) -> None:
    other = tall_case(actor, team)
    found = worklist.worklist(actor, state="awaited")
    assert [row.id for row in found.rows] == [str(waiting.case_id)]
    assert found.rows[0].state == "Answer awaited" and found.rows[0].tone == "thread"
    assert found.counts["awaited"] == 1
    answer(actor, waiting, open_question(waiting).key, "unknown")
    assert not worklist.worklist(actor, state="awaited").rows and other.pk


def test_every_answer_is_a_row_of_the_trail_without_its_words(waiting: Run, actor: Actor) -> None:
    question = open_question(waiting)
    answer(actor, waiting, question.key, "present", "said by her mother")
    row = Entry.objects.get(verb="run.answer")
    assert row.object == f"run:{waiting.pk}" and row.team_id == waiting.team_id
    assert row.detail["answer"] == "present" and "mother" not in json.dumps(row.detail)


# --- the pages -------------------------------------------------------------------


def test_the_page_of_a_run_that_waits_asks_and_is_answered_without_a_script(signed_in: Client, waiting: Run) -> None:
    question = open_question(waiting)
    page = signed_in.get(page_of(waiting))
    html, text = page.content.decode(), text_of(page)
    assert f"Does the patient have: {question.label}?" in text and "Waiting for your answer" in text
    assert html.count("data-question") == 1 and "http-equiv" not in html, "a page with a form is not reloaded"
    for said in ("present", "excluded", "uncertain", "unknown", "no_more"):
        assert f'name="answer" value="{said}"' in html
    response = signed_in.post(place_of("run_answer", waiting, question.key), {"answer": "present", "words": "left"})
    assert response.status_code == 302 and response.headers["Location"] == page_of(waiting)
    waiting.refresh_from_db()
    assert waiting.state == State.QUEUED and Question.objects.get(key=question.key).words == "left"
    assert "data-question" not in signed_in.get(page_of(waiting)).content.decode()


def test_the_reason_of_a_question_is_true(signed_in: Client, waiting: Run) -> None:
    question = open_question(waiting)
    why = question.detail["why"]
    assert why["because"] == "close" and f"are only {why['gap']:.1f} apart" in answering.asked(question).reason
    question.detail = {**question.detail, "why": {**why, "because": "sent_back_ask"}}
    assert why["leaders"][0] not in answering.asked(question).reason, "it leads, and has lost nothing"


def test_a_question_by_itself_is_a_form_and_an_answered_one_is_none(
    signed_in: Client, waiting: Run, actor: Actor
) -> None:
    question = open_question(waiting)
    part = signed_in.get(place_of("run_question", waiting, question.key))
    assert (
        part.status_code == 200 and "<form" in part.content.decode() and "csrfmiddlewaretoken" in part.content.decode()
    )
    assert signed_in.get(place_of("run_question", waiting, "ask-0")).status_code == 404
    answer(actor, waiting, question.key, "present")
    html = signed_in.get(place_of("run_question", waiting, question.key)).content.decode()
    assert "<form" not in html and "Present" in html


@pytest.mark.parametrize(
    ("given", "status"),
    [({"answer": "perhaps"}, 422), ({"answer": "present", "words": "x" * (WORDS + 1)}, 422), ({}, 422)],
)
def test_a_wrong_answer_is_an_error_page_and_no_change(
    signed_in: Client, waiting: Run, given: dict[str, str], status: int
) -> None:
    question = open_question(waiting)
    assert signed_in.post(place_of("run_answer", waiting, question.key), given).status_code == status
    assert open_question(waiting).key == question.key


def test_a_second_answer_is_a_conflict_and_an_ended_run_s_as_well(
    signed_in: Client, waiting: Run, actor: Actor
) -> None:
    place = place_of("run_answer", waiting, open_question(waiting).key)
    assert signed_in.post(place, {"answer": "present"}).status_code == 302
    assert signed_in.post(place, {"answer": "present"}).status_code == 302
    assert signed_in.post(place, {"answer": "excluded"}).status_code == 409


def test_pages_of_a_question_are_closed_to_others(
    client: Client, clinic: Clinic, waiting: Run, other_clinic: Clinic, make_user: Callable[..., Any]
) -> None:
    key = open_question(waiting).key
    client.force_login(other_clinic.person())
    assert client.get(place_of("run_question", waiting, key)).status_code == 404
    assert client.post(place_of("run_answer", waiting, key), {"answer": "present"}).status_code == 404
    client.force_login(clinic.person(Role.AUDITOR))
    assert client.post(place_of("run_answer", waiting, key), {"answer": "present"}).status_code in (403, 404)
    assert open_question(waiting).answer == ""


# --- the stream ------------------------------------------------------------------


def test_the_stream_tells_that_it_asks_waits_and_was_answered(waiting: Run, actor: Actor) -> None:
    question = open_question(waiting)
    draw, thread = live_parts(waiting), Thread.planned(waiting.manifest["plan"])
    drawn = {}
    answer(actor, waiting, question.key, "unknown")
    for one in told(waiting.pk):
        thread = thread.after(one)
        drawn[one.type] = draw(thread, one)
    asked = drawn["run.asked"][f"step-{question.key}"]
    assert f'hx-get="{place_of("run_question", waiting, question.key)}"' in asked
    assert "Waiting for your answer" in drawn["run.waiting"]["run-state"]
    answered = drawn["run.answered"]
    assert "Waiting for your answer" not in answered["run-state"]
    assert "hx-get" not in answered[f"step-{question.key}"], "the question is no longer open on any page"


def test_what_is_told_about_an_answer_holds_no_more_than_it_must(waiting: Run, actor: Actor) -> None:
    question = open_question(waiting)
    answer(actor, waiting, question.key, "present", "said by her mother")
    [event] = Event.objects.filter(run=waiting, type="run.answered")
    assert event.payload == {"key": question.key, "answer": "present"} and event.at <= timezone.now()
