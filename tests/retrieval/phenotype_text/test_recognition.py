"""Which words of a note are read as which finding."""

from __future__ import annotations

import pytest

from retrieval.phenotype_text import NoteReader, Reader


@pytest.mark.parametrize(
    ("text", "label", "span"),
    [
        ("Seizures since birth", "Seizure", "Seizures"),
        ("anaemia", "Anemia", "anaemia"),
        ("generalised oedema", "Generalized edema", "generalised oedema"),
        ("a hypotonic infant", "Hypotonia", "hypotonic"),
        ("a microcephalic girl", "Microcephaly", "microcephalic"),
        ("hypo-pigmentation of the skin", "Hypopigmentation of the skin", "hypo-pigmentation of the skin"),
        ("corpus callosum hypoplasia", "Hypoplasia of the corpus callosum", "corpus callosum hypoplasia"),
        ("contracture of the left knee", "Knee contracture", "contracture of the left knee"),
        ("café-au-lait spots", "Cafe-au-lait spot", "café-au-lait spots"),
        ("CAFE AU LAIT SPOTS", "Cafe-au-lait spot", "CAFE AU LAIT SPOTS"),
        ("wide-set eyes", "Hypertelorism", "wide-set eyes"),
        ("a large VSD was seen", "Ventricular septal defect", "VSD"),
        ("short\nstature", "Short stature", "short\nstature"),
        ("mentally retarded", "Intellectual disability", "mentally retarded"),
        ("bilateral cataracts", "Cataract", "cataracts"),
    ],
)
def test_a_finding_is_recognised_however_it_is_written(reader: Reader, text: str, label: str, span: str) -> None:
    mentions = reader.read(text)
    assert [(m.label, m.text) for m in mentions] == [(label, span)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hip and knee contractures", ["Hip contracture", "Knee contracture"]),
        ("hip, knee and elbow contractures", ["Hip contracture", "Knee contracture", "Elbow contracture"]),
        ("short fingers and toes", ["Short finger", "Short toe"]),
        ("contractures of the hips and the knees", ["Hip contracture", "Knee contracture"]),
        ("speech and motor delay", ["Delayed speech and language development", "Motor delay"]),
    ],
)
def test_listed_words_share_the_word_that_names_the_finding(reader: Reader, text: str, expected: list[str]) -> None:
    assert sorted(m.label for m in reader.read(text)) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "She fell from a chair; blood pressure falls at night.",
        "The test was negative. Oral iron was given.",
        "He likes jumping, cutting paper and eating corn.",
        "vsd and asd in lower case",
        "RA and MI of two letters",
        "The short boy had a depressed mother and a prominent uncle.",
        "Short. Stature was discussed.",
        "The scan was irregular; his mood, stature, short.",
        "",
        "   \n\n\t ",
        "癫痫 和 共济失调",
        "צעקות וכאב",
    ],
)
def test_ordinary_words_are_no_findings(reader: Reader, text: str) -> None:
    assert [(m.text, m.label) for m in reader.read(text)] == []


def test_neighbours_in_a_list_are_not_one_name(reader: Reader) -> None:
    assert [m.label for m in reader.read("hypotonia, seizures")] == ["Hypotonia", "Seizure"]
    assert [m.label for m in reader.read("Hypotonia\nSeizures")] == ["Hypotonia", "Seizure"]


def test_an_abbreviation_in_a_line_of_capitals_is_not_trusted(reader: Reader) -> None:
    assert not reader.read("PLEASE VSD CHECK AGAIN TODAY")
    assert reader.read("known VSD, check again")


def test_the_longest_name_wins_and_nothing_overlaps(reader: Reader) -> None:
    labels = [m.label for m in reader.read("bilateral sensorineural hearing impairment")]
    assert labels == ["Bilateral sensorineural hearing impairment"]


def test_a_label_outranks_a_related_synonym(reader: Reader) -> None:
    mention = reader.read("myopia")[0]
    assert (mention.term, mention.matched) == ("HP:0000545", "Myopia")


def test_offsets_count_code_points_beside_emoji_accents_and_other_scripts(reader: Reader) -> None:
    text = "😀 患者: Épilepsie? no — ataxia\u0000 e\u0301 seizures"
    for mention in reader.read(text):
        assert text[mention.start : mention.end] == mention.text
    assert {m.label for m in reader.read(text)} >= {"Ataxia", "Seizure"}


def test_the_dictionary_reader_keeps_the_promise_of_the_seam(reader: Reader) -> None:
    assert isinstance(reader, NoteReader)
    sentence: Reader = reader
    assert sentence.read("ataxia")[0].term == "HP:0001251"
