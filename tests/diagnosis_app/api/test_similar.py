"""Similar cases of a stored case, and published cases, for programs."""

from __future__ import annotations

from typing import Any

import pytest

from retrieval.cases import CaseBank
from tests.diagnosis_app.api.asking import NOWHERE, Asking, answer, failure
from tests.published import BICORONAL, BROAD_THUMB, HANNAH, PROPTOSIS, SYNDACTYLY

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(ask: Asking) -> dict[str, Any]:
    findings = [{"term": term} for term in (BICORONAL, BROAD_THUMB, PROPTOSIS)]
    sent = {"findings": [*findings, {"term": SYNDACTYLY, "status": "excluded"}], "unmapped": ["big eyes"]}
    return answer(ask.post("/cases", {"case": sent}), 201)


def test_cases_come_with_what_they_share_and_how_they_were_found(
    ask: Asking, case: dict[str, Any], published: CaseBank
) -> None:
    found = answer(ask.get(f"/cases/{case['id']}/similar"))
    assert found["bank"] == published.size and found["version"] is None and found["note"] == "search.away"
    first = found["cases"][0]
    assert (first["place"], first["id"], first["diagnoses"]) == (1, HANNAH.id, ["OMIM:101600"])
    assert "findings" in first["ways"] and len(first["ways"]) == len(first["ranks"])
    assert {one["patient"]["id"] for one in first["shared"]} == {BICORONAL, BROAD_THUMB, PROPTOSIS}
    assert 0 < first["likeness"] <= 1 and first["papers"][0]["id"] == "PMID:11111111"
    assert len(answer(ask.get(f"/cases/{case['id']}/similar?limit=1"))["cases"]) == 1
    failure(ask.get(f"/cases/{case['id']}/similar?limit=0"), 422, "input.invalid", field="limit")


def test_an_empty_bank_is_an_empty_list(ask: Asking, case: dict[str, Any], snapshot: Any) -> None:
    found = answer(ask.get(f"/cases/{case['id']}/similar"))
    assert (found["bank"], found["cases"]) == (0, [])


def test_a_version_is_compared_as_it_was(ask: Asking, case: dict[str, Any], published: CaseBank) -> None:
    answer(ask.post(f"/cases/{case['id']}/versions", {}), 201)
    before = answer(ask.get(f"/cases/{case['id']}/similar?version=1"))
    answer(ask.put(f"/cases/{case['id']}/draft", {"revision": 1, "case": {"findings": [{"term": PROPTOSIS}]}}))
    assert answer(ask.get(f"/cases/{case['id']}/similar?version=1")) == before
    assert answer(ask.get(f"/cases/{case['id']}/similar")) != before
    failure(ask.get(f"/cases/{case['id']}/similar?version=7"), 404, "not_found")
    failure(ask.get(f"/cases/{NOWHERE}/similar"), 404, "not_found")


def test_a_published_case_is_told_in_full(ask: Asking, published: CaseBank) -> None:
    found = answer(ask.get(f"/published-cases/{HANNAH.id}"))
    assert (found["label"], found["sex"], found["age"], found["licence"]) == (
        "Family 1, II-2",
        "female",
        "P9M",
        "CC0-1.0",
    )
    assert found["genes"] == [
        {"symbol": "FGFR2", "id": "HGNC:3689", "zygosity": "heterozygous", "variants": ["NM_000141.5:c.1052C>G"]}
    ]
    assert {(one["id"], one["status"]) for one in found["findings"]} >= {
        (SYNDACTYLY, "excluded"),
        (PROPTOSIS, "present"),
    }
    failure(ask.get("/published-cases/nobody"), 404, "not_found")


def test_a_ranking_says_how_likely_and_which_cases_speak(ask: Asking, published: CaseBank) -> None:
    sent = {"findings": [{"term": term} for term in (BICORONAL, BROAD_THUMB, PROPTOSIS)]}
    ranking = answer(ask.post("/rank", {"case": sent}))
    assert 0 <= ranking["none_of_these"] <= 1 and isinstance(ranking["none_leads"], bool)
    by_id = {one["id"]: one for one in ranking["candidates"]}
    pfeiffer = by_id["OMIM:101600"]
    assert 0 <= pfeiffer["probability"] <= 1 and pfeiffer["strength"]
    similar = next(one for one in pfeiffer["contributions"] if one["kind"] == "similar")
    assert similar["cases"] == [HANNAH.id] and 0 < similar["likeness"] <= 1
    for one in ranking["candidates"]:
        total = one["prior"] + sum(term["value"] for term in one["contributions"])
        assert total == pytest.approx(one["score"], abs=1e-6)
