"""Worth knowing next, and what separates two candidates: on the page and through the API."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions
from diagnosis_app.cases.asking import asking, questions_of
from diagnosis_app.cases.content import Content, read_content
from diagnosis_app.cases.models import Case, Draft
from diagnosis_app.cases.ranking import rank_content
from diagnosis_app.cases.separating import comparison_of, rival, separates
from retrieval.snapshot import Snapshot
from tests.people import Clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("snapshot")]

FINDINGS = [{"term": term} for term in ("HP:0000262", "HP:0011318", "HP:0011304", "HP:0010055", "HP:0000520")]
CONTENT = read_content({"findings": FINDINGS, "sex": "female", "age": "P14M"})


@pytest.fixture
def case(actor: Actor, clinic: Clinic) -> Case:
    return actions.create_case(actor, clinic.team.pk, CONTENT)


def listed(client: Client, case: Case, query: str = "") -> str:
    return client.get(f"/cases/{case.pk}/differential/{query}").json()["list"]


def asked(html: str) -> list[str]:
    return re.findall(r'data-question="(HP:\d{7})"', html)


def send(client: Client, case: Case, content: Any, **more: Any) -> Any:
    body = {"base": Draft.objects.get(case=case).revision, "content": content, **more}
    return client.post(f"/cases/{case.pk}/draft/", json.dumps(body), "application/json").json()


# --- questions


def test_the_list_is_followed_by_questions_with_the_effect_of_either_answer(signed_in: Client, case: Case) -> None:
    page = signed_in.get(f"/cases/{case.pk}/").content.decode()
    assert "Worth knowing next" in page
    assert 3 <= len(asked(page)) == len(set(asked(page))) <= 6
    assert page.count('data-reply="present"') == page.count('data-reply="skip"') == len(asked(page))
    assert page.count("Effect on the first five") == len(asked(page))
    assert not set(asked(page)) & {one["term"] for one in FINDINGS}


def test_what_the_page_says_of_an_answer_is_what_the_answer_does(signed_in: Client, case: Case) -> None:
    view = asking(questions_of(CONTENT), CONTENT)
    question = view.sections[0].questions[0]
    before = rank_content(CONTENT).candidates[0]
    answered = read_content({**CONTENT.stored(), "findings": [*FINDINGS, {"term": question.term}]})
    after = {one.id: one for one in rank_content(answered).candidates}[before.id]
    assert question.rows[0].name == before.name
    assert question.rows[0].present == f"{after.score - before.score:+.1f}".replace("-", "\u2212").replace(
        "+0.0", "0.0"
    )
    first = rank_content(answered).candidates[0]
    assert question.then_present == ("" if first.id == before.id else first.name)


def test_an_answered_question_is_not_put_again_and_the_next_ones_stand_there(signed_in: Client, case: Case) -> None:
    first = asked(listed(signed_in, case))[0]
    content = CONTENT.stored()
    content["findings"].append({"term": first, "status": "excluded"})
    answer = send(signed_in, case, content)
    assert first not in asked(answer["differential"])
    assert asked(answer["differential"])


def test_a_question_that_was_not_examined_gives_way_and_can_be_asked_again(signed_in: Client, case: Case) -> None:
    first, second = asked(listed(signed_in, case))[:2]
    without = listed(signed_in, case, f"?skip={first}")
    assert first not in asked(without) and second in asked(without)
    assert "1 question was set aside" in without
    assert "data-again" in without
    assert first not in asked(send(signed_in, case, CONTENT.stored(), skip=[first])["differential"])


@pytest.mark.parametrize("skip", [["<script>"], "HP:0000001", [1, None], ["HP:9999999"], [{}], {"a": 1}])
def test_a_strange_list_of_skipped_questions_hurts_nothing(signed_in: Client, case: Case, skip: Any) -> None:
    answer = send(signed_in, case, CONTENT.stored(), skip=skip)
    assert asked(answer["differential"])
    assert "<script>" not in answer["differential"]


def test_without_a_list_there_are_no_questions_and_it_says_when(signed_in: Client, case: Case) -> None:
    answer = send(signed_in, case, {"findings": FINDINGS[:1]})["differential"]
    assert "Questions appear with the first list" in answer
    assert not asked(answer)
    assert "Worth knowing next" not in send(signed_in, case, {"findings": []})["differential"]


def test_a_closed_case_shows_the_questions_without_buttons(signed_in: Client, actor: Actor, case: Case) -> None:
    actions.close_case(actor, case)
    page = signed_in.get(f"/cases/{case.pk}/").content.decode()
    assert asked(page)
    assert "data-reply=" not in page


def test_questions_stand_under_the_examination_that_answers_them() -> None:
    view = asking(questions_of(CONTENT), CONTENT)
    assert len({section.name for section in view.sections}) == len(view.sections)
    for section in view.sections:
        if section.cost:
            assert section.burden == "none, at the bedside"
    assert view.genes is not None and "FGFR2" in view.genes.genes


def test_a_gene_test_is_not_proposed_once_genes_are_given() -> None:
    given = read_content({**CONTENT.stored(), "genes": [{"symbol": "FGFR2"}]})
    assert asking(questions_of(given), given).genes is None


def test_an_answer_from_another_page_is_added_to_the_draft(signed_in: Client, case: Case) -> None:
    response = signed_in.post(f"/cases/{case.pk}/answer/", {"term": "HP:0000486", "status": "excluded"}, follow=True)
    assert response.redirect_chain[-1][0] == f"/cases/{case.pk}/"
    assert "Strabismus added as absent." in response.content.decode()
    stored = {one.term: one.status for one in actions.content_of(Draft.objects.get(case=case)).findings}
    assert stored["HP:0000486"] == "excluded"
    assert len(stored) == len(FINDINGS) + 1
    signed_in.post(f"/cases/{case.pk}/answer/", {"term": "HP:0000486", "status": "present"})
    again = [one for one in actions.content_of(Draft.objects.get(case=case)).findings if one.term == "HP:0000486"]
    assert [one.status for one in again] == ["present"]


@pytest.mark.parametrize(
    "body",
    [{}, {"term": "HP:0000486"}, {"term": "HP:0000486", "status": "perhaps"}, {"term": "<b>", "status": "present"},
     {"term": "HP:9999999", "status": "present"}, {"term": "HP:0000006", "status": "present"}],
)  # fmt: skip
def test_a_wrong_answer_changes_nothing(signed_in: Client, case: Case, body: dict[str, str]) -> None:
    response = signed_in.post(f"/cases/{case.pk}/answer/", body)
    assert response.status_code in {400, 422}
    assert "Traceback" not in response.content.decode()
    assert len(actions.content_of(Draft.objects.get(case=case)).findings) == len(FINDINGS)


# --- what separates two candidates


def test_an_opened_candidate_is_compared_with_the_next_one(signed_in: Client, case: Case) -> None:
    first, second = rank_content(CONTENT).candidates[:2]
    html = signed_in.get(f"/cases/{case.pk}/candidates/{first.id}/").json()["html"]
    assert "What separates it from" in html
    assert f'<option value="{second.id}" selected>' in html
    assert f'<option value="{first.id}"' not in html
    assert html.count('<svg role="img" aria-label="') >= 3
    assert "Sources of these frequencies" in html


def test_another_one_can_be_chosen(signed_in: Client, case: Case) -> None:
    first, _, third = rank_content(CONTENT).candidates[:3]
    answer = signed_in.get(f"/cases/{case.pk}/candidates/{first.id}/separates/?from={third.id}").json()
    assert f'<option value="{third.id}" selected>' in answer["html"]
    assert answer["revision"] == 1


@pytest.mark.parametrize("path", ["OMIM:1/separates/?from=OMIM:2", "OMIM:101600/separates/?from=%3Cb%3E"])
def test_an_unknown_disease_is_not_found(signed_in: Client, case: Case, path: str) -> None:
    response = signed_in.get(f"/cases/{case.pk}/candidates/{path}")
    assert response.status_code == 404
    assert "<b>" not in response.content.decode()


def test_the_last_candidate_is_compared_with_the_one_before() -> None:
    three = [("A:1", "a"), ("A:2", "b"), ("A:3", "c")]
    assert [rival(three, one) for one in ("A:1", "A:2", "A:3", "A:9")] == ["A:2", "A:3", "A:2", "A:1"]
    assert rival([("A:1", "a")], "A:1") is None
    assert rival([], "A:1") is None


def test_a_gene_of_both_is_said_not_to_separate_them() -> None:
    found = comparison_of(CONTENT, "OMIM:101600", "OMIM:123500")
    view = separates(found, [])
    assert any("FGFR2" in remark and "sequencing alone" in remark for remark in view.remarks)
    verdicts = {row.what: row.answer for row in view.verdicts}
    assert verdicts["FGFR2"] == "Not by itself."
    assert verdicts["FGFR1"] == "Yes."


def test_every_frequency_names_its_source_and_what_is_not_described_says_so(snapshot: Snapshot) -> None:
    view = separates(comparison_of(CONTENT, "OMIM:101600", "OMIM:123500"), [])
    dots = [dot for line in view.lines for dot in (line.one, line.other)]
    assert any(dot.sort == "none" and dot.words == "not described" for dot in dots)
    assert all(dot.references for dot in dots if dot.sort != "none")
    assert all(0 <= float(dot.place) <= 100 for dot in dots)


def test_diseases_that_are_alike_are_said_to_be_alike(signed_in: Client, case: Case) -> None:
    html = signed_in.get(f"/cases/{case.pk}/candidates/OMIM:101600/separates/?from=OMIM:101600").json()["html"]
    assert html == ""  # nothing separates a disease from itself, and nothing is drawn


# --- a case of the neighbour


def test_neither_is_shown_to_another_team(client: Client, other_clinic: Clinic, case: Case) -> None:
    client.force_login(other_clinic.person())
    for path in (f"/cases/{case.pk}/candidates/OMIM:101600/separates/", f"/cases/{case.pk}/differential/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/cases/{case.pk}/answer/", {"term": "HP:0000486", "status": "present"}).status_code == 404


def test_questions_of_a_case_without_findings_are_refused_by_nobody() -> None:
    assert questions_of(Content()).questions is not None
