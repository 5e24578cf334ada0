"""What an ended investigation leaves to find out: from the knowledge and the version it pinned."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.asking import questions_of
from diagnosis_app.cases.content import Content, read_content
from diagnosis_app.cases.models import Case, Draft
from diagnosis_app.cases.ranking import rank_content
from diagnosis_app.runs import answering, views, worker
from diagnosis_app.runs import next_steps as runs_next_steps
from diagnosis_app.runs.models import Outcome, Run
from diagnosis_app.runs.result import left_out
from tests.diagnosis_app.runs.asking import open_question, tall_case, waiting_run
from tests.people import Clinic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ended(run: Run) -> Run:
    worker.investigate(run.pk)
    run.refresh_from_db()
    return run


def page_of(client: Client, run: Run) -> str:
    return client.get(reverse("run", kwargs={"case_id": run.case_id, "run_id": run.pk})).content.decode()


def apart(run: Run, disease: str) -> str:
    return reverse("run_separates", kwargs={"case_id": run.case_id, "run_id": run.pk, "disease": disease})


def asked(html: str) -> list[str]:
    return re.findall(r'name="term" value="(HP:\d{7})"', html)


def test_the_result_ends_with_questions_about_the_version_that_was_investigated(
    signed_in: Client, actor: Actor, ended: Run
) -> None:
    content = cases.content_of(ended.version)
    expected = {one.term for one in questions_of(content, snapshot=ended.manifest["snapshot"]).questions}
    html = page_of(signed_in, ended)
    assert "Worth knowing next" in html
    assert set(asked(html)) == expected and expected
    draft = Draft.objects.get(case=ended.case_id)
    longer = read_content({**content.stored(), "findings": [*content.stored()["findings"], {"term": "HP:0001083"}]})
    cases.store_draft(actor, cases.read_case(actor, ended.case_id), longer, draft.revision)
    assert set(asked(page_of(signed_in, ended))) == expected  # the draft has moved on, the run has not


def test_every_candidate_is_compared_with_the_next_and_with_any_other(signed_in: Client, ended: Run) -> None:
    html = page_of(signed_in, ended)
    first, second, third = ended.candidates.order_by("rank")[:3]
    assert f'hx-get="{apart(ended, first.disease)}"' in html
    assert f'<option value="{second.disease}" selected>' in html
    part = signed_in.get(apart(ended, first.disease), {"from": third.disease})
    assert part.status_code == 200
    assert f'<option value="{third.disease}" selected>' in part.content.decode()
    assert "<html" not in part.content.decode()


def test_an_answer_goes_to_the_case_and_its_live_list(signed_in: Client, ended: Run) -> None:
    term = asked(page_of(signed_in, ended))[0]
    response = signed_in.post(reverse("case_answer", args=[ended.case_id]), {"term": term, "status": "present"})
    assert response.status_code == 302 and response.headers["Location"] == f"/cases/{ended.case_id}/"
    assert term in {one.term for one in cases.content_of(Draft.objects.get(case=ended.case_id)).findings}
    assert term not in {one.term for one in cases.content_of(ended.version).findings}


def test_a_closed_case_cannot_be_answered(signed_in: Client, actor: Actor, ended: Run) -> None:
    cases.close_case(actor, cases.read_case(actor, ended.case_id))
    html = page_of(signed_in, ended)
    assert "Worth knowing next" in html and not asked(html)


def test_a_run_whose_knowledge_is_gone_can_still_be_read_and_says_so(signed_in: Client, ended: Run) -> None:
    Run.objects.filter(pk=ended.pk).update(manifest={**ended.manifest, "snapshot": "0123456789abcdef"})
    html = page_of(signed_in, ended)
    assert "is no longer on this machine" in html
    assert "For and against" in html and not asked(html)
    first = ended.candidates.order_by("rank")[0]
    gone = signed_in.get(apart(ended, first.disease), {"from": "OMIM:101600"})
    assert gone.status_code == 503
    assert "Traceback" not in gone.content.decode()


def test_an_unknown_disease_and_another_teams_run_are_not_found(
    signed_in: Client, other_clinic: Clinic, ended: Run
) -> None:
    assert signed_in.get(apart(ended, "OMIM:1"), {"from": "OMIM:2"}).status_code == 404
    signed_in.force_login(other_clinic.person())
    assert signed_in.get(apart(ended, "OMIM:101600")).status_code == 404


def test_too_few_findings_leave_no_questions(signed_in: Client, actor: Actor, case: Case) -> None:
    draft = Draft.objects.get(case=case)
    few = read_content({"findings": [{"term": "HP:0001250"}]})
    cases.store_draft(actor, case, few, draft.revision)
    signed_in.post(reverse("run_start", args=[case.pk]))
    run = Run.objects.latest("created_at")
    worker.investigate(run.pk)
    run.refresh_from_db()
    assert "Worth knowing next" not in page_of(signed_in, run)
    assert json.dumps(run.manifest)


# --- a run that was answered -----------------------------------------------------


@pytest.fixture
def answered(snapshot: Any, actor: Actor, team: Any) -> Callable[[str], Run]:
    """answered(what was said) -> the ended run; its one question has that answer."""

    def carried(said: str) -> Run:
        run = waiting_run(actor, tall_case(actor, team))
        answering.answer(actor, run, open_question(run).key, said)
        Run.objects.filter(pk=run.pk).update(manifest={**run.manifest, "asks": False})
        worker.investigate(run.pk)
        run.refresh_from_db()
        assert run.outcome == Outcome.PARTIAL
        return run

    return carried


@pytest.mark.parametrize("said", ["present", "excluded", "uncertain", "unknown"])
def test_what_was_answered_is_not_asked_again_whatever_was_said(
    signed_in: Client, answered: Callable[[str], Run], said: str
) -> None:
    run = answered(said)
    term, content = run.questions.get().term, cases.content_of(run.version)
    assert term in {one.term for one in questions_of(content, snapshot=run.manifest["snapshot"]).questions}
    offered = asked(page_of(signed_in, run))
    assert offered and term not in offered


def test_what_separates_and_what_is_like_it_are_worked_out_with_the_answer(
    signed_in: Client, answered: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = answered("present")
    compared: list[Content] = []

    def noted(content: Content, *_: Any, **__: Any) -> str:
        compared.append(content)
        return ""

    monkeypatch.setattr(views, "similar_panel", noted)
    monkeypatch.setattr(runs_next_steps, "separates_panel", noted)
    signed_in.get(reverse("run_similar", kwargs={"case_id": run.case_id, "run_id": run.pk}))
    signed_in.get(apart(run, "OMIM:154700"))
    assert len(compared) == 2
    page_of(signed_in, run)
    assert len(compared) > 2 and all(one == answering.investigated(run) for one in compared)
    assert run.questions.get().term in {one.term for one in compared[0].findings}


@pytest.mark.parametrize("said", ["present", "excluded", "uncertain"])
def test_an_answer_counts_among_what_the_run_used(answered: Callable[[str], Run], said: str) -> None:
    run = answered(said)
    used = left_out(run)
    run.questions.update(answer="unknown")
    assert used == {**left_out(run), said: left_out(run)[said] + 1}


def test_what_would_help_a_run_that_could_rank_nothing_knows_what_was_answered(
    signed_in: Client, answered: Callable[[str], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, ranked = answered("excluded"), []
    monkeypatch.setattr(views, "rank_content", lambda content: ranked.append(content) or rank_content(content))
    Run.objects.filter(pk=run.pk).update(outcome=Outcome.INSUFFICIENT)
    page_of(signed_in, run)
    assert run.questions.get().term in {one.term for one in ranked[0].findings}
