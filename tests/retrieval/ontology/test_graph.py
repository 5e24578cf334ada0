"""The ontology: what an id stands for, what lies above and below it."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from retrieval.errors import MalformedId, NotAFinding, UnknownTerm
from retrieval.model import Synonym
from retrieval.ontology.build import TermRecord
from retrieval.ontology.graph import Ontology
from retrieval.snapshot import Snapshot
from tests.retrieval.ontology.small import ontology


@pytest.fixture(scope="module")
def small() -> Ontology:
    return ontology()


def ids(ontology: Ontology, indices: np.ndarray) -> list[str]:
    return [ontology.ids[i] for i in indices.tolist()]


def at(ontology: Ontology, term: str) -> int:
    found = ontology.index(term)
    assert found is not None
    return found


def test_a_current_id_resolves_to_itself_without_a_note(small: Ontology) -> None:
    resolved = small.resolve("hp_0001250")
    assert (resolved.term.id, resolved.asked, resolved.note) == ("HP:0001250", "HP:0001250", "")


def test_an_obsolete_id_is_replaced_with_a_note(small: Ontology) -> None:
    assert small.resolve("HP:0009001").note == "HP:0009001 is obsolete; replaced by HP:0001250 Seizure."


def test_an_alternative_id_is_replaced_with_a_note(small: Ontology) -> None:
    resolved = small.resolve("HP:0001275")
    assert resolved.term.label == "Seizure"
    assert "alternative" in resolved.note


def test_a_chain_of_replacements_is_followed_to_its_end(small: Ontology) -> None:
    assert small.resolve("HP:0009002").term.id == "HP:0001250"


def test_an_obsolete_id_has_the_index_of_what_replaces_it(small: Ontology) -> None:
    assert at(small, "HP:0009001") == at(small, "HP:0001275") == at(small, "HP:0001250")


def test_an_obsolete_term_without_replacement_says_what_to_consider(small: Ontology) -> None:
    with pytest.raises(UnknownTerm) as caught:
        small.resolve("HP:0009003")
    assert "obsolete and has no replacement" in caught.value.message
    assert "HP:0008000 Spinal cord compression, HP:0000924" in caught.value.hint
    assert small.index("HP:0009003") is None


@pytest.mark.parametrize("term", ["HP:0009004", "HP:0009005", "HP:0009006"])
def test_an_obsolete_term_that_leads_nowhere_or_in_a_circle_has_no_replacement(small: Ontology, term: str) -> None:
    with pytest.raises(UnknownTerm):
        small.resolve(term)


def test_an_explicit_replacement_wins_over_an_alternative_id() -> None:
    terms = [
        TermRecord("HP:0000118", "Phenotypic abnormality"),
        TermRecord("HP:0000002", "Named as alternative", parents=("HP:0000118",), alternatives=("HP:0009000",)),
        TermRecord("HP:0000003", "Named as replacement", parents=("HP:0000118",)),
        TermRecord("HP:0009000", "obsolete", obsolete=True, replaced_by="HP:0000003"),
    ]
    assert ontology(terms).resolve("HP:0009000").term.id == "HP:0000003"


def test_an_unknown_id_names_the_release_that_does_not_have_it(small: Ontology) -> None:
    with pytest.raises(UnknownTerm, match=r"HPO 2030-01-01 has no term HP:0000042"):
        small.resolve("HP:0000042")


def test_words_are_not_an_id(small: Ontology) -> None:
    with pytest.raises(MalformedId):
        small.resolve("Seizure")


@pytest.mark.parametrize("term", ["HP:0000005", "HP:0000001"])
def test_only_what_descends_from_phenotypic_abnormality_is_a_finding(small: Ontology, term: str) -> None:
    with pytest.raises(NotAFinding) as caught:
        small.finding(term)
    assert "HP:0000118" in caught.value.hint
    assert not small.is_finding(at(small, term))


def test_a_finding_may_be_asked_for_by_an_obsolete_id(small: Ontology) -> None:
    assert small.finding("HP:0009001").term.id == "HP:0001250"


def test_obsolete_terms_can_be_read_and_name_their_replacement(small: Ontology) -> None:
    term = small.term("HP:0009002")
    assert (term.obsolete, term.replaced_by, term.label) == (True, "HP:0001250", "obsolete Convulsive fit")
    assert small.term("HP:0009004").replaced_by is None


def test_a_term_carries_everything_its_source_says(small: Ontology) -> None:
    term = small.term("HP:0001250")
    assert term.definition == "A transient event."
    assert term.synonyms == (Synonym("Fits", "EXACT", "layperson"), Synonym("Épilepsie", "RELATED", ""))
    assert term.parents == ("HP:0000707",)


def test_ancestors_and_descendants_include_the_term_itself(small: Ontology) -> None:
    i = at(small, "HP:0001250")
    assert ids(small, small.ancestors(i)) == ["HP:0000001", "HP:0000118", "HP:0000707", "HP:0001250"]
    assert ids(small, small.descendants(i)) == ["HP:0001250", "HP:0007359"]
    assert ids(small, small.parents(i)) == ["HP:0000707"]
    assert ids(small, small.children(i)) == ["HP:0007359"]


def test_a_term_with_two_parents_belongs_to_both_systems(small: Ontology) -> None:
    systems = small.systems(at(small, "HP:0008000"))
    assert [small.label(i) for i in systems] == [
        "Abnormality of the nervous system",
        "Abnormality of the skeletal system",
    ]
    assert small.systems(at(small, "HP:0000118")) == ()


def test_two_versions_are_open_at_once_and_do_not_touch_each_other(small: Ontology, snapshot: Snapshot) -> None:
    older = ontology([TermRecord("HP:0000118", "Phenotypic abnormality, as it was called")], version="1999-01-01")
    assert older.label(at(older, "HP:0000118")) == "Phenotypic abnormality, as it was called"
    assert small.label(at(small, "HP:0000118")) == "Phenotypic abnormality"
    assert (older.version, small.version, snapshot.ontology.version) == ("1999-01-01", "2030-01-01", "2025-01-16")
    assert older.index("HP:0001250") is None


def test_many_threads_may_ask_first(snapshot: Snapshot) -> None:
    fresh = Snapshot(snapshot.directory, snapshot.manifest)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(fresh.ontology.resolve("HP:0000057").note)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


# --- the real ontology ----------------------------------------------------


def test_ancestors_and_descendants_are_each_others_mirror(snapshot: Snapshot) -> None:
    real = snapshot.ontology
    for i in range(0, real.size, 97):
        assert all(i in real.descendants(a) for a in real.ancestors(i).tolist())
        assert all(i in real.ancestors(d) for d in real.descendants(i).tolist())
        assert all(i in real.children(p) for p in real.parents(i).tolist())


def test_every_finding_but_the_root_belongs_to_a_system(snapshot: Snapshot) -> None:
    real = snapshot.ontology
    without = [real.ids[i] for i in np.flatnonzero(real.findings).tolist() if not real.systems(i)]
    assert without == ["HP:0000118"]


def test_every_alternative_and_replaced_id_of_the_release_resolves(snapshot: Snapshot) -> None:
    real = snapshot.ontology
    counts = snapshot.manifest.counts
    assert (real.size, counts["terms_obsolete"], counts["alternative_ids"]) == (19_034, 450, 3_832)
    assert real.finding("HP:0000057").term.label == "Clitoral hypertrophy"
    assert real.finding("HP:0001263").term.label == "Global developmental delay"


def test_the_arrays_cannot_be_written_to(snapshot: Snapshot) -> None:
    with pytest.raises(ValueError, match="read-only"):
        snapshot.ontology.information_content[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        snapshot.diseases.pooled.term[0] = 1
