"""Cases by findings, by text and by phrases: one list that says where each came from, with the process and without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from retrieval.cases import match
from retrieval.model import Finding, Profile
from retrieval.search.client import Client, Note
from retrieval.search.lexical import CaseWords, words
from retrieval.search.similar import RECIPROCAL, Way, _fused, similar_cases
from retrieval.search.texts import case_texts, term_texts
from retrieval.snapshot import Snapshot
from tests.retrieval.search.conftest import FOCAL, HYPERTONIA, SCOLIOSIS, Running

PROFILE = Profile((Finding(FOCAL), Finding(SCOLIOSIS)))


def test_findings_alone_ask_nobody_and_keep_the_exact_order(searched: Snapshot) -> None:
    found = similar_cases(searched, PROFILE, search=Client(Path("/nowhere")))
    assert found.note is Note.NONE
    assert [one.id for one in found.found] == [one.id for one in match(searched.cases, PROFILE)]
    assert {one.ways for one in found.found} == {(Way.FINDINGS,)}


def test_each_hit_says_which_way_it_came_and_its_place_there(searched: Snapshot, start: Callable[..., Running]) -> None:
    running = start()
    running.wait_for("ready")
    found = similar_cases(searched, PROFILE, "male with hypertonia", phrases=["stiff muscles"], search=running.client)
    assert found.note is Note.NONE
    by_id = {one.id: one for one in found.found}
    assert by_id["b"].ways == (Way.TEXT, Way.PHRASES) or by_id["b"].ways == (Way.FINDINGS, Way.TEXT, Way.PHRASES)
    assert Way.FINDINGS in by_id["a"].ways
    for one in found.found:
        assert len(one.ranks) == len(one.ways)
        assert all(rank >= 1 for rank in one.ranks)
    assert by_id["b"].cosine is not None
    assert next(near.term for near in found.terms if near.phrase == "stiff muscles") == HYPERTONIA


def test_what_a_phrase_may_mean_is_not_shown_as_the_patients_own(
    searched: Snapshot, start: Callable[..., Running]
) -> None:
    running = start()
    running.wait_for("ready")
    found = similar_cases(searched, PROFILE, phrases=["stiff muscles"], search=running.client)
    shared = {one.patient for hit in found.found if hit.compared for one in hit.compared.shared}
    assert HYPERTONIA not in shared
    exact = {one.id: one.similarity for one in match(searched.cases, PROFILE)}
    assert all(hit.compared.similarity == exact[hit.id] for hit in found.found if hit.compared)


@pytest.mark.parametrize("search", [None, Client(Path("/nowhere/at/all"))], ids=["none", "dead"])
def test_without_the_process_words_stand_in_and_the_note_says_so(searched: Snapshot, search: Client | None) -> None:
    found = similar_cases(searched, Profile(), "a very stiff boy, hypertonia", phrases=["curved spine"], search=search)
    assert found.note is Note.AWAY
    assert Way.TEXT in next(one for one in found.found if one.id == "b").ways
    assert [near.term for near in found.terms] == [SCOLIOSIS]
    assert found.terms[0].score is None
    assert Way.PHRASES in next(one for one in found.found if one.id == "c").ways


def test_where_the_opposite_is_as_near_neither_is_taken(searched: Snapshot, start: Callable[..., Running]) -> None:
    ontology = searched.ontology
    stiff, floppy = (ontology.index(term) or 0 for term in (HYPERTONIA, "HP:0001252"))
    assert floppy in searched.cases.opposites[stiff], "the world of this test must hold the two"
    running = start()
    running.wait_for("ready")
    found = similar_cases(searched, Profile(), phrases=["hypertonia hypotonia"], search=running.client)
    assert {near.term for near in found.terms if near.doubtful} == {HYPERTONIA, "HP:0001252"}
    assert found.found == (), "found through a term that may mean the opposite"
    alone = similar_cases(searched, Profile(), phrases=["hypertonia"], search=running.client)
    assert "b" in {one.id for one in alone.found}


def test_hidden_cases_come_by_no_way(searched: Snapshot, start: Callable[..., Running]) -> None:
    running = start()
    running.wait_for("ready")
    hidden = np.zeros(searched.cases.size, dtype=bool)
    hidden[searched.cases.index("b")] = True
    for search in (running.client, None):
        found = similar_cases(
            searched, PROFILE, "male hypertonia", phrases=["hypertonia"], search=search, hidden=hidden
        )
        assert "b" not in {one.id for one in found.found}
        assert found.found


def test_an_empty_question_finds_nothing_and_asks_nobody(searched: Snapshot) -> None:
    found = similar_cases(searched, Profile(), " \n", phrases=["", "  "], search=Client(Path("/nowhere")))
    assert (found.found, found.terms, found.note) == ((), (), Note.NONE)


def test_the_limit_holds(searched: Snapshot) -> None:
    assert len(similar_cases(searched, PROFILE, "seizure scoliosis", search=None, limit=2).found) == 2


def test_places_are_fused_by_their_reciprocal_and_ties_by_position() -> None:
    lists = {Way.FINDINGS: [5, 1], Way.TEXT: [1, 9], Way.PHRASES: [3]}
    assert _fused(lists) == [1, 3, 5, 9]
    assert RECIPROCAL == 60


def test_a_cases_text_names_findings_sex_and_onset_and_no_diagnosis_or_gene(searched: Snapshot) -> None:
    found = case_texts(searched.cases)
    by_id = dict(zip(found.ids, found.texts, strict=True))
    assert by_id["a"].startswith("female; infantile onset; ")
    assert set(by_id["a"].split("; ")[2:]) == {"Focal-onset seizure", "Scoliosis"}
    assert by_id["b"] == "male; congenital onset; Hypertonia", "an excluded finding is not in the text"
    assert not any(word in text for text in found.texts for word in ("Fit", "NAT2", "OMIM"))


def test_terms_are_embedded_under_every_name(searched: Snapshot) -> None:
    found = term_texts(searched.ontology)
    assert {text for name, text in zip(found.ids, found.texts, strict=True) if name == SCOLIOSIS} == {
        "Scoliosis",
        "Curved spine",
    }


def test_words_find_the_case_with_the_rarer_ones_first(searched: Snapshot) -> None:
    bank = searched.cases
    found = CaseWords(bank).search("scoliosis and difficulty standing", 5)
    assert bank.id(found[0][0]) == "c"
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert CaseWords(bank).search("nothing of this is known", 5) == []


def test_words_are_respelled_and_small_ones_left_out() -> None:
    assert words("The Seizures of an anaemic child") == ["seizure", "anemic", "child"]
