"""Candidate genes: the true one is in, its disease's others are out, and the draw is the same every time."""

from __future__ import annotations

import pytest

from retrieval.evaluation import SolvedCase
from retrieval.evaluation.decoys import Decoys
from retrieval.model import CaseGene, GeneLink, Profile, Zygosity


class Diseases:
    """Thirty diseases with a gene each; the first has three."""

    size = 30

    def genes(self, i: int) -> tuple[GeneLink, ...]:
        more = ("SIB1", "SIB2") if i == 0 else ()
        return tuple(GeneLink(symbol, f"NCBIGene:{symbol}") for symbol in (f"GENE{i}", *more))

    def index(self, disease: str) -> int | None:
        return int(disease.partition(":")[2]) if disease.startswith("OMIM:") else None


def case(name: str = "x", *symbols: str) -> SolvedCase:
    genes = tuple(CaseGene(symbol, "HGNC:1", Zygosity.HOMOZYGOUS) for symbol in symbols)
    return SolvedCase(name, Profile(), ("OMIM:0",), genes=genes)


@pytest.fixture
def decoys() -> Decoys:
    return Decoys(Diseases())  # type: ignore[arg-type]


def test_the_true_gene_is_among_as_many_as_were_asked_for(decoys):
    found = decoys.candidates(case("x", "GENE0"), 20, seed=1)
    assert len(found) == len({gene.symbol for gene in found}) == 20
    assert "GENE0" in {gene.symbol for gene in found}


def test_no_decoy_is_a_gene_of_the_true_disease(decoys):
    for seed in range(30):
        assert not {"SIB1", "SIB2"} & {gene.symbol for gene in decoys.candidates(case("x", "GENE0"), 28, seed)}


def test_the_draw_depends_on_seed_and_case_alone(decoys):
    first = decoys.candidates(case("x", "GENE0"), 10, 1)
    assert first == decoys.candidates(case("x", "GENE0"), 10, 1)
    assert first != decoys.candidates(case("x", "GENE0"), 10, 2)
    assert first != decoys.candidates(case("y", "GENE0"), 10, 1)


def test_the_place_in_the_list_gives_nothing_away(decoys):
    places = {
        [gene.symbol for gene in decoys.candidates(case(str(n), "GENE0"), 10, 0)].index("GENE0") for n in range(60)
    }
    assert len(places) > 5


def test_nothing_but_names_is_given_and_the_true_one_is_written_like_the_others(decoys):
    for gene in decoys.candidates(case("x", "GENE0"), 10, 0):
        assert gene.zygosity is Zygosity.UNKNOWN and gene.score is None
        assert gene.id == f"NCBIGene:{gene.symbol}"


def test_several_true_genes_all_stand_in_the_list(decoys):
    found = {gene.symbol for gene in decoys.candidates(case("x", "GENE0", "GENE7"), 5, 0)}
    assert {"GENE0", "GENE7"} <= found and len(found) == 5


def test_a_case_that_states_no_gene_gets_no_list(decoys):
    assert decoys.candidates(case("x"), 20, 0) == ()
    assert decoys.candidates(case("x", ""), 20, 0) == ()
