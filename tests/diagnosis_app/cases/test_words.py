"""Ages, onsets, people and sources in words; differences between two contents; the contribution bar."""

from __future__ import annotations

import re

import pytest

from diagnosis_app.cases.ages import age_from, onset_from
from diagnosis_app.cases.bars import Piece, Scale, bar
from diagnosis_app.cases.content import read_content
from diagnosis_app.cases.differences import differences
from diagnosis_app.cases.differential import not_explained
from diagnosis_app.errors import Invalid
from frontend.words import age, duration, number, signed, source_url, who


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("14 months", "P14M"),
        ("3y 6m", "P3Y6M"),
        ("P14M", "P14M"),
        ("p3y", "P3Y"),
        ("2.5 years", "P2.5Y"),
        ("2,5 yrs", "P2.5Y"),
        ("3 years and 2 months", "P3Y2M"),
        ("10 d", "P10D"),
        ("6 wks", "P6W"),
        ("31 years old", "P31Y"),
        ("newborn", "P0D"),
        ("  ", None),
    ],
)
def test_an_age_is_read_as_people_write_it(text: str, iso: str | None) -> None:
    assert age_from(text) == iso


@pytest.mark.parametrize("text", ["old", "14", "3 3", "3y 4y", "years", "P400Y", "-3y", "3 parsecs", "1e9 y"])
def test_what_is_no_age_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        age_from(text)
    assert refused.value.field == "age"
    assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "onset"),
    [
        ("congenital", "HP:0003577"),
        ("Congenital onset", "HP:0003577"),
        ("at birth", "HP:0003577"),
        ("HP:0003593", "HP:0003593"),
        ("hp:0003593", "HP:0003593"),
        ("2 years", "P2Y"),
        ("", None),
    ],
)
def test_an_onset_is_a_class_or_an_age(text: str, onset: str | None) -> None:
    assert onset_from(text) == onset


def test_an_age_said_and_read_again_is_the_same() -> None:
    for iso in ("P14M", "P3Y6M", "P10D", "P6W", "P1Y"):
        assert age_from(age(iso)) == iso


def test_people_are_named_by_sex_and_age() -> None:
    assert who("female", "P14M") == "Girl, 14 months"
    assert who("male", "P31Y") == "Man, 31 years"
    assert who("unknown", "P3D") == "Child, 3 days"
    assert who("female", None) == "Female"
    assert who("unknown", None) == ""


def test_public_ids_have_their_page_and_nothing_else_becomes_a_link() -> None:
    assert source_url("PMID:9002682") == "https://pubmed.ncbi.nlm.nih.gov/9002682/"
    assert source_url("OMIM:101600") == "https://omim.org/entry/101600"
    assert source_url("ORPHA:710") == "https://www.orpha.net/en/disease/detail/710"
    assert source_url("MONDO:0007947") == "https://monarchinitiative.org/MONDO:0007947"
    assert source_url("OMIMPS:203655") == "https://www.omim.org/phenotypicSeries/PS203655"
    assert source_url("HP:0001250").endswith("HP:0001250")
    assert source_url("javascript:alert(1)") == ""
    assert source_url("PMID:1/../2") == "https://pubmed.ncbi.nlm.nih.gov/1%2F..%2F2/"


def test_differences_name_what_changed() -> None:
    before = read_content({"note": "a", "findings": [{"term": "HP:0000520", "label": "Proptosis"}]})
    after = read_content(
        {
            "note": "abc",
            "age": "P2Y",
            "findings": [
                {"term": "HP:0000520", "label": "Proptosis", "status": "excluded"},
                {"term": "HP:0001250", "label": "Seizure", "onset": "P1Y"},
            ],
        }
    )
    assert differences(before, after) == (
        "Proptosis set to absent",
        "Seizure added as present",
        "Age set to 2 years",
        "Note edited, 2 characters longer",
    )
    assert differences(after, after) == ()


def test_the_pieces_of_a_bar_fill_the_scale_in_proportion() -> None:
    pieces = [
        Piece("a", 3.0),
        Piece("b", 1.0),
        Piece("against <x>", -2.0),
        *[Piece(f"thin{n}", 0.01) for n in range(5)],
    ]
    scale = Scale(left=2.0, right=8.0)
    svg = bar(pieces, scale, 2.05)
    widths = [float(one) for one in re.findall(r'width="([\d.]+)%"', svg)]
    assert scale.zero == 20.0
    assert widths[0] == pytest.approx(30 - 0.25, abs=0.01)  # 3 of 10
    assert "5 more" in svg  # the thin ones together
    assert "against &lt;x&gt;: −2.0" in svg
    assert 'aria-label="Contributions: a plus 3.0;' in svg


def test_signs_are_true_minus_signs() -> None:
    assert [signed(value) for value in (1.25, -0.4, 0.01, -0.01)] == ["+1.2", "−0.4", "0.0", "0.0"]


@pytest.mark.parametrize(("value", "words"), [(1.23, "1.2"), (-0.3, "\u22120.3"), (-0.04, "0.0"), (112.6, "112.6")])
def test_a_score_has_one_decimal_and_a_true_minus(value: float, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.01, "< 0.1 s"), (1.23, "1.2 s"), (147.0, "2 min 27 s")])
def test_a_duration_is_read_at_a_glance(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_findings_left_open_are_named_and_counted() -> None:
    assert not_explained(["Ataxia"]) == "Not explained: Ataxia."
    assert not_explained(["Ataxia", "Apathy", "Snoring"]) == "Not explained: Ataxia, Apathy and 1 more."
