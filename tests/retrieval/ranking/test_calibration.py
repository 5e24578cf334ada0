"""From scores to probabilities: the first candidate claims what its calibration says, and the others keep below it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.model import Strength
from retrieval.ranking.calibration import (
    FEATURES,
    POPULATION,
    Calibration,
    First,
    Held,
    features,
    shared_out,
    strength,
)
from retrieval.ranking.fusion import ANNOTATIONS_ONLY, WITH_CASES, artefact

FIRST = First(findings=8, against=2, documented=20)
SCORES = np.array([-3.0, 1.5, -0.5, 1.0, -6.0, -2.0, -2.5, -7.0, -8.0, -9.0, -4.0, -5.0])


def calibration(**coefficients: float) -> Calibration:
    return Calibration(1.0, tuple(coefficients.get(name, 0.0) for name in FEATURES), {})


def of(name: str, scores: np.ndarray = SCORES, first: First = FIRST) -> float:
    return float(features(scores, first)[FEATURES.index(name)])


def test_what_is_looked_at_is_what_it_is_called():
    assert of("constant") == 1.0
    assert of("lead") == pytest.approx(0.5**0.5)  # over 1.0
    assert of("field") == pytest.approx(8.5**0.5)  # over the tenth, -7.0
    assert of("share") > of("share", np.append(SCORES, [1.4] * 5))  # a crowd close behind
    assert of("documented") == np.log(21) and of("against") == np.log(3) and of("findings") == np.log(9)


def test_more_than_enough_documented_findings_make_nobody_surer():
    assert of("documented", first=replace(FIRST, documented=30)) == of(
        "documented", first=replace(FIRST, documented=900)
    )


@pytest.mark.parametrize("sure", [0.02, 0.3, 0.6, 0.97])
def test_the_first_claims_its_chance_and_nobody_claims_more(sure):
    found = calibration(constant=float(np.log(sure / (1 - sure)))).probabilities(SCORES, FIRST)
    assert found[1] == pytest.approx(sure) and int(np.argmax(found)) == 1
    assert (np.diff(found[np.argsort(-SCORES)]) <= 0).all() and (found >= 0).all()
    assert found.sum() <= 1 + 1e-9


def test_what_a_doubtful_first_place_leaves_is_the_chance_of_none_of_these():
    found = calibration(constant=-3.0).probabilities(SCORES, FIRST)
    share = shared_out(SCORES, 1.0)
    assert found.sum() == pytest.approx(found[1] / share[1]) and found.sum() < 0.2


def test_equal_first_places_share_the_claim():
    found = calibration(constant=0.0).probabilities(np.array([2.0, 2.0, -5.0]), FIRST)
    assert found[0] == found[1] == pytest.approx(0.25)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(SCORES.tolist()) | st.floats(-30, 30), min_size=1, max_size=40),
    st.floats(-8, 8),
    st.sampled_from([0.8, 1.0, 2.0]),
)
def test_a_higher_score_is_never_less_likely_and_an_equal_one_just_as_likely(drawn, sure, temperature):
    """Also where several share the first place, and one is close behind them."""
    scores = np.array(drawn)
    found = replace(calibration(constant=sure), temperature=temperature).probabilities(scores, FIRST)
    order = np.argsort(-scores, kind="stable")
    assert (np.diff(found[order]) <= 1e-12).all()
    assert found.min() >= 0 and found.sum() <= 1 + 1e-9
    for score in set(drawn):
        assert np.ptp(found[scores == score]) <= 1e-12


@pytest.mark.parametrize("size", [0, 1, 2, 9])
def test_short_lists_have_probabilities_too(size):
    found = calibration(lead=1.0, field=1.0, share=1.0).probabilities(SCORES[:size], FIRST)
    assert len(found) == size and np.isfinite(found).all() and found.sum() <= 1 + 1e-9


@pytest.mark.parametrize(
    ("probability", "word"), [(1.0, "very_likely"), (0.8, "very_likely"), (0.79, "likely"), (0.2, "possible"),
                              (0.05, "less_likely"), (0.049, "unlikely"), (0.0, "unlikely")],
)  # fmt: skip
def test_every_probability_has_its_word(probability, word):
    assert strength(probability) is Strength(word)


def test_a_word_says_how_often_it_held_and_in_whom():
    measured = replace(calibration(), held={Strength.LIKELY: Held(70.0, 100.0)})
    assert measured.hit_rate(Strength.LIKELY) == (70.0, 100.0, POPULATION)
    assert measured.hit_rate(Strength.POSSIBLE) == (0.0, 0.0, POPULATION)


@pytest.mark.parametrize("name", [WITH_CASES, ANNOTATIONS_ONLY])
def test_the_calibration_that_comes_with_the_code_is_read_as_it_is_meant(name):
    """A greater lead makes surer, findings that speak against the first make less sure."""
    found = dict(zip(FEATURES, artefact(name).calibration.coefficients, strict=True))
    assert found["lead"] > 0 > found["against"] and found["documented"] > 0
    said = artefact(name).calibration.held
    rates = [said[word].rate for word in Strength if said[word].of > 20]
    assert rates == sorted(rates, reverse=True) and len(rates) >= 4
