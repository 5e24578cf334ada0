"""Genes are found however they are written, and a wrong one is told what is near."""

from __future__ import annotations

import pytest

from retrieval.errors import UnknownGene
from retrieval.genes import is_symbol
from retrieval.model import CandidateGene
from tests.retrieval.gene_world import table

TABLE = table()


@pytest.mark.parametrize(
    "written", ["FGFR2", "fgfr2", " Fgfr2 ", "NCBIGene:2263", "ncbigene:2263", "ENTREZ:2263", "NCBIGene:0002263"]
)
def test_a_gene_is_found_by_symbol_or_id_in_either_case(written: str) -> None:
    assert TABLE.resolve(written).symbol == "FGFR2"
    assert TABLE.resolve(written).id == "NCBIGene:2263"


def test_an_unknown_gene_is_refused_with_what_is_near() -> None:
    with pytest.raises(UnknownGene) as refused:
        TABLE.resolve("FGRF2")
    assert refused.value.code == "knowledge.unknown_gene"
    assert "FGRF2" in refused.value.message
    assert refused.value.hint == "Did you mean FGFR2?"


@pytest.mark.parametrize("slip", ["FGR2", "FGFR22", "FGFR3", "GFFR2", "fgfr2x"])
def test_one_slip_of_the_keyboard_is_near(slip: str) -> None:
    assert "FGFR2" in {gene.symbol for gene in TABLE.near(slip)}


def test_a_gene_far_from_all_has_no_neighbours_and_still_a_remedy() -> None:
    assert TABLE.near("QQQQQQ") == ()
    with pytest.raises(UnknownGene) as refused:
        TABLE.resolve("QQQQQQ")
    assert "NCBIGene:2263" in refused.value.hint


def test_completion_offers_genes_that_begin_so_the_exact_one_first() -> None:
    assert [gene.symbol for gene in TABLE.suggest("f")] == ["FBN1", "FGFR2"]
    assert [gene.symbol for gene in TABLE.suggest("fgfr2")] == ["FGFR2"]
    assert TABLE.suggest("") == ()
    assert TABLE.suggest("f", limit=0) == ()


def test_a_gene_without_a_symbol_is_found_by_its_id_and_never_by_its_dash() -> None:
    assert TABLE.index("-") is None
    assert TABLE.resolve("NCBIGene:105259599").symbol == "NCBIGene:105259599"


def test_a_known_id_decides_over_the_symbol_beside_it() -> None:
    assert TABLE.find(CandidateGene("FBN1", "NCBIGene:2263")) == TABLE.index("FGFR2")
    assert TABLE.find(CandidateGene("FBN1", "HGNC:99999999")) == TABLE.index("FBN1")
    assert TABLE.find(CandidateGene("NOTHING")) is None


@pytest.mark.parametrize("text", ["HLA-B", "C9orf72", "MT-TL1", "NCBIGene:2263", "HGNC:3689", "TRNT1"])
def test_what_a_gene_can_be_called(text: str) -> None:
    assert is_symbol(text)


@pytest.mark.parametrize("text", ["", "1.4", "two words", "<b>", "x" * 41, "C:\\genes", "Ünknown"])
def test_what_no_gene_is_called(text: str) -> None:
    assert not is_symbol(text)


def test_the_ids_of_both_registers_lead_to_a_gene() -> None:
    assert TABLE.resolve("hgnc:2928") == TABLE.resolve("NCBIGene:1756")
    assert TABLE.resolve("DMD").ids == ("NCBIGene:1756", "HGNC:2928")


def test_a_gene_knows_its_diseases() -> None:
    at = TABLE.index("FGFR2")
    assert at is not None and TABLE.diseases(at) == (0, 3)


def test_registers_are_not_offered_to_who_types_the_beginning_of_a_symbol() -> None:
    assert TABLE.suggest("N") == () and TABLE.suggest("H") == ()
    assert [gene.symbol for gene in TABLE.suggest("NCBIGene:175")] == ["DMD"]
