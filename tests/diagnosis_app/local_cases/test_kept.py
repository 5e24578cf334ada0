"""What is kept of a case: exactly the fields that are named, made coarse, and not a word more."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis_app.cases.content import Content, read_content
from diagnosis_app.errors import Invalid
from diagnosis_app.local_cases.kept import coarse_age, kept_of, onset_class
from retrieval.age import ONSET_YEARS, parse_age
from retrieval.snapshot import Snapshot
from tests.diagnosis_app.review.judging import CONTENT, PRESENT


def content(**changes: Any) -> Content:
    return read_content({**CONTENT, **changes})


def test_the_whole_of_what_is_kept(snapshot: Snapshot) -> None:
    kept = kept_of(content(), snapshot, gene=" FGFR2 ")
    assert sorted(kept.present) == sorted(PRESENT)
    assert kept.stored() == {
        "present": list(kept.present),
        "excluded": ["HP:0006101"],
        "sex": "female",
        "age": "P14M",
        "onset": "HP:0003577",
        "gene": "FGFR2",
    }


def test_no_word_that_somebody_wrote_is_kept(snapshot: Snapshot) -> None:
    kept = str(kept_of(content(), snapshot).stored())
    for word in ("Ada", "Northtown", "Bertil", "Cecilia", "thumbs", "TWIST1", "HP:0000365", "HP:0001363"):
        assert word not in kept, word


def test_an_obsolete_term_is_kept_as_what_replaced_it(snapshot: Snapshot) -> None:
    ontology = snapshot.ontology
    old = next(
        one for one in ("HP:0000489", "HP:0040180", "HP:0001365") if ontology.index(one) is not None
        and ontology.ids[ontology.index(one)] != one
    )  # fmt: skip
    findings = [*({"term": term} for term in PRESENT[:2]), {"term": old}]
    kept = kept_of(content(findings=findings), snapshot)
    assert old not in kept.present and len(kept.present) == 3


@pytest.mark.parametrize("fewer", [0, 1, 2])
def test_fewer_than_three_present_findings_are_refused(snapshot: Snapshot, fewer: int) -> None:
    findings = [{"term": term} for term in PRESENT[:fewer]] + [{"term": "HP:0006101", "status": "excluded"}]
    with pytest.raises(Invalid) as refused:
        kept_of(content(findings=findings), snapshot)
    assert refused.value.code == "local_case.too_few_findings" and refused.value.hint


def test_a_finding_entered_twice_counts_once(snapshot: Snapshot) -> None:
    findings = [{"term": PRESENT[0]}, {"term": PRESENT[0]}, {"term": PRESENT[1]}]
    with pytest.raises(Invalid):
        kept_of(content(findings=findings), snapshot)


@pytest.mark.parametrize(
    ("age", "kept"),
    [
        (None, None), ("P0D", "P0M"), ("P20D", "P0M"), ("P1M", "P1M"), ("P14M", "P14M"), ("P23M", "P23M"),
        ("P1Y11M", "P23M"), ("P2Y", "P2Y"), ("P2Y11M20D", "P2Y"), ("P3.9Y", "P3Y"), ("P40Y", "P40Y"), ("P90Y", "P90Y"),
        ("P97Y3M", "P90Y"), ("P24M", "P2Y"),
    ],
)  # fmt: skip
def test_ages_become_full_years_and_below_two_full_months(age: str | None, kept: str | None) -> None:
    assert coarse_age(age) == kept
    if kept:
        parse_age(kept)


@pytest.mark.parametrize(
    ("onset", "kept"),
    [
        (None, None), ("HP:0011463", "HP:0011463"), ("P0D", "HP:0003577"), ("P10D", "HP:0003623"),
        ("P3M", "HP:0003593"), ("P3Y", "HP:0011463"), ("P12Y", "HP:0003621"), ("P25Y", "HP:0011462"),
        ("P50Y", "HP:0003596"), ("P70Y", "HP:0003584"),
    ],
)  # fmt: skip
def test_an_age_of_onset_becomes_its_class(onset: str | None, kept: str | None) -> None:
    assert onset_class(onset) == kept
    assert kept is None or kept in ONSET_YEARS


@pytest.mark.parametrize("written", ["the one of Ada Example", "Ada-Example", "BERTIL", "FGFR2_ADA", "a\x00b"])
def test_what_the_knowledge_does_not_know_as_a_gene_is_refused_by_field(snapshot: Snapshot, written: str) -> None:
    with pytest.raises(Invalid) as refused:
        kept_of(content(), snapshot, gene=written)
    assert refused.value.field == "gene" and refused.value.hint
    assert written not in refused.value.message + refused.value.hint


@pytest.mark.parametrize("written", ["FGFR2", " fgfr2 ", "NCBIGene:2263"])
def test_a_gene_is_kept_under_the_symbol_of_the_knowledge(snapshot: Snapshot, written: str) -> None:
    assert kept_of(content(), snapshot, gene=written).gene == "FGFR2"
