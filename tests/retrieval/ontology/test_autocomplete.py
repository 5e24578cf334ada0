"""What is offered while someone types, over the real ontology."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.ontology.autocomplete import Autocomplete, Suggestion
from retrieval.snapshot import Snapshot


@pytest.fixture(scope="session")
def autocomplete(snapshot: Snapshot) -> Autocomplete:
    return snapshot.autocomplete


def labels(found: list[Suggestion]) -> list[str]:
    return [suggestion.label for suggestion in found]


def typed(suggestion: Suggestion) -> list[str]:
    return [suggestion.matched[start:end] for start, end in suggestion.spans]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("seizure", "Seizure"),
        ("Seizures", "Seizure"),
        ("SEIZ", "Seizure"),
        ("broad gr", "Broad hallux"),
        ("toe great broad", "Broad hallux"),
        ("finger short", "Short finger"),
        ("intel disab", "Intellectual disability"),
        ("anaemia", "Anemia"),
        ("haematuria", "Hematuria"),
        ("wide set eyes", "Hypertelorism"),
        ("wide-set eyes", "Hypertelorism"),
        ("cafe au lait", "Cafe-au-lait spot"),
        ("café-au-lait", "Cafe-au-lait spot"),
        ("cafe\u0301 au lait", "Cafe-au-lait spot"),
        ("kidney stone", "Nephrolithiasis"),
        ("clubfoot", "Talipes equinovarus"),
        ("hypoplasia of the corpus callosum", "Hypoplasia of the corpus callosum"),
        ("VSD", "Ventricular septal defect"),
        ("ＡＴＡＸＩＡ", "Ataxia"),
        ("babinskis sign", "Babinski sign"),
        ("Babinski's sign", "Babinski sign"),
    ],
)
def test_the_expected_finding_comes_first(autocomplete: Autocomplete, text: str, first: str) -> None:
    assert labels(autocomplete.suggest(text))[:1] == [first]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("seziure", "Seizure"),  # two letters swapped
        ("hypotnia", "Hypotonia"),  # one left out
        ("macrocephly", "Macrocephaly"),
        ("scolliosis", "Scoliosis"),  # one too many
        ("nystagnus", "Nystagmus"),  # one changed
        ("hepatosplenomegely", "Hepatosplenomegaly"),
        ("miccrocephlay", "Microcephaly"),  # two in a long word
        ("brod gret toe", "Broad hallux"),
        ("nystgam", "Nystagmus"),  # a slip while still typing
        ("intelectual dis", "Intellectual disability"),
    ],
)
def test_a_slip_of_the_keyboard_still_finds_it(autocomplete: Autocomplete, text: str, label: str) -> None:
    assert label in labels(autocomplete.suggest(text))[:3]


def test_short_words_are_not_bent_into_others(autocomplete: Autocomplete) -> None:
    assert autocomplete.suggest("xqz") == []


def test_the_synonym_that_matched_is_shown_with_its_characters(autocomplete: Autocomplete) -> None:
    first = autocomplete.suggest("broad gr")[0]
    assert (first.id, first.label, first.is_synonym) == ("HP:0010055", "Broad hallux", True)
    assert first.matched == "Broad great toe"
    assert typed(first) == ["Broad", "gr"]
    assert first.definition
    assert first.parent_label
    assert first.disease_count > 0
    assert first.note == ""


def test_spans_follow_accents_and_ligatures_of_the_name(autocomplete: Autocomplete) -> None:
    for text in ("cafe au lait", "naevus", "naevi", "hyperkeratosis"):
        for suggestion in autocomplete.suggest(text):
            edges = [edge for span in suggestion.spans for edge in span]
            assert edges == sorted(edges)
            assert all(0 <= start < end <= len(suggestion.matched) for start, end in suggestion.spans)


def test_an_exact_label_outranks_longer_and_commoner_ones(autocomplete: Autocomplete) -> None:
    assert labels(autocomplete.suggest("myopia"))[0] == "Myopia"
    assert labels(autocomplete.suggest("pain"))[0] == "Pain"


def test_of_equal_matches_the_commoner_finding_comes_first(autocomplete: Autocomplete) -> None:
    found = [s for s in autocomplete.suggest("abnormality of the", limit=30) if not s.is_synonym]
    assert found[0].disease_count > found[-1].disease_count


def test_words_spread_over_two_synonyms_still_find_the_term(autocomplete: Autocomplete) -> None:
    assert "Broad hallux" in labels(autocomplete.suggest("hallux broad great"))


def test_an_unknown_word_beside_known_ones_does_not_empty_the_list(autocomplete: Autocomplete) -> None:
    assert "Frontal bossing" in labels(autocomplete.suggest("frontal bossing zzyzx"))


@pytest.mark.parametrize(
    "text",
    [
        "HP:0001250",
        "hp:0001250",
        "HP_0001250",
        " HP 0001250 ",
        "0001250",
        "1250",
        "HP:1250",
        "http://purl.obolibrary.org/obo/HP_0001250",
    ],
)
def test_an_id_finds_its_term(autocomplete: Autocomplete, text: str) -> None:
    first = autocomplete.suggest(text)[0]
    assert (first.id, first.matched, first.note) == ("HP:0001250", "HP:0001250", "")


def test_the_beginning_of_an_id_lists_the_ids_that_begin_so(autocomplete: Autocomplete) -> None:
    found = autocomplete.suggest("HP:000125", limit=20)
    assert len(found) >= 8
    assert all(s.matched.startswith("HP:000125") and typed(s) == ["HP:000125"] for s in found)


def test_an_alternative_id_is_offered_as_the_current_term_with_a_note(autocomplete: Autocomplete) -> None:
    first = autocomplete.suggest("HP:0001275")[0]
    assert first.id == "HP:0001250"
    assert "HP:0001275" in first.note
    assert "HP:0001250" in first.note


def test_an_obsolete_id_is_offered_as_its_replacement(autocomplete: Autocomplete, snapshot: Snapshot) -> None:
    ontology = snapshot.ontology
    obsolete = next(
        asked for asked, i in ontology.known_ids().items() if ontology.term(asked).obsolete and ontology.is_finding(i)
    )
    first = autocomplete.suggest(obsolete)[0]
    assert first.id == ontology.resolve(obsolete).term.id
    assert "obsolete" in first.note


def test_only_findings_are_offered(autocomplete: Autocomplete, snapshot: Snapshot) -> None:
    for text in ("autosomal dominant inheritance", "juvenile onset", "HP:0000006", "obligate"):
        for suggestion in autocomplete.suggest(text):
            index = snapshot.ontology.index(suggestion.id)
            assert index is not None
            assert snapshot.ontology.is_finding(index)
    assert autocomplete.suggest("HP:0000006") == []


def test_no_term_is_offered_twice_and_the_limit_holds(autocomplete: Autocomplete) -> None:
    for text in ("a", "short", "abnormality", "hypo"):
        ids = [s.id for s in autocomplete.suggest(text, limit=7)]
        assert len(ids) == len(set(ids)) == 7
    assert autocomplete.suggest("short", limit=0) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0",
        "a" * 10_000,
        "seizure " * 2_000,
        "癫痫",
        "צעקות",
        "😀😀",
        "\u202eseizure",
        "((((",
        "%%%",
        "'",
        "-",
        "HP:",
        "HP:00000000000000",
        "١٢٥٠",
        "ﬁne",
        "\ud800",
        "e" + "\u0301" * 5_000,
    ],
)
def test_strange_input_is_answered_and_never_raises(autocomplete: Autocomplete, text: str) -> None:
    assert isinstance(autocomplete.suggest(text), list)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_text_gives_sound_suggestions(autocomplete: Autocomplete, text: str) -> None:
    found = autocomplete.suggest(text, limit=5)
    assert len(found) <= 5
    assert len({s.id for s in found}) == len(found)
    for suggestion in found:
        assert all(0 <= start < end <= len(suggestion.matched) for start, end in suggestion.spans)


def test_every_label_finds_its_own_term(autocomplete: Autocomplete, snapshot: Snapshot) -> None:
    """A sample of a few hundred; a label that is also another term's synonym may come second."""
    ontology = snapshot.ontology
    rng = np.random.default_rng(20250116)
    findings = [i for i in range(ontology.size) if ontology.is_finding(i) and ontology.ids[i] != "HP:0000118"]
    missed = [
        ontology.label(i)
        for i in rng.choice(findings, 300, replace=False).tolist()
        if ontology.ids[i] not in [s.id for s in autocomplete.suggest(ontology.label(i))[:2]]
    ]
    assert missed == []
