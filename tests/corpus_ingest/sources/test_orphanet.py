"""Reading Orphanet's entries: what they say, and how a file that cannot be read is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest.source import Parsed, SourceUnavailable, Unparsable
from corpus_ingest.sources import orphanet
from corpus_ingest.sources.orphanet.entries import read_entry
from retrieval.disease_build import GeneRow
from retrieval.passages.document import Block
from retrieval.vocabularies import PrevalenceClaim, Relation
from tests.corpus_ingest import small_sources as small


def read(path: Path) -> Parsed:
    source = orphanet.source(path)
    return source.parse(source.fetch())


@pytest.fixture
def parsed(tmp_path: Path) -> Parsed:
    other = small.entry("9", "Another", type="Category", omim=[("100100", "E")])
    return read(small.packed(tmp_path / "orphapacket.zip", small.orphanet_files(small.marfan(), other)))


def test_entries_stand_in_order_of_number_with_all_they_relate_to(parsed: Parsed) -> None:
    other, marfan = parsed.orphanet
    assert (other.id, other.name, other.type, other.heading_only) == ("ORPHA:9", "Another", "Category", True)
    assert other.omim == (("OMIM:100100", Relation.EXACT),), "a list of one stands without its wrapper"
    assert marfan.omim == (("OMIM:610168", Relation.NARROWER), ("OMIM:154700", Relation.BROADER))
    assert marfan.parents == ("ORPHA:98623",)
    assert marfan.prevalences == (PrevalenceClaim("Point prevalence", "1-5 / 10 000", "Worldwide"),)


def test_findings_become_rows_with_hpos_classes_and_no_publication(parsed: Parsed) -> None:
    rows = [row for row in parsed.rows if row.aspect == "P"]
    assert [(row.term, row.frequency) for row in rows] == [("HP:0001519", "HP:0040281"), ("HP:0000268", "HP:0040285")]
    assert {row.reference for row in rows} == {"ORPHA:558"}
    assert {row.source for row in rows} == {"orphanet"}
    assert rows[1].place == "ORPHApacket_558.json, finding 2"


def test_onset_and_inheritance_become_rows_where_hpo_has_a_term(parsed: Parsed) -> None:
    rows = [(row.aspect, row.term, row.line) for row in parsed.rows if row.aspect != "P"]
    assert rows == [("C", "HP:0011463", 1), ("I", "HP:0000006", 1)], "All ages is no onset"


def test_only_genes_that_cause_the_disease_are_its_genes(parsed: Parsed) -> None:
    assert parsed.genes == [GeneRow("", "FBN1", "ORPHA:558", "HGNC:3603", "germline")]


def test_a_definition_is_a_text_of_its_disease_without_markup(tmp_path: Path) -> None:
    written = {
        "TextSectionType": "Definition",
        "Contents": "A rare  disease due to <i>FBN1</i>,&nbsp;<i<FBN2</i> &#8805; 1.",
    }
    one = small.entry("558", "Marfan syndrome", TextSection=written)
    parsed = read(small.packed(tmp_path / "o.zip", small.orphanet_files(one, small.entry("9", "Without a text"))))
    (document,) = parsed.documents
    assert (document.id, document.title, document.diseases) == ("orphanet:558", "Marfan syndrome", ("ORPHA:558",))
    assert document.blocks == (
        Block("A rare disease due to FBN1, FBN2 \N{GREATER-THAN OR EQUAL TO} 1.", ("Definition",)),
    )
    assert document.url == "https://www.orpha.net/en/disease/detail/558"


def test_other_names_stand_with_the_entry(tmp_path: Path) -> None:
    one = small.entry("558", "Marfan syndrome", Synonyms=[{"Synonym": "MFS"}, {"Synonym": "Marfan  disease"}])
    (entry,) = read(small.packed(tmp_path / "o.zip", small.orphanet_files(one))).orphanet
    assert entry.synonyms == ("MFS", "Marfan disease")


def test_a_directory_reads_as_its_zip_does(tmp_path: Path, parsed: Parsed) -> None:
    other = small.entry("9", "Another", type="Category", omim=[("100100", "E")])
    folder = small.unpacked(tmp_path / "folder", small.orphanet_files(small.marfan(), other))
    assert read(folder) == parsed


def test_version_licence_and_citation_are_stated(tmp_path: Path) -> None:
    path = small.packed(tmp_path / "orphapacket.zip", small.orphanet_files(small.marfan()))
    source = orphanet.source(path)
    record = source.describe(source.fetch())
    assert (record.name, record.version) == ("orphanet", "1.0 [2030-02-02]")
    assert "CC BY 4.0" in record.citation
    assert "/by/4.0" in record.licence
    assert set(record.files) == {"orphapacket.zip"}


WRONG: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda body: body.pop("Label"), "Label is missing"),
    (lambda body: body.update(ORPHAcode="77"), "ORPHAcode is not the number in the name of the file"),
    (lambda body: body.update(DisorderType="Disease"), "DisorderType is missing"),
    (lambda body: body["Phenotypes"][1]["Phenotype"].update(HPOId="HP:12"), "Phenotypes 2: HPOId"),
    (lambda body: body["Phenotypes"][0]["Phenotype"].update(HPOFrequency="often"), "Phenotypes 1: HPOFrequency"),
    (lambda body: body["Genes"][0]["Gene"].update(Symbol="FBN1; x"), "Genes 1: Symbol"),
    (lambda body: body["Genes"][1]["Gene"].update(DisorderGeneAssociationType="near"), "Genes 2: DisorderGene"),
    (lambda body: body.update(AverageAgeOfOnsets={"AverageAgeOfOnset": {"value": "soon"}}), "AverageAgeOfOnsets 1"),
    (lambda body: body.update(TypeOfInheritances=[{"TypeOfInheritance": {"value": "odd"}}]), "TypeOfInheritances 1"),
    (lambda body: body["ExternalReferences"][0]["ExternalReference"].update(Reference="x"), "ExternalReferences 1"),
    (
        lambda body: body["ExternalReferences"][1]["ExternalReference"].update(DisorderMappingRelation="same"),
        "ExternalReferences 2: DisorderMappingRelation",
    ),
    (lambda body: body["Prevalences"]["Prevalence"][0].update(PrevalenceClass="rare"), "Prevalences 1: Prevalence"),
    (lambda body: body.update(Parents=["98623"]), "Parents 1 is not an object"),
    (lambda body: body.update(TextSection="A disease."), "TextSection is not an object"),
    (lambda body: body.update(TextSection={"TextSectionType": "Definition"}), "TextSection: Contents is missing"),
    (lambda body: body.update(Synonyms=[{"Synonym": 5}]), "Synonyms 1 is no name"),
]


@pytest.mark.parametrize(("spoil", "named"), WRONG, ids=[named for _, named in WRONG])
def test_an_entry_that_cannot_be_read_is_named_with_its_part(
    spoil: Callable[[dict[str, Any]], object], named: str
) -> None:
    whole = json.loads(json.dumps(small.marfan()))
    spoil(whole["Orphapacket"])
    with pytest.raises(Unparsable) as caught:
        read_entry("orphapacket/ORPHApacket_558.json", json.dumps(whole).encode())
    assert caught.value.message.startswith(f"ORPHApacket_558.json: {named}")
    assert "orphapacket" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\xff\xfe", "it is not UTF-8"),
        (b'{"Orphapacket": {', "line 1 column 18: it is not JSON"),
        (b"[]", "it holds no Orphapacket"),
        (b"[" * 100_000, "it is nested too deeply"),
    ],
)
def test_a_file_that_is_no_entry_is_named(content: bytes, named: str) -> None:
    with pytest.raises(Unparsable) as caught:
        read_entry("ORPHApacket_1.json", content)
    assert caught.value.message == f"ORPHApacket_1.json: {named}."


def test_a_packet_without_entries_or_of_two_versions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unparsable, match=r"holds no file such as ORPHApacket_558\.json"):
        read(small.packed(tmp_path / "empty.zip", {"readme.txt": b"x"}))
    two = small.orphanet_files(small.entry("1", "One"), small.entry("2", "Two", version="2.0"))
    with pytest.raises(Unparsable, match="ORPHA:2 is of another version than ORPHA:1"):
        read(small.packed(tmp_path / "two.zip", two))
    twice = small.orphanet_files(small.entry("1", "One"))
    twice["again/ORPHApacket_1.json"] = next(iter(twice.values()))
    with pytest.raises(Unparsable, match="ORPHA:1 occurs twice"):
        read(small.packed(tmp_path / "twice.zip", twice))


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match=r"nowhere\.zip"):
        read(tmp_path / "nowhere.zip")


@pytest.mark.benchmark_data
def test_the_real_packet_is_read_whole(benchmark_data: Path) -> None:
    parsed = read(benchmark_data / "knowledge" / "orphapacket.zip")
    assert len(parsed.orphanet) == 9_960
    assert sum(row.aspect == "P" for row in parsed.rows) == 115_878
    assert len(parsed.genes) == 6_969
    assert sum(relation is Relation.EXACT for entry in parsed.orphanet for _, relation in entry.omim) == 3_659
    assert len(parsed.documents) == 6_891
    assert sum(len(entry.synonyms) for entry in parsed.orphanet) == 13_888
    assert not any("<i" in one.text or "</" in one.text or "&#" in one.text for one in parsed.documents)
