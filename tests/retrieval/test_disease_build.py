"""From rows to a table of diseases."""

from __future__ import annotations

from dataclasses import replace

from retrieval import disease_build
from retrieval.annotation_rows import AnnotationRow
from retrieval.diseases import DiseaseTable
from tests.retrieval.annotations import DISEASE, SMALL, row


def table(*rows: AnnotationRow) -> DiseaseTable:
    return DiseaseTable(disease_build.build(rows, [], SMALL).arrays, SMALL)


def test_a_disease_has_the_name_that_most_rows_carry() -> None:
    renamed = replace(row("1/2"), name="An older name")
    assert table(renamed, row("1/2"), row("1/2", reference="PMID:2")).name(0) == "A disease"


def test_a_mode_of_inheritance_that_is_denied_is_not_listed() -> None:
    found = table(row("1/2"), row("", term="HP:0000005", aspect="I", qualifier="NOT")).disease(DISEASE)
    assert found.inheritance == ()
    assert table(row("", term="HP:0000005", aspect="I")).disease(DISEASE).inheritance == ("HP:0000005",)


def test_a_course_that_no_patient_had_is_not_listed() -> None:
    assert table(row("0/4", term="HP:0001250", aspect="C")).disease(DISEASE).course == ()
    assert table(row("1/4", term="HP:0001250", aspect="C")).disease(DISEASE).course == ("HP:0001250",)


def test_diseases_stand_in_order_of_source_and_number() -> None:
    found = table(*(row("1/2", disease=name) for name in ("ORPHA:58", "OMIM:200000", "ORPHA:9", "OMIM:100000")))
    assert found.ids == ("OMIM:100000", "OMIM:200000", "ORPHA:9", "ORPHA:58")


def test_only_omim_entries_with_a_finding_that_is_present_are_ranked() -> None:
    found = table(
        row("1/2", disease="OMIM:1"),
        row("0/9", disease="OMIM:2"),
        row("", term="HP:0000005", aspect="I", disease="OMIM:3"),
        row("1/2", disease="ORPHA:4"),
    )
    assert [found.ids[i] for i in found.ranked.tolist()] == ["OMIM:1"]


def test_rows_of_inheritance_or_course_that_name_no_term_are_counted() -> None:
    built = disease_build.build([row("1/2"), row("", term="HP:0099999", aspect="C")], [], SMALL)
    assert built.counts["dropped"] == {"aspect C: unknown or obsolete term": 1}
