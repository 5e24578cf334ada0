"""A table of diseases whose entries stand in several sources: ids, findings, groups, series, genes, prevalence."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from retrieval import disease_build
from retrieval.annotation_rows import ORPHANET, AnnotationRow
from retrieval.disease_build import BuiltDiseases, GeneRow
from retrieval.diseases import DiseaseTable
from retrieval.model import FrequencyKind, GeneLink
from retrieval.vocabularies import MondoTerm, OrphanetEntry, PrevalenceClaim, Relation
from tests.environment import ROOT
from tests.retrieval.annotations import SMALL, row

SEIZURE, FOCAL, COMPRESSION = "HP:0001250", "HP:0007359", "HP:0008000"
OFTEN, EXCLUDED = "HP:0040281", "HP:0040285"
POINT = PrevalenceClaim("Point prevalence", "1-9 / 100 000", "Worldwide")


def orpha(
    disease: str, frequency: str = OFTEN, *, term: str = SEIZURE, aspect: str = "P", line: int = 1
) -> AnnotationRow:
    made = row(frequency, term=term, disease=disease, reference=disease, aspect=aspect)
    return replace(made, source=ORPHANET, line=line, evidence="TAS", name=f"Orphanet's name of {disease}")


# OMIM:1 and ORPHA:11 are one; ORPHA:20 is broader than OMIM:2 and OMIM:3; ORPHA:30 stands alone, with a subtype;
# OMIM:4 is known to Mondo only; ORPHA:40 is broader than an entry that nobody annotates.
ENTRIES = (
    OrphanetEntry("ORPHA:11", "One", "Disease", (("OMIM:1", Relation.EXACT),), ("ORPHA:90", "ORPHA:99"), (POINT,)),
    OrphanetEntry("ORPHA:20", "Broad", "Disease", (("OMIM:2", Relation.BROADER), ("OMIM:3", Relation.BROADER))),
    OrphanetEntry("ORPHA:30", "Alone", "Disease"),
    OrphanetEntry("ORPHA:31", "Subtype", "Clinical subtype", (), ("ORPHA:99", "ORPHA:30")),
    OrphanetEntry("ORPHA:40", "Broader than nothing listed", "Disease", (("OMIM:7", Relation.BROADER),)),
    OrphanetEntry("ORPHA:90", "Group", "Clinical group"),
    OrphanetEntry("ORPHA:99", "Chapter", "Category"),
)
CLASSES = (
    MondoTerm("MONDO:0000001", "one", (("OMIM:1", "ONE"), ("ORPHA:11", "One")), ("MONDO:0000050",)),
    MondoTerm("MONDO:0000002", "two", (("OMIM:2", "TWO"),), ("MONDO:0000051",)),
    MondoTerm("MONDO:0000004", "four in lower case", (("OMIM:4", "FOUR"),), ("MONDO:0000060",)),
    MondoTerm("MONDO:0000050", "series", (("OMIMPS:500", "Series (see also {PS1})"),)),
    MondoTerm("MONDO:0000051", "between", (), ("MONDO:0000050",)),
    MondoTerm("MONDO:0000060", "near", (), ("MONDO:0000061",)),
    MondoTerm("MONDO:0000061", "farther", (), ("MONDO:0000062",)),
    MondoTerm("MONDO:0000062", "far", (("OMIMPS:600", "Far"),)),
)
ROWS = (
    row("3/4", disease="OMIM:1"),
    row("", disease="OMIM:1", term="HP:0000005", aspect="I"),
    row("1/4", disease="OMIM:2"),
    row("1/4", disease="OMIM:3"),
    row("1/4", disease="DECIPHER:5"),
    row(OFTEN, disease="ORPHA:11", reference="ORPHA:11"),  # phenotype.hpoa's copy of what Orphanet says itself
    row("", disease="ORPHA:11", reference="ORPHA:11", term=COMPRESSION, qualifier="NOT"),
    row(OFTEN, disease="ORPHA:77", reference="ORPHA:77"),  # an entry that Orphanet's file does not hold any more
    orpha("ORPHA:11"),
    orpha("ORPHA:11", term=FOCAL, line=2),
    orpha("ORPHA:11", "", term="HP:0000005", aspect="I"),
    orpha("ORPHA:20"),
    orpha("ORPHA:30"),
    orpha("ORPHA:31"),
    orpha("ORPHA:40"),
    orpha("ORPHA:90"),
)
GENES = (
    GeneRow("NCBIGene:10", "NAT2", "OMIM:1"),
    GeneRow("", "NAT2", "ORPHA:11", "HGNC:7646", "germline"),
    GeneRow("", "NEW1", "ORPHA:11", "HGNC:99", "somatic"),
)


def built(rows: tuple[AnnotationRow, ...] = ROWS, **more: object) -> BuiltDiseases:
    given = {"orphanet": ENTRIES, "mondo": CLASSES} | more
    return disease_build.build(rows, GENES, SMALL, **given)  # type: ignore[arg-type]


def table(**more: object) -> DiseaseTable:
    return DiseaseTable(built(**more).arrays, SMALL)


@pytest.fixture(scope="module")
def merged() -> DiseaseTable:
    return table()


def at(diseases: DiseaseTable, disease_id: str) -> int:
    found = diseases.index(disease_id)
    assert found is not None, disease_id
    return found


def ranked(diseases: DiseaseTable) -> list[str]:
    return [diseases.ids[i] for i in diseases.ranked.tolist()]


def test_every_id_finds_the_disease_and_omim_names_it(merged: DiseaseTable) -> None:
    i = at(merged, "OMIM:1")
    assert merged.all_ids(i) == ("OMIM:1", "ORPHA:11", "MONDO:0000001")
    assert {merged.index(one) for one in merged.all_ids(i)} == {i}
    assert merged.disease("MONDO:0000001").id == merged.ids[i] == "OMIM:1"
    assert merged.disease("ORPHA:11").ids == merged.all_ids(i)
    assert merged.index("ORPHA:12345") is None


def test_it_has_the_findings_of_all_its_entries_each_once(merged: DiseaseTable) -> None:
    found = {one.term: one for one in merged.disease("ORPHA:11").annotations}
    assert set(found) == {SEIZURE, FOCAL, COMPRESSION}
    seizure = found[SEIZURE]
    assert (seizure.frequency.kind, seizure.frequency.n, seizure.frequency.m) == (FrequencyKind.COUNTED, 3, 4)
    assert seizure.references == ("PMID:1", "ORPHA:11")
    assert seizure.sources == ("hpo", "orphanet")
    assert seizure.places == ("phenotype.hpoa, line 6", "ORPHApacket_11.json, finding 1"), "HPO's copy is not there"
    assert found[FOCAL].places == ("ORPHApacket_11.json, finding 2",)


def test_what_hpo_denies_of_an_entry_of_orphanet_stays(merged: DiseaseTable) -> None:
    (denied,) = [one for one in merged.disease("OMIM:1").annotations if one.negative]
    assert (denied.term, denied.sources) == (COMPRESSION, ("hpo",))


def test_an_excluded_class_is_documented_absence() -> None:
    only = (orpha("ORPHA:30", EXCLUDED),)
    (finding,) = table(rows=only).disease("ORPHA:30").annotations
    assert finding.negative


def test_rows_of_an_entry_that_orphanet_does_not_hold_stay_and_are_counted(merged: DiseaseTable) -> None:
    assert len(merged.disease("ORPHA:77").annotations) == 1
    assert built().counts["orphanet"]["rows_of_hpo_replaced"] == 1  # type: ignore[index]


def test_blinding_reaches_publications_and_leaves_what_orphanet_says(merged: DiseaseTable) -> None:
    i = at(merged, "OMIM:1")
    blind = merged.pooled_without({"PMID:1"})
    terms = blind.term[blind.ptr[i] : blind.ptr[i + 1]].tolist()
    assert SMALL.index(SEIZURE) in terms
    assert blind.n[blind.ptr[i]] == -1, "the count came from the publication"


def test_groups_and_chapters_and_retired_entries_are_not_ranked(merged: DiseaseTable) -> None:
    assert ranked(merged) == ["OMIM:1", "OMIM:2", "OMIM:3", "ORPHA:30", "ORPHA:31", "ORPHA:40"]
    assert merged.has_omim[merged.ranked].tolist() == [True, True, True, False, False, False]


def test_with_mondo_alone_the_ranked_stay_those_of_omim() -> None:
    """Without Orphanet's own file nobody says which of its entries are groups."""
    alone = table(orphanet=(), rows=tuple(one for one in ROWS if one.source != ORPHANET))
    assert ranked(alone) == ["OMIM:1", "OMIM:2", "OMIM:3"]
    assert alone.index("ORPHA:11") == alone.index("OMIM:1")


def test_without_both_everything_is_as_hpo_has_it() -> None:
    plain = table(orphanet=(), mondo=(), rows=ROWS[:7])
    assert plain.ids == ("DECIPHER:5", "OMIM:1", "OMIM:2", "OMIM:3", "ORPHA:11")
    assert ranked(plain) == ["OMIM:1", "OMIM:2", "OMIM:3"]
    assert all(plain.all_ids(i) == (name,) for i, name in enumerate(plain.ids))
    assert (plain.heading(1), plain.series(1), plain.prevalence_basis(1)) == ((), None, "")
    assert np.isnan(plain.prevalence).all()


def test_a_disease_stands_under_what_is_broader_then_under_what_its_entries_stand_under(merged: DiseaseTable) -> None:
    assert merged.heading(at(merged, "OMIM:2")) == ("ORPHA:20",)
    assert merged.heading(at(merged, "OMIM:1")) == ("ORPHA:90", "ORPHA:99")
    assert merged.heading(at(merged, "ORPHA:31")) == ("ORPHA:30", "ORPHA:99")
    assert merged.nosology.under("ORPHA:20") == (at(merged, "OMIM:2"), at(merged, "OMIM:3"))
    assert merged.nosology.group(at(merged, "OMIM:1")) == "ORPHA:90"


def test_a_chapter_alone_is_no_group_to_show() -> None:
    under_chapter = (replace(ENTRIES[2], parents=("ORPHA:99",)), ENTRIES[-1])
    diseases = table(orphanet=under_chapter)
    i = at(diseases, "ORPHA:30")
    assert (diseases.heading(i), diseases.nosology.group(i)) == (("ORPHA:99",), None)


def test_the_series_is_the_nearest_above_and_not_a_far_one(merged: DiseaseTable) -> None:
    assert merged.series(at(merged, "OMIM:1")) == "OMIMPS:500"
    assert merged.series(at(merged, "OMIM:2")) == "OMIMPS:500", "two steps up"
    assert merged.series(at(merged, "OMIM:4")) is None, "three steps up: a group of groups"
    assert merged.series(at(merged, "ORPHA:30")) is None


def test_any_id_has_a_name(merged: DiseaseTable) -> None:
    assert merged.name(at(merged, "OMIM:1")) == merged.name_of("OMIM:1") == "A disease"
    assert merged.name_of("ORPHA:11") == "One"
    assert merged.name_of("MONDO:0000001") == "One", "with a capital, as other names have"
    assert merged.name_of("ORPHA:99") == "Chapter"
    assert merged.name_of("OMIMPS:500") == "Series", "without OMIM's remark"
    assert merged.name_of("OMIM:12345") == "OMIM:12345"


def test_a_disease_that_only_mondo_knows_is_listed_by_name_without_findings(merged: DiseaseTable) -> None:
    four = merged.disease("MONDO:0000004")
    assert (four.id, four.name, four.annotations) == ("OMIM:4", "Four in lower case", ())


def test_a_disease_that_only_published_cases_know_is_listed_and_ranked_too() -> None:
    diagnosed = [(("OMIM:600",), "A name"), (("OMIM:600",), "B name"), (("OMIM:600",), "B name"), (("ORPHA:11",), "x")]
    made = built(diagnosed=diagnosed)
    diseases = DiseaseTable(made.arrays, SMALL)
    assert diseases.disease("OMIM:600").name == "B name"
    assert made.counts["diseases_from_cases_alone"] == 1
    assert "OMIM:600" in ranked(diseases), "its published cases are evidence"
    assert diseases.disease("OMIM:600").annotations == ()


def test_genes_of_all_sources_join_with_the_ids_that_either_gives(merged: DiseaseTable) -> None:
    assert merged.genes(at(merged, "ORPHA:11")) == (
        GeneLink("NAT2", "NCBIGene:10", "HGNC:7646", "germline"),
        GeneLink("NEW1", "", "HGNC:99", "somatic"),
    )


def test_onset_names_the_sources_that_state_it() -> None:
    onset = "HP:0003577"
    from retrieval.ontology.build import TermRecord
    from tests.retrieval.ontology.small import TERMS, ontology

    known = ontology([*TERMS, TermRecord(onset, "Congenital onset", parents=("HP:0000001",))])
    rows = (
        row("", disease="OMIM:1", term=onset, aspect="C"),
        orpha("ORPHA:11", "", term=onset, aspect="C"),
        orpha("ORPHA:30", "", term=onset, aspect="C"),
    )
    made = disease_build.build(rows, (), known, ENTRIES, CLASSES)
    diseases = DiseaseTable(made.arrays, known)
    assert diseases.disease("OMIM:1").onset_sources == (("hpo", "orphanet"),)
    assert diseases.disease("ORPHA:30").onset_sources == (("orphanet",),)


def test_prevalence_is_that_of_the_entry_and_not_of_its_group(merged: DiseaseTable) -> None:
    one = at(merged, "OMIM:1")
    assert merged.prevalence[one] == pytest.approx(3.2e-5)
    assert merged.prevalence_basis(one) == "Point prevalence"
    assert math.isnan(merged.prevalence[at(merged, "OMIM:2")])


def test_the_manifest_tells_what_merged_and_what_did_not() -> None:
    counts = built().counts
    identity = counts["identity"]
    assert isinstance(identity, dict)
    assert identity["merged: OMIM + ORPHA + MONDO"] == 1
    assert identity["orphanet BTNT"] == 3
    assert counts["diseases"] == {"DECIPHER": 1, "OMIM": 4, "ORPHA": 6}


def test_the_order_of_rows_and_sources_changes_no_number() -> None:
    one = DiseaseTable(built().arrays, SMALL)
    other = table(rows=tuple(reversed(ROWS)), orphanet=ENTRIES[::-1], mondo=CLASSES[::-1])
    assert one.nosology.all_ids == other.nosology.all_ids
    assert ranked(one) == ranked(other)
    for name in ("ptr", "term", "n", "m", "frequency", "negative"):
        assert np.array_equal(getattr(one.pooled, name), getattr(other.pooled, name), equal_nan=name == "frequency")
    for i in range(one.size):
        assert (one.heading(i), one.series(i), one.genes(i)) == (other.heading(i), other.series(i), other.genes(i))


DIGEST = """
import hashlib
from tests.retrieval.test_merged_diseases import built
arrays = built().arrays
print(hashlib.sha256(b"".join(name.encode() + arrays[name].tobytes() for name in sorted(arrays))).hexdigest())
"""


def test_the_hash_seed_changes_no_byte() -> None:
    said = set()
    for seed in ("0", "1"):
        here = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", DIGEST], env=here, capture_output=True, text=True, check=True)
        said.add(done.stdout)
    assert len(said) == 1
