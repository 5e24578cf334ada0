"""The pages and the small services behind them, good input and bad."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import Actor
from diagnosis_app.cases import actions
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.example import EXAMPLE
from diagnosis_app.cases.models import Case, Draft
from tests.people import Clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("snapshot")]

FINDINGS = [{"term": term} for term in ("HP:0000262", "HP:0011318", "HP:0011304", "HP:0010055", "HP:0000520")]


@pytest.fixture
def case(actor: Actor, clinic: Clinic) -> Case:
    return actions.create_case(actor, clinic.team.pk, read_content({**EXAMPLE, "findings": FINDINGS}))


def send(client: Client, case: Case, content: Any, base: int = 1, **more: Any) -> Any:
    return client.post(
        f"/cases/{case.pk}/draft/", json.dumps({"base": base, "content": content, **more}), "application/json"
    )


# --- the live differential


def test_a_change_is_answered_with_what_it_moved(signed_in: Client, case: Case) -> None:
    findings = [*FINDINGS[:-1], {"term": "HP:0000520", "status": "excluded"}]
    answer = send(signed_in, case, {**EXAMPLE, "findings": findings}).json()
    assert answer["revision"] == 2
    assert "Proptosis set to absent" in answer["differential"]
    assert answer["differential"].count('class="cand') >= 10
    assert 'role="img" aria-label="Contributions: ' in answer["differential"]


def test_open_candidates_come_back_open_and_the_list_grows_on_request(signed_in: Client, case: Case) -> None:
    listed = signed_in.get(f"/cases/{case.pk}/differential/?shown=50").json()["list"]
    assert listed.count("data-disease=") == 50
    answer = send(signed_in, case, {**EXAMPLE, "findings": FINDINGS}, open=["OMIM:101600"]).json()
    assert '<template data-opened="OMIM:101600">' in answer["differential"]
    assert "Expected, not yet asked" in answer["differential"]


def test_too_few_findings_give_no_list_but_what_would_help(signed_in: Client, case: Case) -> None:
    answer = send(signed_in, case, {"findings": FINDINGS[:1]}).json()["differential"]
    assert "Not enough to rank" in answer
    assert "The age at examination." in answer
    assert "data-disease=" not in answer


def test_findings_of_relatives_and_uncertain_ones_are_said_not_to_be_ranked(signed_in: Client, case: Case) -> None:
    more = [{"term": "HP:0000365", "status": "uncertain"}, {"term": "HP:0001363", "status": "family"}]
    answer = send(signed_in, case, {**EXAMPLE, "findings": [*FINDINGS, *more]}).json()
    assert "1 uncertain, 1 in a relative" in answer["differential"]
    assert "listed, not ranked" in answer["findings"]


def test_hints_offer_their_remedy_in_place(signed_in: Client, case: Case) -> None:
    more = [{"term": "HP:0001250"}, {"term": "HP:0000478", "status": "excluded"}]
    html = send(signed_in, case, {**EXAMPLE, "findings": [*FINDINGS, *more]}).json()["findings"]
    assert 'data-act="replace"' in html  # Seizure is too general
    assert "the absence is not counted" in html  # the eye is excluded, though the eyes protrude
    assert 'data-act="remove_excluded"' in html


def test_the_leader_is_tried_without_each_finding(signed_in: Client, case: Case) -> None:
    html = signed_in.get(f"/cases/{case.pk}/steadiness/").json()["html"]
    assert "teady:" in html


def test_ages_and_onsets_arrive_as_people_write_them(signed_in: Client, case: Case) -> None:
    findings = [{**FINDINGS[0], "onset": "3y 6m"}, *FINDINGS[1:]]
    content = send(signed_in, case, {"age": "14 months", "onset": "congenital", "findings": findings}).json()["content"]
    assert (content["age"], content["onset"]) == ("P14M", "HP:0003577")
    assert content["findings"][0]["onset"] == "P3Y6M"


def test_two_writers_both_get_both_texts(signed_in: Client, case: Case) -> None:
    send(signed_in, case, {"note": "theirs"})
    answer = send(signed_in, case, {"note": "mine", "age": "P3Y"})
    assert answer.status_code == 409
    body = answer.json()
    assert body["code"] == "case.draft_conflict"
    assert body["draft"]["content"]["note"] == "theirs"
    assert "Age set to 3 years" in body["differences"]


# --- bad input


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"findings": [{"term": "HP:1"}]}, "findings.0.term"),
        ({"findings": [{"term": "HP:9999999"}]}, "findings.0.term"),
        ({"findings": [{"term": "HP:0000001"}]}, "findings.0.term"),
        ({"findings": [{"term": "HP:0000520"}] * 201}, "findings"),
        ({"note": "x" * 200_001}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"age": "quite old"}, "age"),
        ({"age": "P400Y"}, "age"),
        ({"onset": "one day"}, "onset"),
        ({"sex": "girl"}, "sex"),
        ({"findings": [{"term": "HP:0000520", "onset": "soon"}]}, "findings.0.onset"),
        ({"colour": "blue"}, "colour"),
        ({"unmapped": ["y" * 301]}, "unmapped"),
    ],
)
def test_bad_content_is_refused_by_field_with_a_remedy_and_nothing_changes(
    signed_in: Client, case: Case, content: dict[str, Any], field: str
) -> None:
    answer = send(signed_in, case, content)
    assert answer.status_code == 422, answer.content
    assert answer.json()["field"] == field
    assert answer.json()["hint"]
    assert Draft.objects.get(case=case).revision == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"base": "1"}', b'{"base": true, "content": {}}', b"\xff"]
)
def test_a_broken_request_is_explained(signed_in: Client, case: Case, body: bytes) -> None:
    answer = signed_in.post(f"/cases/{case.pk}/draft/", body, "application/json")
    assert answer.status_code == 422
    assert answer.json()["message"]


def test_a_note_of_many_megabytes_is_refused_by_name(signed_in: Client, case: Case) -> None:
    answer = send(signed_in, case, {"note": "x" * 6_000_000})
    assert answer.status_code == 413
    assert answer.json()["field"] == "note"


@pytest.mark.parametrize(
    "note", ["مرحبا، نوبات صرع", "患者有癫痫发作", "Ataxia 🙂 and seizures", "e\u0301pilepsie\u202e"]
)
def test_any_script_is_kept_as_it_was_written(signed_in: Client, case: Case, note: str) -> None:
    assert send(signed_in, case, {"note": note}).status_code == 200
    assert Draft.objects.get(case=case).content["note"] == note
    assert signed_in.post("/read/", json.dumps({"text": note}), "application/json").status_code == 200


def test_mentions_carry_offsets_of_the_text(signed_in: Client) -> None:
    text = "Her brother is well. Ataxia, but no seizures."
    found = signed_in.post("/read/", json.dumps({"text": text}), "application/json").json()["mentions"]
    assert {(text[one["start"] : one["end"]], one["status"]) for one in found} >= {
        ("Ataxia", "present"),
        ("seizures", "excluded"),
    }


def test_terms_tell_the_synonym_that_matched(signed_in: Client) -> None:
    found = signed_in.get("/terms/", {"q": "wide-set eyes"}).json()["terms"][0]
    assert (found["label"], found["synonym"]) == ("Hypertelorism", True)
    assert found["diseases"] > 100
    assert signed_in.get("/terms/", {"q": ""}).json()["terms"] == []
    assert signed_in.get("/terms/", {"q": "\x00" + "x" * 5000}).status_code == 200


def test_words_of_the_note_never_become_markup(signed_in: Client, actor: Actor, clinic: Clinic) -> None:
    nasty = "<script>alert(1)</script>\"'</textarea><img src=x onerror=alert(1)>"
    content = {
        "note": nasty,
        "unmapped": [nasty[:200]],
        "findings": [{**FINDINGS[0], "quote": nasty, "relative": "<b>"}],
    }
    case = actions.create_case(actor, clinic.team.pk, read_content(content))
    for path in ("", "history/", "export/"):
        page = signed_in.get(f"/cases/{case.pk}/{path}").content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


# --- who may, and what an expired session gets


def test_a_script_of_a_page_gets_401_and_where_to_sign_in(client: Client, case: Case) -> None:
    answer = client.post(f"/cases/{case.pk}/draft/", "{}", "application/json", headers={"X-Clew-Page": "1"})
    assert answer.status_code == 401
    assert answer["X-Clew-Sign-In"] == "/signin/"


def test_a_page_of_one_person_does_not_write_as_another(signed_in: Client, case: Case) -> None:
    answer = signed_in.post(
        f"/cases/{case.pk}/draft/",
        json.dumps({"base": 1, "content": {}}),
        "application/json",
        headers={"X-Clew-User": "999999"},
    )
    assert answer.json()["code"] == "other_person"
    assert Draft.objects.get(case=case).revision == 1


def test_another_teams_case_answers_404_everywhere(client: Client, case: Case, other_clinic: Clinic) -> None:
    client.force_login(other_clinic.person())
    root = f"/cases/{case.pk}/"
    for path in ("", "differential/", "candidates/OMIM:101600/", "steadiness/", "history/", "export/", "text/"):
        assert client.get(root + path).status_code == 404, path
    for path in ("draft/", "save/"):
        assert client.post(root + path, '{"base": 1, "content": {}}', "application/json").status_code == 404, path
    for path in ("delete/", "restore/", "purge/", "close/", "reopen/", "history/1/return/"):
        assert client.post(root + path).status_code == 404, path


def test_the_bar_names_only_places_that_a_role_may_open(client: Client, clinic: Clinic) -> None:
    shown = {}
    for role, path in ((Role.CLINICIAN, "/"), (Role.AUDITOR, "/knowledge/"), (Role.ADMIN, "/knowledge/")):
        client.force_login(clinic.person(role))
        page = client.get(path).content.decode()
        shown[role] = [name for name in ("Worklist", "Knowledge", "Audit", "People") if f">{name}</a>" in page]
    assert shown[Role.CLINICIAN] == ["Worklist", "Knowledge"]
    assert shown[Role.AUDITOR] == ["Knowledge", "Audit"]
    assert shown[Role.ADMIN] == ["Knowledge", "People"]


# --- the worklist


def test_the_worklist_is_searched_by_finding_disease_and_reference(
    signed_in: Client, case: Case, actor: Actor, clinic: Clinic
) -> None:
    actions.create_case(actor, clinic.team.pk)
    for words, found in (("", 2), ("proptosis", 1), ("PFEIFFER", 1), ("c-0002", 1), ("zzz", 0), ("%", 0)):
        page = signed_in.get("/", {"q": words}).content.decode()
        assert page.count("<tr data-row") == found, words


def test_the_worklist_shows_score_and_lead_and_never_a_percentage(signed_in: Client, case: Case) -> None:
    page = signed_in.get("/").content.decode()
    rows = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "ahead" in rows or "level with the next" in rows
    assert "%" not in rows
    assert "Girl, 14 months" in rows


def test_the_worklist_comes_a_page_at_a_time(signed_in: Client, actor: Actor, clinic: Clinic) -> None:
    for _ in range(30):
        actions.create_case(actor, clinic.team.pk)
    page = signed_in.get("/").content.decode()
    assert page.count("<tr data-row") == 25
    assert "25 of 30 shown" in page
    assert signed_in.get("/?shown=50").content.decode().count("<tr data-row") == 30
    assert signed_in.get("/?shown=-1&state=nonsense").status_code == 200


# --- in and out


def upload(client: Client, data: bytes, name: str = "case.json") -> Any:
    return client.post("/cases/import/", {"file": SimpleUploadedFile(name, data, "application/json")})


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", 422), (b"{", 422), (b"[]", 422), (b"\x00\xff\xfe", 422), (b"x" * (5 * 1024 * 1024 + 1), 413)],
)
def test_a_file_that_is_no_phenopacket_writes_nothing(signed_in: Client, data: bytes, status: int) -> None:
    answer = upload(signed_in, data, "../../etc/<script>.json")
    assert answer.status_code == status
    assert "This file was not imported" in answer.content.decode()
    assert Case.objects.count() == 0


def test_what_is_exported_comes_in_again_the_same(signed_in: Client, case: Case) -> None:
    packet = signed_in.get(f"/cases/{case.pk}/phenopacket/")
    assert packet["Content-Disposition"] == f'attachment; filename="{case.reference}.phenopacket.json"'
    answer = upload(signed_in, packet.content)
    assert "Imported as C-0002" in answer.content.decode()
    again = Case.objects.get(number=2).draft.content
    assert again["findings"] and [one["term"] for one in again["findings"]] == [one["term"] for one in FINDINGS]
    assert (again["sex"], again["age"]) == ("female", "P14M")


def test_the_text_for_the_record_holds_findings_differential_versions_and_limits(signed_in: Client, case: Case) -> None:
    text = signed_in.get(f"/cases/{case.pk}/text/").content.decode()
    for words in (
        "PRESENT",
        "Proptosis (HP:0000520)",
        "DIFFERENTIAL",
        " 1. ",
        "Draft, not saved",
        "release 2025-01-16",
    ):
        assert words in text
    assert "Not for emergencies, not for patients." in text
    assert "not probabilities" in text


def test_the_knowledge_page_names_source_version_licence_and_counts(signed_in: Client) -> None:
    page = signed_in.get("/knowledge/").content.decode()
    for words in ("Human Phenotype Ontology", "2025-01-16", "hpo.jax.org", "Gargano", "Diseases ranked"):
        assert words in page


def test_without_knowledge_nothing_stale_is_shown(signed_in: Client, case: Case, settings: Any, tmp_path: Any) -> None:
    settings.KNOWLEDGE_DIR = tmp_path
    page = signed_in.get(f"/cases/{case.pk}/")
    assert page.status_code == 200
    words = page.content.decode()
    assert "The knowledge in use could not be opened" in words
    assert "data-disease=" not in words
    kept = send(signed_in, case, {**EXAMPLE, "findings": FINDINGS, "note": "typed while it was away"})
    assert kept.status_code == 200
    assert Draft.objects.get(case=case).content["note"] == "typed while it was away"
