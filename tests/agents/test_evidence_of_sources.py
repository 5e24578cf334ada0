"""Evidence names the source that speaks, its version and the place of each row, also where two sources speak."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agents.evidence import Source, intact, of_annotation, of_onset, of_profile
from corpus_ingest import pipeline
from corpus_ingest.sources import mondo, orphanet
from retrieval.snapshot import Snapshot, open_snapshot
from tests.corpus_ingest import small_sources as small
from tests.corpus_ingest import tiny

ENTRY = small.entry(
    "3",
    "Third disease",
    omim=[("100001", "E")],
    findings=[("HP:0002650", "Frequent (79-30%)"), ("HP:0001250", "Very frequent (99-80%)")],
    AverageAgeOfOnsets=[{"AverageAgeOfOnset": {"value": "Antenatal"}}],
)


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """OMIM:100001 and ORPHA:3 are one; its scoliosis is told by both, its seizure by Orphanet alone."""
    place: Path = tmp_path_factory.mktemp("merged")
    obo = tiny.OBO + "\n[Term]\nid: HP:0030674\nname: Antenatal onset\nis_a: HP:0003674 ! Onset\n"
    sources = [
        tiny.write(place / "raw", obo=obo),
        mondo.source(small.packed(place / "m.zip", small.mondo_files(omim=[("0000001", "100001")]))),
        orphanet.source(small.packed(place / "o.zip", small.orphanet_files(ENTRY))),
    ]
    return open_snapshot(place / "knowledge" / pipeline.build(place / "knowledge", sources=sources).id)


def test_each_finding_names_who_says_it_and_where(merged: Snapshot) -> None:
    disease = merged.diseases.disease("ORPHA:3")
    told = {one.term: of_annotation(merged, disease, one) for one in disease.annotations}
    both, alone, plain = told["HP:0002650"], told["HP:0001250"], told["HP:0007359"]
    assert (plain.source, plain.version) == ("HPO annotations", "2030-01-01")
    assert (alone.source, alone.version) == ("Orphanet annotations", "1.0 [2030-02-02]")
    assert both.source == "HPO annotations and Orphanet annotations"
    assert both.version == "2030-01-01 and 1.0 [2030-02-02]"
    assert both.body["places"] == [
        "phenotype.hpoa, line 5",
        "phenotype.hpoa, line 11",  # a NOT row of ORPHA:3, which stays
        "ORPHApacket_3.json, finding 1",
    ]
    assert alone.locator == "OMIM:100001 HP:0001250", "the disease has one name wherever it was read"


def test_onset_and_profile_name_theirs(merged: Snapshot) -> None:
    disease = merged.diseases.disease("OMIM:100001")
    assert of_onset(merged, disease, "HP:0003577").source == "HPO annotations"
    assert of_onset(merged, disease, "HP:0030674").source == "Orphanet annotations"
    assert of_profile(merged, disease).source == "HPO annotations and Orphanet annotations"


def test_what_any_source_says_can_be_found_there_again(merged: Snapshot) -> None:
    source, disease = Source(merged), merged.diseases.disease("MONDO:0000001")
    made = [of_annotation(merged, disease, one) for one in disease.annotations]
    made += [of_onset(merged, disease, term) for term in disease.onset]
    assert len(made) == 5
    assert all(intact(one) and source.holds(one) for one in made)
    assert not source.holds(replace(made[0], source="Orphanet annotations and hearsay"))
