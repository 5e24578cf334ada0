"""Ranking a case that is not stored: the arithmetic can be done again by the reader."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from diagnosis_app.audit.models import Entry
from diagnosis_app.cases.models import Case
from tests.diagnosis_app.api.asking import MARFAN, Asking, answer, failure

pytestmark = pytest.mark.django_db


def case(*terms: str, **more: Any) -> dict[str, Any]:
    return {"findings": [{"term": term} for term in terms], **more}


def test_marfan_findings_rank_marfan_first_and_every_score_is_its_sum(ask: Asking) -> None:
    ranking = answer(ask.post("/rank", {"case": case(*MARFAN, sex="male", age="P14Y"), "name": "case 7"}))
    assert ranking["candidates"][0]["id"] == "OMIM:154700"
    assert ranking["case"] == "case 7"
    assert ranking["outcome"] == "ranked"
    assert len(ranking["candidates"]) == 50
    assert [one["rank"] for one in ranking["candidates"]] == list(range(1, 51))
    for one in ranking["candidates"]:
        total = one["prior"] + math.fsum(part["value"] for part in one["contributions"])
        assert total == pytest.approx(one["score"], abs=1e-9)
    for part in ranking["candidates"][0]["contributions"]:
        if part["match"] == "exact":
            assert part["references"]


def test_every_answer_names_its_world_and_its_purpose(ask: Asking) -> None:
    ranking = answer(ask.post("/rank", {"case": case(*MARFAN), "limit": 1}))
    assert ranking["snapshot"] == answer(ask.get("/knowledge"))["id"]
    assert ranking["hpo"] == "2025-01-16"
    assert "2025-01-16" in ranking["citation"]
    assert "nothing is merged by name" in ranking["note"]
    assert "not for emergencies" in ranking["intended_use"]


def test_too_few_findings_are_said_to_be_too_few(ask: Asking) -> None:
    ranking = answer(ask.post("/rank", {"case": case("HP:0001250")}))
    assert ranking["outcome"] == "insufficient"
    assert ranking["reasons"]
    assert answer(ask.post("/rank", {"case": {}}))["reasons"] == ["no_findings"]


def test_an_old_id_ranks_as_its_replacement(ask: Asking) -> None:
    old, new = (answer(ask.post("/rank", {"case": case(term, *MARFAN[:3])})) for term in ("HP:0001505", "HP:0001166"))
    assert [one["id"] for one in old["candidates"]] == [one["id"] for one in new["candidates"]]
    assert old["input"]["findings"][0]["term"] == "HP:0001166"


def test_a_contradiction_is_pointed_out_and_not_counted_twice(ask: Asking) -> None:
    both = [{"term": "HP:0001250"}, {"term": "HP:0001250", "status": "excluded"}]
    findings = [*both, *({"term": term} for term in MARFAN)]
    ranking = answer(ask.post("/rank", {"case": {"findings": findings}}))
    assert "contradiction" in {hint["code"] for hint in ranking["hints"]}
    assert {"finding": "HP:0001250", "reason": "contradicted", "because_of": "HP:0001250"} in ranking["not_used"]


def test_what_is_uncertain_or_a_relatives_weighs_nothing(ask: Asking) -> None:
    aside = [{"term": "HP:0001250", "status": "uncertain"}, {"term": "HP:0001251", "status": "family"}]
    known = [{"term": term} for term in MARFAN]
    with_them = answer(ask.post("/rank", {"case": {"findings": [*known, *aside]}}))
    without = answer(ask.post("/rank", {"case": {"findings": known}}))
    assert with_them["candidates"] == without["candidates"]
    assert {one["reason"] for one in with_them["not_used"]} == {"uncertain", "family"}


@pytest.mark.parametrize(
    ("term", "code"),
    [
        ("HP:9999999", "ontology.unknown_term"),
        ("HP:0000006", "ontology.not_a_finding"),
        ("HP:123", "input.invalid"),
        ("OMIM:154700", "input.invalid"),
        ("", "input.invalid"),
    ],
)
def test_a_wrong_id_is_refused_by_field(ask: Asking, term: str, code: str) -> None:
    failure(ask.post("/rank", {"case": case(MARFAN[0], term)}), 422, code, field="case.findings.1.term")


def test_five_hundred_findings_are_refused_with_the_limit(ask: Asking) -> None:
    body = failure(ask.post("/rank", {"case": case(*["HP:0001250"] * 500)}), 422, "input.invalid")
    assert "200" in body["message"]


def test_nothing_is_stored_and_the_trail_holds_a_count_alone(ask: Asking) -> None:
    answer(ask.post("/rank", {"case": case(*MARFAN, note="Alice Example"), "name": "Alice"}))
    assert not Case.objects.exists()
    row = Entry.objects.get(verb="case.rank")
    assert row.detail == {"findings": 5}
    assert row.via == "api"


def test_no_number_is_infinite_or_missing(ask: Asking) -> None:
    response = ask.post("/rank", {"case": case(*MARFAN, "HP:0001250"), "limit": 200})
    json.loads(response.content, parse_constant=lambda name: pytest.fail(f"{name} in the answer"))


def test_genes_are_ranked_with_and_come_back_as_they_were_read(ask: Asking) -> None:
    genes = [{"symbol": "fbn1", "zygosity": "heterozygous", "inherited": "de_novo"}, {"symbol": "ABCD99"}]
    plain = answer(ask.post("/rank", {"case": case(*MARFAN)}))
    ranking = answer(ask.post("/rank", {"case": case(*MARFAN, genes=genes)}))
    assert [(one["symbol"], one["id"], one["known"]) for one in ranking["input"]["genes"]] == [
        ("FBN1", "NCBIGene:2200", True),
        ("ABCD99", "", False),
    ]
    first = ranking["candidates"][0]
    assert first["id"] == "OMIM:154700" and first["score"] > plain["candidates"][0]["score"]
    (part,) = [one for one in first["contributions"] if one["kind"] == "gene"]
    assert (part["gene"], part["matched_label"], part["note"]) == (
        "FBN1",
        "Autosomal dominant inheritance",
        "de_novo_dominant",
    )
    total = first["prior"] + math.fsum(one["value"] for one in first["contributions"])
    assert total == pytest.approx(first["score"], abs=1e-9)


def test_a_wrong_gene_is_named_by_its_field(ask: Asking) -> None:
    asked = ask.post("/rank", {"case": case(*MARFAN, genes=[{"symbol": "FBN1", "score": 7}])})
    failure(asked, 422, "input.invalid", field="case.genes.0.score")
    twice = [{"symbol": "FBN1"}, {"symbol": "NCBIGene:2200", "zygosity": "homozygous"}]
    asked = ask.post("/rank", {"case": case(*MARFAN, genes=twice)})
    failure(asked, 422, "input.invalid", field="case.genes.1.symbol")
