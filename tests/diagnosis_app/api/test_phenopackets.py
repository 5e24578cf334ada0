"""Phenopackets through the API: ranked, brought in, taken away."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis_app.audit.models import Entry
from diagnosis_app.cases.models import Case
from tests.diagnosis_app.api.asking import Asking, answer, failure

pytestmark = pytest.mark.django_db

PACKET: dict[str, Any] = {
    "id": "Alice",
    "subject": {"id": "Alice Example", "sex": "FEMALE", "timeAtLastEncounter": {"age": {"iso8601duration": "P14Y"}}},
    "phenotypicFeatures": [
        {"type": {"id": "HP:0001083", "label": "Ectopia lentis"}, "onset": {"age": {"iso8601duration": "P3Y"}}},
        {"type": {"id": "HP:0002616", "label": "Aortic root aneurysm"}},
        {"type": {"id": "HP:0001519", "label": "Disproportionate tall stature"}},
        {"type": {"id": "HP:0100775", "label": "Dural ectasia"}},
        {"type": {"id": "HP:0001250", "label": "Seizure"}, "excluded": True},
        {"type": {"id": "HP:9999999", "label": "Nothing"}},
    ],
    "metaData": {"phenopacketSchemaVersion": "2.0"},
}


def test_a_phenopacket_is_ranked_with_a_report_of_what_was_not_read(ask: Asking) -> None:
    ranking = answer(ask.ask("POST", "/rank/phenopacket", PACKET, query_params={"limit": 3, "name": "p1"}))
    assert ranking["candidates"][0]["id"] == "OMIM:154700"
    assert len(ranking["candidates"]) == 3
    assert ranking["case"] == "p1"
    assert ranking["input"]["counts"]["excluded"] == 1
    problem = next(one for one in ranking["report"] if one["level"] == "problem")
    assert problem["field"] == "phenotypicFeatures[5].type.id"
    assert not Case.objects.exists()


def test_a_phenopacket_becomes_a_case_without_the_names_in_it(ask: Asking) -> None:
    made = answer(ask.post("/cases/phenopacket", PACKET), 201)
    assert made["case"]["content"]["sex"] == "female"
    assert made["case"]["content"]["findings"][0]["onset"] == "P3Y"
    assert {finding["origin"] for finding in made["case"]["content"]["findings"]} == {"import"}
    assert made["report"]
    assert "Alice" not in str(Case.objects.get().draft.content)


def test_a_case_goes_out_and_comes_back_the_same(ask: Asking) -> None:
    case = ask.made(note="Words of the note.", sex="male", age="P6Y", unmapped=["odd gait"])
    path = f"/cases/{case['id']}"
    packet = answer(ask.get(f"{path}/phenopacket"))
    assert packet["subject"]["sex"] == "MALE"
    again = answer(ask.post("/cases/phenopacket", packet), 201)["case"]
    assert again["content"] == case["content"]
    assert Entry.objects.filter(verb="case.export", object=f"case:{case['id']}", via="api").count() == 1


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        ({}, "phenopacket.unknown"),
        ({"resourceType": "Bundle"}, "phenopacket.fhir"),
        ({"members": [{}, {}]}, "phenopacket.cohort"),
        (PACKET | {"metaData": {"phenopacketSchemaVersion": "1.0"}}, "phenopacket.version"),
    ],
)
def test_what_is_no_phenopacket_v2_is_refused_by_name(ask: Asking, packet: dict[str, Any], code: str) -> None:
    for path in ("/rank/phenopacket", "/cases/phenopacket"):
        failure(ask.post(path, packet), 422, code, field="body")
    assert not Case.objects.exists()


@pytest.mark.parametrize("body", [[], "text", 3, None])
def test_what_is_no_object_is_refused(ask: Asking, body: Any) -> None:
    failure(ask.ask("POST", "/rank/phenopacket", b"null" if body is None else body), 422, "input.invalid", field="body")
