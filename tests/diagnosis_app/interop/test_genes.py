"""Genes of a phenopacket's interpretations become candidate genes, and no diagnosis comes with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from diagnosis_app.cases.content import Content, GeneEntry
from diagnosis_app.interop.phenopackets import Imported, Level
from retrieval.model import Zygosity
from tests.diagnosis_app.interop.oracle import parse_strictly

Read = Callable[[Any], Imported]
Write = Callable[[Content], dict[str, Any]]


def variant(
    symbol: str, state: str | None = "GENO:0000135", own: str = "v1", status: str = "CAUSATIVE"
) -> dict[str, Any]:
    described: dict[str, Any] = {"id": own, "geneContext": {"valueId": "HGNC:3689", "symbol": symbol}}
    described["expressions"] = [{"syntax": "hgvs.c", "value": "NM_000141.5:c.755C>G"}]
    if state:
        described["allelicState"] = {"id": state, "label": "as stated"}
    return {
        "subjectOrBiosampleId": "p",
        "interpretationStatus": status,
        "variantInterpretation": {"variationDescriptor": described},
    }


def packet_with(*found: dict[str, Any], disease: str = "OMIM:123500") -> dict[str, Any]:
    diagnosis = {"disease": {"id": disease, "label": "x"}, "genomicInterpretations": list(found)}
    return {
        "id": "p",
        "subject": {"id": "p"},
        "phenotypicFeatures": [{"type": {"id": "HP:0001250", "label": "Seizure"}}],
        "interpretations": [{"id": "i", "progressStatus": "SOLVED", "diagnosis": diagnosis}],
        "metaData": {"phenopacketSchemaVersion": "2.0"},
    }


def paths(imported: Imported, level: Level) -> list[str]:
    return [note.path for note in imported.report if note.level is level]


@pytest.mark.parametrize(
    ("state", "zygosity"),
    [
        ("GENO:0000135", Zygosity.HETEROZYGOUS),
        ("GENO:0000136", Zygosity.HOMOZYGOUS),
        ("GENO:0000134", Zygosity.HEMIZYGOUS),
        ("GENO:0000402", Zygosity.COMPOUND),
        ("GENO:0000137", Zygosity.UNKNOWN),
        (None, Zygosity.UNKNOWN),
    ],
)
def test_a_variant_gives_its_gene_and_zygosity(read: Read, state: str | None, zygosity: Zygosity) -> None:
    imported = read(packet_with(variant("FGFR2", state)))
    assert imported.content.genes == (GeneEntry(symbol="FGFR2", id="HGNC:3689", zygosity=zygosity, origin="import"),)


def test_the_diagnosis_of_an_interpretation_is_not_kept_and_the_report_says_so(read: Read) -> None:
    imported = read(packet_with(variant("FGFR2")))
    assert "OMIM:123500" not in str(imported.content.stored())
    assert any("diagnosis" in note.message for note in imported.report if note.level is Level.LOST)
    assert any("not its description" in note.message for note in imported.report if note.level is Level.CHANGED)


def test_two_single_variants_of_a_gene_are_compound_heterozygous(read: Read) -> None:
    imported = read(packet_with(variant("CFTR", own="v1"), variant("CFTR", own="v2")))
    assert [(one.symbol, one.zygosity) for one in imported.content.genes] == [("CFTR", Zygosity.COMPOUND)]
    again = read(packet_with(variant("CFTR", own="v1"), variant("CFTR", own="v1")))
    assert again.content.genes[0].zygosity is Zygosity.HETEROZYGOUS


def test_a_rejected_gene_is_not_a_candidate(read: Read) -> None:
    imported = read(packet_with(variant("FGFR2", status="REJECTED"), variant("CFTR", status="CANDIDATE")))
    assert [one.symbol for one in imported.content.genes] == ["CFTR"]
    assert "interpretations" in paths(imported, Level.LOST)


def test_a_gene_without_a_variant_is_read(read: Read) -> None:
    plain = {"interpretationStatus": "CANDIDATE", "gene": {"valueId": "NCBIGene:2263", "symbol": "FGFR2"}}
    other = {"interpretationStatus": "CANDIDATE", "gene": {"valueId": "ENSG00000066468", "symbol": "TWIST1"}}
    imported = read(packet_with(plain, other))
    assert [(one.symbol, one.id) for one in imported.content.genes] == [("FGFR2", "NCBIGene:2263"), ("TWIST1", "")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"gene": {"symbol": "<script>"}},
        {"gene": {"symbol": 7}},
        {"gene": "FGFR2"},
        {},
        {"variantInterpretation": {"variationDescriptor": {"id": []}}},
        {"interpretationStatus": {"a": []}, "gene": {"symbol": "no symbol of a gene"}},
    ],
)
def test_a_wrong_entry_is_named_and_the_others_come_in(read: Read, wrong: dict[str, Any]) -> None:
    imported = read(packet_with(wrong, variant("FGFR2")))
    assert [one.symbol for one in imported.content.genes] == ["FGFR2"]
    assert any("genomicInterpretations[0]" in path for path in paths(imported, Level.PROBLEM))


def test_the_schema_accepts_the_genes_and_others_can_read_them(write: Write) -> None:
    entry = GeneEntry(symbol="FGFR2", id="NCBIGene:2263", zygosity=Zygosity.HETEROZYGOUS)
    message = parse_strictly(write(Content(genes=(entry, GeneEntry(symbol="TWIST1")))))
    assert message.interpretations[0].progress_status == 1  # in progress
    first, second = message.interpretations[0].diagnosis.genomic_interpretations
    described = first.variant_interpretation.variation_descriptor
    assert (described.gene_context.value_id, described.gene_context.symbol) == ("NCBIGene:2263", "FGFR2")
    assert (described.allelic_state.id, described.allelic_state.label) == ("GENO:0000135", "heterozygous")
    assert second.gene.symbol == "TWIST1"
    assert message.interpretations[0].diagnosis.disease.id == "MONDO:0000001"


def test_what_the_packet_says_of_a_gene_wins_over_the_supplement(read: Read, write: Write) -> None:
    entry = GeneEntry(symbol="FGFR2", score=0.9, zygosity=Zygosity.HETEROZYGOUS)
    exported = write(Content(note="n", genes=(entry, GeneEntry(symbol="CFTR", score=0.1))))
    found = exported["interpretations"][0]["diagnosis"]["genomicInterpretations"]
    found[0]["variantInterpretation"]["variationDescriptor"]["allelicState"]["id"] = "GENO:0000136"
    del found[1]
    genes = read(exported).content.genes
    assert [(one.symbol, one.zygosity, one.score) for one in genes] == [("FGFR2", Zygosity.HOMOZYGOUS, None)]
