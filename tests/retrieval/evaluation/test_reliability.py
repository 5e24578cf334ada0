"""Calibration measures against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.evaluation.measures import Groups
from retrieval.evaluation.reliability import area_under_curve, equal_mass, expected_calibration_error, points

ONES = np.ones(4)


def test_the_error_is_the_mean_gap_of_the_bins():
    stated, true = [0.1, 0.1, 0.9, 0.9], [False, False, True, False]
    assert expected_calibration_error(stated, true, ONES, bins=2) == pytest.approx(0.5 * 0.1 + 0.5 * 0.4)


def test_a_ranking_that_keeps_its_word_has_no_error():
    stated = [0.5] * 4
    assert expected_calibration_error(stated, [True, False, True, False], ONES) == 0


def test_bins_hold_equal_mass_of_the_weights():
    weight = np.array([3.0, 1.0, 1.0, 1.0])
    assert equal_mass(np.array([0.1, 0.2, 0.3, 0.4]), weight, 2).tolist() == [0, 1, 1, 1]


def test_equal_values_share_a_bin_whatever_their_order():
    values = np.array([0.5, 0.2, 0.5, 0.5, 0.9, 0.5])
    bins = equal_mass(values, np.ones(6), 3)
    assert len(set(bins[values == 0.5].tolist())) == 1


def test_weights_decide_what_counts():
    """A paper with many wrong cases must not be the calibration."""
    stated, true = [0.8] * 4, [True, False, False, False]
    even = expected_calibration_error(stated, true, ONES)
    papers = expected_calibration_error(stated, true, np.array([1.0, 1 / 3, 1 / 3, 1 / 3]))
    assert (even, papers) == (pytest.approx(0.55), pytest.approx(0.3))


def test_auroc_is_the_share_of_pairs_in_order_with_ties_half():
    assert area_under_curve([0.9, 0.8, 0.3, 0.1], [True, False, True, False], ONES) == pytest.approx(3 / 4)
    assert area_under_curve([0.5, 0.5], [True, False], np.ones(2)) == 0.5
    assert area_under_curve([0.9, 0.2], [True, True], np.ones(2)) != area_under_curve([], [], np.ones(0))  # both NaN


def test_auroc_agrees_with_every_pair_counted_one_by_one():
    chance = np.random.default_rng(3)
    stated, true, weight = chance.random(60).round(1), chance.random(60) < 0.4, chance.random(60)
    pairs = order = 0.0
    for i in np.flatnonzero(true):
        for j in np.flatnonzero(~true):
            pairs += weight[i] * weight[j]
            order += weight[i] * weight[j] * (1.0 if stated[i] > stated[j] else 0.5 if stated[i] == stated[j] else 0.0)
    assert area_under_curve(stated, true, weight) == pytest.approx(order / pairs)


def test_points_run_from_low_to_high_with_an_interval_each():
    chance = np.random.default_rng(5)
    stated = chance.random(500)
    true = chance.random(500) < stated
    groups = Groups.of([["A"]] * 500, [[f"P{at}"] for at in range(500)])
    found = points(stated, true, np.ones(500), groups=groups)
    assert len(found) == 10 and sum(point.cases for point in found) == 500
    assert [point.stated for point in found] == sorted(point.stated for point in found)
    held = sum(point.interval.low <= point.stated <= point.interval.high for point in found if point.interval)
    assert held >= 7


def test_nothing_stated_gives_no_points():
    assert points([], [], np.zeros(0)) == []
