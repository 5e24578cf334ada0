"""The fitted numbers: readable, named by their content, and the right ones for what a snapshot holds."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import numpy as np
import pytest

from retrieval.cases import CaseBank
from retrieval.ranking import Ranker
from retrieval.ranking.calibration import FEATURES
from retrieval.ranking.fusion import ANNOTATIONS_ONLY, WITH_CASES, Weights, artefact, read
from tests.retrieval.ranking import published_world
from tests.retrieval.ranking.published_world import NOT_LISTED, case

WORLD = published_world.world()
NAMES = (WITH_CASES, ANNOTATIONS_ONLY)


def document(name: str) -> dict[str, Any]:
    text = resources.files("retrieval.ranking").joinpath("artefacts", f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def ranker_with(*cases: object) -> Ranker:
    bank = CaseBank(CaseBank.build(WORLD.ontology, cases), WORLD.ontology)  # type: ignore[arg-type]
    return Ranker(WORLD.ontology, WORLD.diseases, WORLD.arrays, bank)


@pytest.mark.parametrize("name", NAMES)
def test_each_artefact_is_small_readable_and_complete(name: str) -> None:
    raw, found = document(name), artefact(name)
    assert found.name == raw["name"] == name
    assert found.weights.as_dict() == raw["weights"]
    assert set(raw["calibration"]["coefficients"]) == set(FEATURES)
    assert len(json.dumps(raw)) < 4000
    numbers = [
        *raw["weights"].values(),
        *raw["calibration"]["coefficients"].values(),
        raw["calibration"]["temperature"],
    ]
    assert np.isfinite(numbers).all()


@pytest.mark.parametrize("name", NAMES)
def test_no_term_counts_against_the_diagnosis_it_speaks_for(name: str) -> None:
    """A negative weight would turn a match into an objection, whatever it did for a benchmark."""
    assert all(value >= 0 for value in artefact(name).weights.as_dict().values())
    assert artefact(name).weights.finding > 0


def test_annotations_alone_give_the_nearest_case_no_weight() -> None:
    assert artefact(ANNOTATIONS_ONLY).weights.nearest == 0
    assert artefact(WITH_CASES).weights.nearest > 0


@pytest.mark.parametrize("name", NAMES)
def test_each_artefact_says_where_its_numbers_come_from(name: str) -> None:
    fitted = artefact(name).fitted
    assert {"cases", "publications", "sources", "command"} <= set(fitted)
    assert fitted["command"].startswith("manage.py fit-ranker")


def test_the_version_changes_with_every_byte_and_with_nothing_else() -> None:
    text = json.dumps(document(WITH_CASES))
    other = json.dumps(document(WITH_CASES) | {"fitted": {"cases": 1}})
    assert read(text).version == read(text).version
    assert read(text).version != read(other).version
    assert read(text).version.startswith("with_cases-") and len(read(text).digest) == 64


@pytest.mark.parametrize(
    "spoilt",
    [
        {"weights": {"finding": 1.0}},
        {"weights": {"finding": 1.0, "onset": 1.0, "profile": 1.0, "nearest": 0.0, "unheard": 1.0}},
        {"calibration": {"temperature": 1.0, "coefficients": {}, "held": {}}},
    ],
    ids=["a weight is missing", "a weight that nothing has", "no coefficients"],
)
def test_an_artefact_of_another_shape_is_refused(spoilt: dict[str, Any]) -> None:
    with pytest.raises((TypeError, KeyError)):
        read(json.dumps(document(WITH_CASES) | spoilt))


def test_a_snapshot_with_cases_of_ranked_diseases_ranks_by_the_weights_for_cases() -> None:
    assert published_world.ranker().fitted is artefact(WITH_CASES)
    assert published_world.ranker().version == artefact(WITH_CASES).version


def test_a_snapshot_without_cases_ranks_by_annotations_alone() -> None:
    assert ranker_with().fitted is artefact(ANNOTATIONS_ONLY)
    assert Ranker(WORLD.ontology, WORLD.diseases, WORLD.arrays).fitted is artefact(ANNOTATIONS_ONLY)


def test_cases_of_diseases_that_are_not_ranked_choose_nothing() -> None:
    found = ranker_with(case("a", NOT_LISTED, "Cataract"), case("b", "ORPHA:1", "Cataract"))
    assert found.fitted is artefact(ANNOTATIONS_ONLY)


def test_hiding_every_case_does_not_change_the_weights() -> None:
    """Which weights speak is a matter of the snapshot, not of the patient."""
    subject = published_world.ranker()
    subject.scores(published_world.PATIENTS[0], hidden=np.ones(WORLD.bank.size, dtype=np.bool_))
    assert subject.fitted is artefact(WITH_CASES)


def test_weights_have_their_names_in_the_order_of_the_terms() -> None:
    assert list(Weights(1.0, 2.0, 3.0).as_dict().items()) == [
        ("finding", 1.0),
        ("onset", 2.0),
        ("profile", 3.0),
        ("nearest", 0.0),
    ]
