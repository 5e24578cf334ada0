"""Opposites: found in the labels of a release, and never evidence for a disease."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.model import Finding, MatchKind, Profile
from retrieval.ranking.opposites import opposite_pairs
from retrieval.snapshot import Snapshot
from tests.retrieval.ranking.world import ontology_and_diseases, plain, term


def test_the_small_world_has_three_pairs() -> None:
    ontology, _ = ontology_and_diseases()
    named = {
        frozenset((ontology.label(one), ontology.label(other))) for one, other in opposite_pairs(ontology).tolist()
    }
    assert named == {
        frozenset(("Microcephaly", "Macrocephaly")),
        frozenset(("Hypotonia", "Hypertonia")),
        frozenset(("Tall stature", "Short stature")),
    }
    assert term("Arachnodactyly")


PAIRS = 562


@pytest.fixture(scope="module")
def pairs(snapshot: Snapshot) -> set[frozenset[str]]:
    ontology = snapshot.ontology
    return {frozenset((ontology.label(i), ontology.label(j))) for i, j in opposite_pairs(ontology).tolist()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Microcephaly", "Macrocephaly"),
        ("Short stature", "Tall stature"),
        ("Hypertension", "Hypotension"),
        ("Hypocalcemia", "Hypercalcemia"),
        ("Hypothyroidism", "Hyperthyroidism"),
        ("Bradycardia", "Tachycardia"),
        ("Short neck", "Long neck"),
        ("Narrow mouth", "Wide mouth"),
        ("Microdontia", "Macrodontia"),
        ("Increased bone mineral density", "Reduced bone mineral density"),
        ("Microcornea", "Megalocornea"),
        ("Oligohydramnios", "Polyhydramnios"),
        ("Precocious puberty", "Delayed puberty"),
        ("Thin vermilion border", "Thick vermilion border"),
        ("Upslanted palpebral fissure", "Downslanted palpebral fissures"),
        ("Hypotelorism", "Hypertelorism"),
    ],
)
def test_known_opposites_are_found(one: str, other: str, pairs: set[frozenset[str]], snapshot: Snapshot) -> None:
    labels = {snapshot.ontology.label(i) for i in range(snapshot.ontology.size)}
    if {one, other} <= labels:
        assert frozenset((one, other)) in pairs
    else:
        pytest.fail(f"{sorted({one, other} - labels)} is not a label of this release")


def test_how_many_there_are(pairs: set[frozenset[str]]) -> None:
    """The count of release 2025-01-16; another release may differ, a change of the rules must be meant."""
    assert len(pairs) == PAIRS


def test_words_that_only_sound_alike_are_none(pairs: set[frozenset[str]]) -> None:
    assert frozenset(("Microscopic hematuria", "Macroscopic hematuria")) not in pairs
    assert frozenset(("Micrognathia", "Macrocephaly")) not in pairs


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Neoplasm of the small intestine", "Neoplasm of the large intestine"),
        ("Small vessel vasculitis", "Large vessel vasculitis"),
        ("Small cell lung carcinoma", "Large cell lung carcinoma"),
        ("Short term memory impairment", "Long term memory impairment"),
        ("Small joint hypermobilty", "Large joint hypermobilty"),
        ("Early inspiratory crackles", "Late inspiratory crackles"),
        ("Micronodular cirrhosis", "Macronodular cirrhosis"),
        ("Microvesicular hepatic steatosis", "Macrovesicular hepatic steatosis"),
        ("Pituitary microadenoma", "Pituitary macroadenoma"),
    ],
)
def test_a_measure_that_is_part_of_a_name_makes_no_opposite(
    one: str, other: str, pairs: set[frozenset[str]], snapshot: Snapshot
) -> None:
    labels = {snapshot.ontology.label(i) for i in range(snapshot.ontology.size)}
    assert {one, other} <= labels, "not labels of this release"
    assert frozenset((one, other)) not in pairs


def test_a_measure_of_a_named_part_still_makes_one(pairs: set[frozenset[str]]) -> None:
    assert frozenset(("Decreased intestinal transit time", "Increased intestinal transit time")) in pairs


def test_none_is_ever_positive(snapshot: Snapshot) -> None:
    """For every pair and every disease that documents one of the two and not the other."""
    ontology, ranker = snapshot.ontology, plain(snapshot)
    seen = 0
    for pair in opposite_pairs(ontology).tolist():
        for one, other in (pair, pair[::-1]):
            column = ranker._scorer.column(one)
            own = ranker._scorer.documented.entries(one).position
            facing = np.setdiff1d(ranker._scorer.documented.entries(other).position, own)
            at = np.isin(column.position, facing)
            assert at.sum() == len(facing)
            assert (column.value[at] < 0).all(), (ontology.label(one), ontology.label(other))
            seen += len(facing)
    assert seen > 5_000


def test_macrocephaly_does_not_explain_microcephaly(snapshot: Snapshot) -> None:
    found = plain(snapshot).explain(Profile((Finding("HP:0000252"),)), "OMIM:117550")  # Sotos syndrome
    (one,) = (c for c in found.candidate.contributions if c.finding)
    assert one.match is MatchKind.OPPOSITE
    assert one.value < 0
    assert found.against == (one,)
