"""Remarks on a profile: what contradicts, repeats, is out of date or says too little."""

from __future__ import annotations

from retrieval.model import Finding, Profile, Status
from retrieval.ranking import Hint, hints
from retrieval.snapshot import Snapshot
from tests.retrieval.ranking.world import FOCAL_OLD, ontology_and_diseases, profile, term

ONTOLOGY, _ = ontology_and_diseases()


def found(asked: Profile) -> dict[str, Hint]:
    return {hint.code: hint for hint in hints(ONTOLOGY, asked)}


def test_a_clean_profile_has_no_remarks() -> None:
    assert hints(ONTOLOGY, profile("Arachnodactyly", "Ectopia lentis", excluded=("Ataxia",))) == ()


def test_a_present_child_with_an_excluded_parent_is_a_contradiction() -> None:
    hint = found(profile("Focal-onset seizure", excluded=("Seizure",)))["contradiction"]
    assert hint.finding == term("Focal-onset seizure")
    assert hint.other == term("Seizure")
    assert hint.suggestions == ((term("Seizure"), "Seizure"),)


def test_a_present_parent_with_an_excluded_child_is_none() -> None:
    assert "contradiction" not in found(profile("Seizure", excluded=("Focal-onset seizure",)))


def test_the_same_finding_present_and_excluded_is_a_contradiction() -> None:
    assert "both present and excluded" in found(profile("Ataxia", excluded=("Ataxia",)))["contradiction"].message


def test_opposites_that_are_both_present_are_named() -> None:
    hint = found(profile("Microcephaly", "Macrocephaly"))["opposites"]
    assert {hint.finding, hint.other} == {term("Microcephaly"), term("Macrocephaly")}


def test_a_general_finding_offers_the_narrower_ones_most_used() -> None:
    hint = found(profile("Abnormality of the skeletal system"))["too_general"]
    assert hint.finding == term("Abnormality of the skeletal system")
    assert hint.suggestions
    counts = [ONTOLOGY.disease_count[ONTOLOGY.index(name) or 0] for name, _ in hint.suggestions]
    assert counts == sorted(counts, reverse=True)


def test_a_general_finding_beside_a_narrower_one_is_repeated_not_vague() -> None:
    remarks = found(profile("Seizure", "Focal-onset seizure"))
    assert set(remarks) == {"redundant"}
    assert remarks["redundant"].finding == term("Seizure")


def test_a_finding_entered_twice_is_named_once() -> None:
    remarks = hints(ONTOLOGY, profile("Ataxia", "Ataxia", "Ataxia"))
    assert [(hint.code, hint.finding) for hint in remarks] == [("duplicate", term("Ataxia"))]


def test_an_id_that_was_replaced_is_named_with_its_replacement() -> None:
    hint = found(Profile((Finding(FOCAL_OLD),)))["replaced"]
    assert (hint.finding, hint.other) == (term("Focal-onset seizure"), FOCAL_OLD)


def test_uncertain_findings_contradict_nothing() -> None:
    asked = Profile((Finding(term("Ataxia"), Status.UNCERTAIN), Finding(term("Ataxia"), Status.EXCLUDED)))
    assert hints(ONTOLOGY, asked) == ()


def test_in_the_real_ontology_common_findings_are_not_called_vague(snapshot: Snapshot) -> None:
    def codes(name: str) -> set[str]:
        return {hint.code for hint in hints(snapshot.ontology, Profile((Finding(name),)))}

    assert codes("HP:0000707") == {"too_general"}, "Abnormality of the nervous system"
    assert codes("HP:0000252") == set(), "Microcephaly"
    assert codes("HP:0001166") == set(), "Arachnodactyly"
