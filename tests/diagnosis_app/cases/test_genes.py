"""Candidate genes in a case: bounded and named when wrong, kept by versions, said in words, found by search."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.test import Client

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions
from diagnosis_app.cases.content import GENE_LIMIT, Content, read_content
from diagnosis_app.cases.differences import differences
from diagnosis_app.cases.models import Case
from diagnosis_app.cases.record import as_text
from diagnosis_app.cases.worklist import worklist
from diagnosis_app.errors import InvalidMany
from retrieval.model import CandidateGene, Inherited, Zygosity
from tests.people import Clinic

FINDINGS = [{"term": term} for term in ("HP:0000262", "HP:0011318", "HP:0011304", "HP:0010055", "HP:0000520")]
FGFR2 = {"symbol": "FGFR2", "score": 0.93, "zygosity": "heterozygous", "inherited": "de_novo"}


def with_genes(*genes: Any, **more: Any) -> Content:
    return read_content({"findings": FINDINGS, "genes": list(genes), **more})


# --- the content


def test_a_case_without_genes_keeps_the_digest_it_had_before_cases_had_any() -> None:
    stored = {
        "note": "n",
        "findings": [],
        "unmapped": ["odd smell"],
        "dropped": [],
        "sex": "female",
        "age": "P14M",
        "onset": None,
    }
    text = json.dumps(stored, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    content = read_content(stored)
    assert content.stored() == stored
    assert content.digest() == hashlib.sha256(text.encode()).hexdigest()
    assert content.model_copy(update={"genes": with_genes(FGFR2).genes}).digest() != content.digest()


def test_the_profile_carries_the_genes() -> None:
    (gene,) = with_genes(FGFR2).profile().genes
    assert gene == CandidateGene("FGFR2", "", 0.93, Zygosity.HETEROZYGOUS, Inherited.DE_NOVO)


@pytest.mark.parametrize(
    ("gene", "field", "hint"),
    [
        ({"symbol": "<b>"}, "genes.0.symbol", "Write its symbol or id, for example FGFR2 or NCBIGene:2263."),
        ({"symbol": "FGFR2", "score": 1.5}, "genes.0.score", "Write 0.93 for 93 %, or leave it out."),
        ({"symbol": "FGFR2", "score": "nan"}, "genes.0.score", "Write 0.93 for 93 %, or leave it out."),
        (
            {"symbol": "FGFR2", "id": "ENSG1"},
            "genes.0.id",
            "Write it as NCBIGene:2263 or HGNC:3689, or leave it empty.",
        ),
        ({"symbol": "FGFR2", "zygosity": "both"}, "genes.0.zygosity", "Correct the value and send it again."),
        ({"symbol": "FGFR2", "variant": "x"}, "genes.0.variant", "Remove it, or check its spelling."),
        ({"id": "NCBIGene:2263"}, "genes.0.symbol", "Add it."),
    ],
)
def test_a_wrong_gene_names_field_and_remedy(gene: dict[str, Any], field: str, hint: str) -> None:
    with pytest.raises(InvalidMany) as refused:
        with_genes(gene)
    assert refused.value.field == field
    assert refused.value.hint == hint
    assert "<b>" not in refused.value.message


def test_the_list_is_bounded() -> None:
    with pytest.raises(InvalidMany) as refused:
        with_genes(*({"symbol": f"GENE{i}"} for i in range(GENE_LIMIT + 1)))
    assert "2,001 entries; the limit is 2,000" in refused.value.message


# --- in words


def test_what_changed_of_the_genes_is_said() -> None:
    before = with_genes({"symbol": "TWIST1"}, {"symbol": "CFTR", "zygosity": "homozygous"})
    after = with_genes(FGFR2, {"symbol": "TWIST1", "inherited": "mother", "score": 0.5}, {"symbol": "CFTR"})
    assert differences(before, after) == (
        "FGFR2 added to the candidate genes",
        "Origin of TWIST1 set to from the mother",
        "Score of TWIST1 set to 0.5",
        "Zygosity of CFTR set to not known",
    )
    assert differences(after, before)[0] == "FGFR2 removed from the candidate genes"
    many = with_genes(*({"symbol": f"GENE{i}"} for i in range(20)))
    assert differences(with_genes(), many) == ("20 candidate genes added (GENE0, GENE1, GENE2 and others)",)
    assert differences(many, with_genes()) == ("20 candidate genes removed (GENE0, GENE1, GENE2 and others)",)
    assert differences(after, after) == ()


# --- in the clinic


@pytest.fixture
def case(actor: Actor, clinic: Clinic, snapshot: object, db: None) -> Case:
    return actions.create_case(actor, clinic.team.pk, with_genes({**FGFR2, "symbol": "fgfr2"}, {"symbol": "ABCD99"}))


def test_a_gene_takes_its_current_symbol_and_id_and_an_unknown_one_is_kept(case: Case) -> None:
    known, unknown = actions.content_of(case.draft).genes
    assert (known.symbol, known.id) == ("FGFR2", "NCBIGene:2263")
    assert (unknown.symbol, unknown.id) == ("ABCD99", "")


def test_a_gene_that_stands_there_twice_is_refused_only_if_the_two_differ(actor: Actor, case: Case) -> None:
    same = with_genes({"symbol": "FGFR2"}, {"symbol": "NCBIGene:2263", "origin": "api"})
    draft = actions.store_draft(actor, case, same, 1)
    assert [gene["symbol"] for gene in draft.content["genes"]] == ["FGFR2"]
    with pytest.raises(InvalidMany) as refused:
        actions.store_draft(actor, case, with_genes({"symbol": "FGFR2"}, {**FGFR2, "symbol": "fgfr2"}), 2)
    assert refused.value.field == "genes.1.symbol"
    assert "Keep one" in refused.value.hint


def test_a_version_holds_the_genes_and_returning_brings_them_back(actor: Actor, case: Case) -> None:
    first = actions.save_version(actor, case)
    actions.store_draft(actor, case, with_genes(), 1)
    second = actions.save_version(actor, case)
    assert "genes" not in second.content
    assert first.digest != second.digest
    third = actions.return_to(actor, case, first.number)
    assert third.digest == first.digest
    assert [gene["symbol"] for gene in third.content["genes"]] == ["FGFR2", "ABCD99"]


def test_the_worklist_finds_a_case_by_a_gene(actor: Actor, case: Case) -> None:
    assert [row.reference for row in worklist(actor, query="fgfr2").rows] == [case.reference]
    assert worklist(actor, query="FBN9").rows == ()


def test_the_text_for_the_record_lists_the_genes(case: Case) -> None:
    text = as_text(case, actions.content_of(case.draft))
    assert "CANDIDATE GENES\n- FGFR2, heterozygous, de novo, score 0.93\n- ABCD99\n" in text


# --- the services of the page


def test_a_pasted_list_is_read_and_stored_by_nobody(signed_in: Client, case: Case) -> None:
    text = "gene\tscore\nTWIST1\t0.4\nABCD99\t\nCFTR\t7"
    answer = signed_in.post("/genes/read/", json.dumps({"text": text}), "application/json").json()
    assert [(one["symbol"], one["id"], one["score"], one["origin"]) for one in answer["genes"]] == [
        ("TWIST1", "NCBIGene:7291", 0.4, "list"),
        ("ABCD99", "", None, "list"),
        ("CFTR", "NCBIGene:1080", None, "list"),
    ]
    assert answer["problems"] == [
        {"message": "Line 4: “7” is not a score from 0 to 1.", "hint": "Write 0.93 for 93 %, or leave it out."}
    ]
    assert answer["unknown"][0]["symbol"] == "ABCD99"
    assert len(actions.content_of(case.draft).genes) == 2
    last = Entry.objects.order_by("-seq").first()
    assert last is not None and last.detail == {"characters": len(text), "genes": 3}


@pytest.mark.parametrize("body", [{"text": 7}, {}, {"text": None}, []])
def test_a_wrong_request_is_refused(signed_in: Client, case: Case, body: Any) -> None:
    answer = signed_in.post("/genes/read/", json.dumps(body), "application/json")
    assert answer.status_code in {200, 422}  # nothing to read, or not a text
    assert "Traceback" not in answer.content.decode()


def test_genes_are_offered_while_somebody_types(signed_in: Client, case: Case) -> None:
    found = signed_in.get("/genes/?q=fgfr").json()["genes"]
    assert [one["symbol"] for one in found][:3] == ["FGFR1", "FGFR2", "FGFR3"]
    assert found[1]["diseases"] > 5 and found[1]["disease"]
    slip = signed_in.get("/genes/?q=FGRF2").json()
    assert slip["genes"] == [] and slip["near"][0]["symbol"] == "FGFR2" and slip["possible"]
    assert not signed_in.get("/genes/?q=%3Cb%3E").json()["possible"]
    by_id = signed_in.get("/genes/?q=NCBIGene:2263").json()["genes"]
    assert [one["symbol"] for one in by_id] == ["FGFR2"]


def test_the_workspace_draws_a_row_a_gene_and_says_what_weighs_nothing(signed_in: Client, case: Case) -> None:
    page = signed_in.get(f"/cases/{case.pk}/").content.decode()
    assert 'id="g-FGFR2"' in page and 'id="g-ABCD99"' in page
    assert "no disease known here; weighs nothing" in page
    content = actions.content_of(case.draft).stored() | {"genes": []}
    sent = json.dumps({"base": 1, "content": content})
    answer = signed_in.post(f"/cases/{case.pk}/draft/", sent, "application/json").json()
    assert "none yet" in answer["genes"]
    assert "FGFR2, ABCD99 removed from the candidate genes" in answer["differential"]


def test_a_list_of_two_thousand_genes_is_drawn_with_a_few_rows(signed_in: Client, actor: Actor, case: Case) -> None:
    many = with_genes(*({"symbol": f"GENE{i}"} for i in range(GENE_LIMIT)))
    actions.store_draft(actor, case, many, 1)
    page = signed_in.get(f"/cases/{case.pk}/").content.decode()
    assert page.count('data-symbol="') == 30
    assert "and 1970 more" in page


def test_an_old_version_shows_its_genes_read_only(signed_in: Client, actor: Actor, case: Case) -> None:
    actions.save_version(actor, case)
    page = signed_in.get(f"/cases/{case.pk}/history/1/").content.decode()
    assert "FGFR2" in page and "heterozygous, de novo, score 0.93" in page
    assert "data-gene-open" not in page


# --- what the genes do to the differential


def test_a_listed_gene_lifts_its_diseases_and_says_why(signed_in: Client, actor: Actor, case: Case) -> None:
    from diagnosis_app.cases.ranking import explain_content, rank_content

    plain, listed = with_genes(), actions.content_of(case.draft)
    before = {one.id: one.score for one in rank_content(plain).candidates}
    after = {one.id: one.score for one in rank_content(listed).candidates}
    assert after["OMIM:101200"] > before["OMIM:101200"]  # Apert syndrome, FGFR2
    (gene,) = [one for one in explain_content(listed, "OMIM:101200").explains if one.gene]
    assert (gene.gene, gene.note) == ("FGFR2", "de_novo_dominant")
    opened = signed_in.get(f"/cases/{case.pk}/candidates/OMIM:101200/").json()["html"]
    assert "FGFR2: heterozygous, de novo, score 0.93" in opened
    assert "on the list and a known gene of this disease (HPO gene file)" in opened
    assert "new in the patient, as often in autosomal dominant inheritance" in opened
    against = signed_in.get(f"/cases/{case.pk}/candidates/OMIM:154700/").json()["html"]
    assert "genes of this disease are known, and none is on the list" in against
