"""What is read from a phenopacket, and what a case is not made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corpus_ingest.sources.phenopackets import Read, read_cases
from corpus_ingest.sources.phenopackets.report import MALFORMED, NO_DIAGNOSIS, NO_FINDING, VERSION_1
from retrieval.model import CaseGene, Finding, Publication, PublishedCase, Sex, Status, Zygosity
from tests.corpus_ingest.sources.phenopackets.made import call, hgvs, interpretation, packet, write
from tests.retrieval.ontology.small import ontology


def read(tmp_path: Path, value: Any, name: str = "x.json") -> Read:
    return read_cases(write(tmp_path / name, value))


def only(tmp_path: Path, value: Any, name: str = "x.json") -> PublishedCase:
    found = read(tmp_path, value, name)
    assert found.rejects == ()
    (case,) = found.cases
    return case


def refused(tmp_path: Path, value: Any) -> tuple[str, str]:
    found = read(tmp_path, value)
    assert found.cases == ()
    (reject,) = found.rejects
    return reject.reason, reject.detail


def test_everything_that_a_published_packet_says(tmp_path: Path) -> None:
    features = [
        {"type": {"id": "HP:0001250"}, "onset": {"age": {"iso8601duration": "P7M"}}},
        {"type": {"id": "HP:0002650"}, "onset": {"ontologyClass": {"id": "HP:0003577", "label": "Congenital onset"}}},
        {"type": {"id": "HP:0000518"}, "excluded": True},
    ]
    diseases = [{"term": {"id": "OMIM:100001", "label": "Fit syndrome"}, "onset": {"age": {"iso8601duration": "P1Y"}}}]
    value = packet(
        phenotypicFeatures=features, diseases=diseases, interpretations=[interpretation(call(**hgvs("NM_1:c.1A>T")))]
    )
    case = only(tmp_path, value)
    assert case.findings == (
        Finding("HP:0001250", onset="P7M"),
        Finding("HP:0002650", onset="HP:0003577"),
        Finding("HP:0000518", Status.EXCLUDED),
    )
    assert (case.diagnoses, case.diagnosis, case.label) == (("OMIM:100001",), "Fit syndrome", "PMID_123_patient")
    assert (case.sex, case.age, case.onset) == (Sex.FEMALE, "P10Y", "P1Y")
    assert case.genes == (CaseGene("NAT2", "HGNC:7646", Zygosity.HETEROZYGOUS, ("NM_1:c.1A>T",)),)
    assert case.publications == (Publication("PMID:123", "A paper"),)


def test_a_disease_that_was_excluded_is_no_diagnosis(tmp_path: Path) -> None:
    excluded = {"term": {"id": "OMIM:100002", "label": "Other"}, "excluded": True}
    assert only(tmp_path, packet(diseases=[excluded])).diagnoses == ("OMIM:100001",)
    assert refused(tmp_path, packet(diseases=[excluded], interpretations=[]))[0] == NO_DIAGNOSIS


def test_an_unsolved_interpretation_is_no_diagnosis(tmp_path: Path) -> None:
    unsolved = interpretation(progressStatus="UNSOLVED")
    assert refused(tmp_path, packet(diseases=[], interpretations=[unsolved]))[0] == NO_DIAGNOSIS


def test_ids_of_other_vocabularies_are_left_out_and_counted(tmp_path: Path) -> None:
    diseases = [{"term": {"id": "NCIT:C1"}}, {"term": {"id": "ORPHA:558"}}, {"term": {"id": "omim:100001"}}]
    found = read(tmp_path, packet(diseases=diseases))
    assert found.cases[0].diagnoses == ("OMIM:100001", "ORPHA:558")
    assert found.left_out == {"diagnosis of another vocabulary": 1}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["GENO:0000135"], Zygosity.HETEROZYGOUS),
        (["GENO:0000135", "GENO:0000135"], Zygosity.COMPOUND),
        (["GENO:0000136"], Zygosity.HOMOZYGOUS),
        (["GENO:0000134"], Zygosity.HEMIZYGOUS),
        (["GENO:9"], Zygosity.UNKNOWN),
    ],
)
def test_zygosity_follows_from_the_variants_of_one_gene(tmp_path: Path, states: list[str], expected: Zygosity) -> None:
    calls = [call(state, **hgvs(f"NM_1:c.{number}A>T")) for number, state in enumerate(states)]
    (gene,) = only(tmp_path, packet(interpretations=[interpretation(*calls)])).genes
    assert gene.zygosity is expected
    assert len(gene.variants) == len(states)


def test_a_variant_is_written_in_the_best_form_there_is(tmp_path: Path) -> None:
    record = {"genomeAssembly": "GRCh37", "chrom": "19", "pos": "13007113", "ref": "G", "alt": "A"}
    calls = [
        call(vcfRecord=record, expressions=[{"syntax": "hgvs.g", "value": "NC_19:g.5G>A"}]),
        call(vcfRecord=record),
        call(label="16q24.3 deletion", structuralType={"id": "SO:1", "label": "deletion"}),
        call(structuralType={"id": "SO:1", "label": "chromosomal_deletion"}),
    ]
    (gene,) = only(tmp_path, packet(interpretations=[interpretation(*calls)])).genes
    assert gene.variants == ("NC_19:g.5G>A", "GRCh37 19:13007113 G>A", "16q24.3 deletion", "chromosomal_deletion")


def test_a_deletion_that_names_no_gene_is_kept_with_its_words(tmp_path: Path) -> None:
    deletion = call(geneContext={}, label="telomeric 11q deletion")
    (gene,) = only(tmp_path, packet(interpretations=[interpretation(deletion)])).genes
    assert (gene.symbol, gene.variants) == ("", ("telomeric 11q deletion",))


def test_a_rejected_variant_is_no_gene_of_the_case_and_hgnc_ids_come_first(tmp_path: Path) -> None:
    rejected = call() | {"interpretationStatus": "REJECTED"}
    kept = call(geneContext={"valueId": "ENSG1", "symbol": "AAA", "alternateIds": ["entrez:1", "HGNC:5"]})
    genes = only(tmp_path, packet(interpretations=[interpretation(rejected, kept)])).genes
    assert [(gene.symbol, gene.id) for gene in genes] == [("AAA", "HGNC:5")]


def test_publications_come_from_references_evidence_names_and_the_file(tmp_path: Path) -> None:
    feature = {"type": {"id": "HP:0001250"}, "evidence": [{"reference": {"id": "PMID:2"}}]}
    references = [
        {"id": "PMID:1", "description": "One"},
        {"reference": "https://pubmed.ncbi.nlm.nih.gov/30968594"},
        {"id": "doi:10.1000/ABC.5"},
        {"id": "OMIM:5"},
    ]
    value = packet(
        "PMID:3-Doe-2020-NAT2-proband",
        phenotypicFeatures=[feature],
        interpretations=[interpretation(id="PMID:1-x")],
        metaData={"externalReferences": references},
    )
    case = only(tmp_path, value, "PMID_4_x.json")
    expected = ["PMID:1", "PMID:30968594", "DOI:10.1000/abc.5", "PMID:2", "PMID:3", "PMID:4"]
    assert [one.id for one in case.publications] == expected
    assert case.publications[0].title == "One"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ({"age": {"iso8601duration": "P1Y6M"}}, "P1Y6M"),
        ({"ageRange": {"start": {"iso8601duration": "P20Y"}, "end": {"iso8601duration": "P30Y"}}}, "P20Y"),
        ({"gestationalAge": {"weeks": 9, "days": 3}}, "HP:0011460"),
        ({"gestationalAge": {"weeks": 33}}, "HP:0034197"),
        ({"ontologyClass": {"id": "HP:0003593"}}, "HP:0003593"),
        ({"ontologyClass": {"id": "HP:0001250"}}, None),
        ({"age": {"iso8601duration": "three years"}}, None),
        ({"gestationalAge": {"weeks": 400}}, None),
        ({"timestamp": "2020-01-01T00:00:00Z"}, None),
        ("P3Y", None),
    ],
)
def test_onsets_are_ages_or_onset_terms_and_the_rest_is_counted(tmp_path: Path, time: Any, expected: str) -> None:
    feature = {"type": {"id": "HP:0001250"}, "onset": time}
    found = read(tmp_path, packet(phenotypicFeatures=[feature]))
    assert found.cases[0].findings[0].onset == expected
    assert found.left_out == ({} if expected else {"onset that cannot be read": 1})


def test_an_age_at_examination_is_an_age(tmp_path: Path) -> None:
    fetus = packet(subject={"id": "f", "timeAtLastEncounter": {"gestationalAge": {"weeks": 22}}})
    found = read(tmp_path, fetus)
    assert found.cases[0].age is None
    assert found.left_out == {"age at examination given as something else than an age": 1}


def test_findings_are_none_of_them_present_then_no_case(tmp_path: Path) -> None:
    absent = [{"type": {"id": "HP:0001250"}, "excluded": True}]
    assert refused(tmp_path, packet(phenotypicFeatures=absent))[0] == NO_FINDING
    assert refused(tmp_path, packet(phenotypicFeatures=[]))[0] == NO_FINDING
    assert refused(tmp_path, packet(phenotypicFeatures=[{"type": {"id": "SNOMED:1"}}]))[0] == NO_FINDING


def test_a_packet_of_version_1_is_never_read_as_version_2(tmp_path: Path) -> None:
    negated = [{"type": {"id": "HP:0001250"}}, {"type": {"id": "HP:0002650"}, "negated": True}]
    assert refused(tmp_path, packet(phenotypicFeatures=negated))[0] == VERSION_1
    assert refused(tmp_path, packet(metaData={"phenopacketSchemaVersion": "1.0.0"}))[0] == VERSION_1


@pytest.mark.parametrize(
    ("part", "value", "named"),
    [
        ("phenotypicFeatures", {"type": {}}, "phenotypicFeatures"),
        ("phenotypicFeatures", ["HP:0001250"], "phenotypicFeatures"),
        ("phenotypicFeatures", [{"type": {"id": 1250}}], "id"),
        ("phenotypicFeatures", [{"type": {"id": "HP:0001250"}, "excluded": "false"}], "excluded"),
        ("diseases", "OMIM:100001", "diseases"),
        ("interpretations", [7], "interpretations"),
        ("subject", [], "subject"),
        ("metaData", "none", "metaData"),
        ("id", 7, "id"),
    ],
)
def test_a_malformed_part_is_named_and_nothing_is_guessed(tmp_path: Path, part: str, value: Any, named: str) -> None:
    reason, detail = refused(tmp_path, packet(**{part: value}))
    assert reason == MALFORMED
    assert named in detail
    assert "1250" not in detail


def test_the_id_follows_from_the_content_alone(tmp_path: Path) -> None:
    first = only(tmp_path, packet("a", "HP:0001250", "HP:0002650"))
    turned = packet("a", "HP:0002650", "HP:0001250")
    turned["metaData"]["externalReferences"][0]["description"] = "Another title"
    turned["diseases"][0]["term"]["label"] = "FIT SYNDROME"
    assert only(tmp_path, turned).id == first.id
    changed = {
        only(tmp_path, packet("b", "HP:0001250", "HP:0002650")).id,
        only(tmp_path, packet("a", "HP:0001250")).id,
        only(tmp_path, packet("a", "HP:0001250", "HP:0002650", subject={"sex": "MALE"})).id,
    }
    assert len(changed | {first.id}) == 4


def test_with_an_ontology_old_ids_are_replaced_and_unknown_terms_counted(tmp_path: Path) -> None:
    hpo = ontology()
    path = write(tmp_path / "x.json", packet("a", "HP:0009001", "HP:0001250", "HP:0099999", "HP:0000005", "HP:0007359"))
    plain, found = read_cases(path), read_cases(path, hpo)
    assert [one.term for one in found.cases[0].findings] == ["HP:0001250", "HP:0007359"]
    assert found.cases[0].id == plain.cases[0].id
    assert found.left_out == {
        "old id of a finding, replaced": 1,
        "finding that the ontology does not know": 1,
        "term that is no phenotypic abnormality": 1,
    }


def test_a_case_that_an_ontology_knows_nothing_of_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path / "x.json", packet("a", "HP:0099999"))
    found = read_cases(path, ontology())
    assert found.cases == ()
    assert (found.rejects[0].name, found.rejects[0].reason) == ("a", NO_FINDING)


def test_text_of_a_packet_is_bounded_and_has_no_control_characters(tmp_path: Path) -> None:
    case = only(tmp_path, packet("a\u0000\u202eb\n" + "x" * 5000))
    assert case.label.startswith("a b xxx")
    assert len(case.label) == 500
    assert only(tmp_path, packet("half a pair: \ud800")).label.isprintable()
