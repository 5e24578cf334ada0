"""What stands above, below and beside a disease, by any of its ids; typed edges, and the same in any order."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval import disease_build, hierarchy
from retrieval.diseases import DiseaseTable
from retrieval.hierarchy import Hierarchy, Related, RelatedGene
from retrieval.vocabularies import MondoTerm, OrphanetEntry, Relation
from tests.retrieval.annotations import SMALL, row

GERMLINE = "has_material_basis_in_germline_mutation_in"
ORPHA = tuple(OrphanetEntry(f"ORPHA:{n}", f"Entry {n}", "Disease") for n in (11, 12))


def term(n: int, name: str, *above: int, exact: str = "", genes: tuple[str, ...] = ()) -> MondoTerm:
    return MondoTerm(
        f"MONDO:{n:07}",
        name,
        ((exact, ""),) if exact else (),
        tuple(f"MONDO:{one:07}" for one in above),
        tuple((gene, GERMLINE) for gene in genes),
    )


# 1 stands over 2 (wide) and 3 (narrow); 4 is OMIM:1 and ORPHA:11; 5, 6 and 7 stand beside it, 8 below it.
TERMS = (
    term(1, "everything"),
    term(2, "wide", 1),
    term(3, "narrow", 1),
    MondoTerm("MONDO:0000004", "four", (("OMIM:1", ""), ("ORPHA:11", "")), ("MONDO:0000002", "MONDO:0000003")),
    term(5, "five", 2, exact="OMIM:2"),
    term(6, "six", 2),
    term(7, "", 2, 3),
    term(8, "eight", 4, genes=("HGNC:7", "NCBIGene:9")),
    term(9, "in a group", 1, exact="ORPHA:90"),
)


@pytest.fixture
def held() -> Hierarchy:
    rows = [row("3/4", disease="OMIM:1"), row("1/4", disease="OMIM:2")]
    built = disease_build.build(rows, [], SMALL, ORPHA, TERMS)
    arrays = hierarchy.build(TERMS, {"HGNC:7": "NAT2"})
    assert hierarchy.counts(arrays) == {"classes_of_mondo": 9, "edges_of_mondo": 10, "gene_edges_of_mondo": 2}
    return Hierarchy(arrays, DiseaseTable(built.arrays, SMALL))


def ids(found: tuple[Related, ...]) -> list[str]:
    return [one.id for one in found]


def test_every_id_of_a_disease_leads_to_its_class(held: Hierarchy) -> None:
    for name in ("OMIM:1", "ORPHA:11", "MONDO:0000004"):
        assert held.classes(name) == ("MONDO:0000004",)
        assert held.parents(name) == (
            Related("MONDO:0000002", "MONDO:0000002", "wide", "subclass_of"),
            Related("MONDO:0000003", "MONDO:0000003", "narrow", "subclass_of"),
        )


def test_an_id_that_is_no_disease_here_is_found_by_mondos_own_match(held: Hierarchy) -> None:
    assert held.classes("ORPHA:90") == ("MONDO:0000009",)
    assert ids(held.parents("ORPHA:90")) == ["MONDO:0000001"]


def test_below_stands_what_names_it_above_by_the_id_of_the_disease(held: Hierarchy) -> None:
    assert held.children("MONDO:0000003") == (
        Related("OMIM:1", "MONDO:0000004", "A disease", "has_subclass"),
        Related("MONDO:0000007", "MONDO:0000007", "MONDO:0000007", "has_subclass"),
    )
    assert ids(held.children("OMIM:1")) == ["MONDO:0000008"]
    assert held.children("MONDO:0000008") == ()


def test_siblings_come_from_the_narrower_parent_first_and_name_it(held: Hierarchy) -> None:
    assert [(one.id, one.through) for one in held.siblings("OMIM:1")] == [
        ("MONDO:0000007", "MONDO:0000003"),
        ("OMIM:2", "MONDO:0000002"),
        ("MONDO:0000006", "MONDO:0000002"),
    ]
    assert ids(held.siblings("OMIM:1", limit=2)) == ["MONDO:0000007", "OMIM:2"]
    assert held.siblings("OMIM:1", limit=0) == ()
    assert {one.relation for one in held.siblings("OMIM:1")} == {"shares_parent"}


def test_an_ancestor_is_no_sibling() -> None:
    terms = (term(1, "top"), term(2, "above", 1), term(3, "both", 1, 2), term(4, "beside", 1))
    table = DiseaseTable(disease_build.build([row("1/4", disease="OMIM:1")], [], SMALL, (), terms).arrays, SMALL)
    assert ids(Hierarchy(hierarchy.build(terms, {}), table).siblings("MONDO:0000003")) == ["MONDO:0000004"]


def test_genes_have_their_symbol_where_a_source_names_it(held: Hierarchy) -> None:
    assert held.genes("MONDO:0000008") == (
        RelatedGene("HGNC:7", "NAT2", GERMLINE, "MONDO:0000008"),
        RelatedGene("NCBIGene:9", "", GERMLINE, "MONDO:0000008"),
    )
    assert held.genes("OMIM:1") == ()


def test_the_way_up_is_the_shortest_and_ends_at_the_top(held: Hierarchy) -> None:
    assert ids(held.path_to_root("MONDO:0000008")) == ["OMIM:1", "MONDO:0000002", "MONDO:0000001"]
    assert ids(held.path_to_root("ORPHA:90")) == ["MONDO:0000001"]
    assert held.path_to_root("MONDO:0000001") == ()


def test_a_disease_of_two_classes_goes_up_by_the_one_that_stands_somewhere() -> None:
    entries = (OrphanetEntry("ORPHA:1", "One", "Disease", (("OMIM:1", Relation.EXACT),)),)
    terms = (term(1, "top"), term(2, "nowhere", exact="OMIM:1"), term(3, "under", 1, exact="ORPHA:1"))
    rows = [row("1/4", disease="OMIM:1")]
    table = DiseaseTable(disease_build.build(rows, [], SMALL, entries, terms).arrays, SMALL)
    two = Hierarchy(hierarchy.build(terms, {}), table)
    assert two.classes("ORPHA:1") == ("MONDO:0000002", "MONDO:0000003")
    assert ids(two.path_to_root("OMIM:1")) == ["MONDO:0000001"]


def test_a_circle_ends_the_way_and_hangs_nothing() -> None:
    terms = (term(1, "one", 2), term(2, "two", 1))
    table = DiseaseTable(disease_build.build([row("1/4", disease="OMIM:1")], [], SMALL, (), terms).arrays, SMALL)
    circle = Hierarchy(hierarchy.build(terms, {}), table)
    assert circle.path_to_root("MONDO:0000001") == ()
    assert circle.siblings("MONDO:0000001") == ()


def test_what_mondo_does_not_know_has_nothing_around_it(held: Hierarchy) -> None:
    for name in ("OMIM:999999", "ORPHA:12", "nonsense", ""):
        assert (held.classes(name), held.parents(name), held.children(name), held.siblings(name)) == ((), (), (), ())
        assert (held.genes(name), held.path_to_root(name)) == ((), ())


def test_without_mondo_it_is_empty_and_says_so() -> None:
    table = DiseaseTable(disease_build.build([row("1/4", disease="OMIM:1")], [], SMALL).arrays, SMALL)
    empty = Hierarchy.empty(table)
    assert not empty and empty.parents("OMIM:1") == ()


def test_any_order_of_the_classes_gives_the_same_arrays() -> None:
    one, other = hierarchy.build(TERMS, {}), hierarchy.build(TERMS[::-1], {})
    assert one.keys() == other.keys()
    assert all(np.array_equal(one[name], other[name]) for name in one)
