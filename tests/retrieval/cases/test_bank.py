"""The bank gives back what was put in."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.cases import CaseBank, similarities
from retrieval.cases.build import counts
from retrieval.model import CaseGene, Finding, Publication, PublishedCase, Sex, Status, Zygosity
from retrieval.ontology.graph import Ontology
from retrieval.snapshot import Snapshot
from tests.retrieval.cases.made import at, bank, case, old_id

FULL = PublishedCase(
    id="0123456789abcdef",
    findings=(
        Finding("HP:0001250", onset="P7M"),
        Finding("HP:0002650"),
        Finding("HP:0000518", Status.EXCLUDED, "HP:0003577"),
    ),
    diagnoses=("OMIM:620785", "ORPHA:558"),
    diagnosis="A syndrome",
    label="Family 21, \u00c5sa",
    sex=Sex.FEMALE,
    age="P10Y",
    onset="HP:0003577",
    genes=(
        CaseGene("ACBD6", "HGNC:23339", Zygosity.COMPOUND, ("NM_032360.4:c.82dup", "NM_032360.4:c.5A>G")),
        CaseGene("", variants=("telomeric 11q deletion",)),
    ),
    publications=(Publication("PMID:37951597", "A title"), Publication("DOI:10.1/x")),
    licence="BSD-3-Clause",
    source="a collection",
)


@pytest.fixture(scope="module")
def hpo(snapshot: Snapshot) -> Ontology:
    return snapshot.ontology


def test_a_case_comes_back_whole(hpo: Ontology) -> None:
    cases = bank(hpo, case("zz", "HP:0001250"), FULL, case("00", "HP:0000518"))
    i = cases.index(FULL.id)
    assert i == 1, "cases stand in order of id"
    assert cases.case(i) == FULL
    assert [hpo.ids[t] for t in cases.present(i)] == ["HP:0001250", "HP:0002650"]
    assert [hpo.ids[t] for t in cases.excluded(i)] == ["HP:0000518"]
    assert cases.diagnoses(i) == FULL.diagnoses
    assert cases.index("nothing") is None


def test_a_case_says_no_more_than_was_known(hpo: Ontology) -> None:
    plain = case("a", "HP:0001250")
    assert bank(hpo, plain, FULL).case(0 if plain.id < FULL.id else 1) == plain


def test_publications_mask_their_cases(hpo: Ontology) -> None:
    one = case("a", "HP:0001250", publications=(Publication("PMID:1"), Publication("PMID:2")))
    two = case("b", "HP:0001250", publications=(Publication("PMID:2"),))
    three = case("c", "HP:0001250")
    cases = bank(hpo, one, two, three)
    assert cases.citing({"PMID:1"}).tolist() == [True, False, False]
    assert cases.citing({"PMID:2", "PMID:9"}).tolist() == [True, True, False]
    assert cases.citing(()).tolist() == [False, False, False]


def test_a_publication_keeps_the_title_that_one_case_gives(hpo: Ontology) -> None:
    cases = bank(
        hpo,
        case("a", "HP:0001250", publications=(Publication("PMID:1"),)),
        case("b", "HP:0001250", publications=(Publication("PMID:1", "Title"),)),
    )
    assert cases.publications(0) == (Publication("PMID:1", "Title"),)


def test_old_ids_become_current_and_unknown_ones_go(hpo: Ontology) -> None:
    old = old_id(hpo)
    cases = bank(hpo, case("a", old, "HP:9999999", "HP:0003577"), case("b", "HP:9999999"))
    assert cases.ids == ("a",), "a case without a usable finding is left out"
    assert [one.term for one in cases.case(0).findings] == [hpo.resolve(old).term.id]


def test_the_manifest_counts_cases_publications_and_diseases(hpo: Ontology) -> None:
    given = [
        case("a", "HP:0001250", publications=(Publication("PMID:1"), Publication("PMID:2"))),
        case("b", "HP:0001250", publications=(Publication("PMID:2"),)),
        case("c", "HP:0001250", diagnoses=("ORPHA:1", "OMIM:2")),
        case("d", "HP:9999999", diagnoses=("OMIM:9",)),
    ]
    assert counts(CaseBank.build(hpo, given), given) == {
        "cases": 3,
        "cases_without_usable_finding": 1,
        "case_publications": 2,
        "diseases_with_cases": 2,
    }


def test_the_order_and_repetition_of_cases_change_nothing(hpo: Ontology) -> None:
    given = [case("a", "HP:0001250"), case("b", "HP:0002650"), FULL]
    one, other = CaseBank.build(hpo, given), CaseBank.build(hpo, [*given[::-1], given[0]])
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert set(one) == set(other)


def test_other_weights_may_be_tried(hpo: Ontology) -> None:
    given = [case("a", "HP:0001250", "HP:0002650"), case("b", "HP:0001250")]
    only = np.zeros(hpo.size)
    only[at(hpo, "HP:0001250")] = 1.0
    cases = CaseBank(CaseBank.build(hpo, given, weight=only), hpo)
    assert similarities(cases, np.array([at(hpo, "HP:0001250")])).tolist() == [1.0, 1.0]
    assert similarities(cases, np.array([at(hpo, "HP:0002650")])).tolist() == [0.0, 0.0]
