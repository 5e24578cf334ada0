"""What one row of an annotation file says."""

from __future__ import annotations

import math

import pytest

from retrieval.annotation_rows import RowTable
from retrieval.statements import CLASS, COUNTED, PERCENT, UNKNOWN, Said, frequency, read
from tests.retrieval.annotations import DISEASE, SMALL, row, statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/7", Said(COUNTED, n=3, m=7)),
        ("0/3", Said(COUNTED, n=0, m=3)),
        ("HP:0040283", Said(CLASS, point=0.17, frequency_class=3)),
        ("HP:0040285", Said(CLASS, point=0.0, frequency_class=5)),
        ("32.3%", Said(PERCENT, point=0.323)),
        ("100%", Said(PERCENT, point=1.0)),
    ],
)
def test_every_form_of_frequency_is_read(text: str, expected: Said) -> None:
    assert frequency(text) == expected


def test_a_blank_frequency_is_unknown_and_never_a_number() -> None:
    said = frequency("")
    assert (said.form, said.n, said.m) == (UNKNOWN, -1, -1)
    assert math.isnan(said.point)


@pytest.mark.parametrize("text", ["3/0", "4/3", "101%", "HP:0040279", "often", "1/2 ", "-1/2", "½", "1/9999999"])
def test_a_frequency_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"counts more|is neither"):
        frequency(text)


@pytest.mark.parametrize("aspect", ["I", "C", "M", "H"])
def test_only_aspect_p_makes_findings(aspect: str) -> None:
    assert len(statements(row("1/2", aspect=aspect)).row) == 0


def test_not_and_zero_of_m_are_negative_evidence() -> None:
    found = statements(row("0/4"), row("", qualifier="NOT"), row("HP:0040285"), row("1/4"), row(""))
    assert found.absent.tolist() == [True, True, True, False, False]


def test_a_replaced_id_states_the_same_as_its_replacement() -> None:
    found = statements(row("1/2", term="HP:0009001"), row("1/2", term="HP:0001275", reference="PMID:2"))
    assert set(found.term.tolist()) == {SMALL.index("HP:0001250")}


def test_what_is_not_a_finding_is_counted_with_its_reason() -> None:
    rows = [row("1/2"), row("1/2", term="HP:0000005"), row("1/2", term="HP:0099999"), row("", term="HP:0009003")]
    found, dropped = read(RowTable(RowTable.build(rows)), SMALL, {DISEASE: 0})
    assert len(found.row) == 1
    assert dropped == {"not a phenotypic abnormality": 1, "unknown or obsolete term": 2}


def test_an_onset_is_read_as_years() -> None:
    found = statements(row("1/2", onset="HP:0011463"), row("1/2", reference="PMID:2"))
    assert (found.onset_low[0], found.onset_high[0]) == (1.0, 5.0)
    assert math.isnan(found.onset_low[1])


def test_the_same_count_of_the_same_publication_is_one_statement() -> None:
    found = statements(row("2/3"), row("2/3"), row("2/3", reference="PMID:2"), row("1/3"))
    assert found.repeats.tolist() == [False, True, False, False]


def test_equal_counts_with_different_onsets_are_different_patients() -> None:
    found = statements(
        row("1/1", onset="HP:0003577"), row("1/1", onset="HP:0011463"), row("1/1"), row("1/1", onset="HP:0003577")
    )
    assert found.repeats.tolist() == [False, False, True, True]
