"""Measures against figures worked out by hand."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from retrieval.evaluation.measures import (
    Groups,
    Weighting,
    curve,
    difference,
    measure,
    paper_groups,
    weights,
)
from retrieval.ranking.ranker import expected_rank

# Four cases, two diseases, two papers: three of A from P1 (ranks 1, 1, miss), one of B from P2 (rank 4).
RANKS = [1.0, 1.0, inf, 4.0]
GROUPS = Groups.of([["A"], ["A"], ["A"], ["B"]], [["P1"], ["P1"], ["P1"], ["P2"]])


def test_per_case_every_case_weighs_one_and_a_miss_stays_in_the_denominator():
    found = measure(RANKS, GROUPS, Weighting.PER_CASE)
    assert found.recall == {1: 0.5, 3: 0.5, 5: 0.75, 10: 0.75, 50: 0.75}
    assert found.mrr == pytest.approx((1 + 1 + 0 + 0.25) / 4)
    assert (found.cases, found.diseases, found.publications) == (4, 2, 2)


def test_macro_every_disease_weighs_one():
    found = measure(RANKS, GROUPS, Weighting.MACRO)
    assert found.recall[1] == pytest.approx((2 / 3 + 0) / 2)
    assert found.recall[5] == pytest.approx((2 / 3 + 1) / 2)


def test_balanced_every_paper_weighs_one_however_many_cases_it_has():
    groups = Groups.of([["A"], ["A"], ["A"], ["A"]], [["P1"], ["P1"], ["P1"], ["P2"]])
    found = measure(RANKS, groups, Weighting.BALANCED)
    assert found.recall[1] == pytest.approx((2 / 3 + 0) / 2)
    assert found.recall[5] == pytest.approx((2 / 3 + 1) / 2)


def test_papers_that_describe_one_patient_together_are_one_group_and_a_case_without_a_paper_is_its_own():
    names = paper_groups([["P1"], ["P1", "P2"], ["P2"], ["P3"], [], []])
    assert names[0] == names[1] == names[2] != names[3]
    assert len(set(names)) == 4
    found = weights(Groups.of([["A"]] * 6, [["P1"], ["P1", "P2"], ["P2"], ["P3"], [], []]), Weighting.BALANCED)
    assert found.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1, 1, 1])


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_groups_of_papers_do_not_depend_on_the_order_of_the_cases(order):
    papers = [["P9", "P2"], ["P2", "P5"], ["P5"], ["P7"]]
    names = paper_groups([papers[at] for at in order])
    found = dict(zip(order, names, strict=True))
    assert found == dict(enumerate(paper_groups(papers)))


def test_tied_candidates_share_the_mean_of_their_places():
    scores = np.array([3.0, 2.0, 2.0, 2.0, 1.0])
    assert [expected_rank(scores, at) for at in range(5)] == [1, 3, 3, 3, 5]
    two_lead = np.array([2.0, 2.0, 1.0])
    found = measure([expected_rank(two_lead, 0)], Groups.of([["A"]], [["P"]]), Weighting.PER_CASE)
    assert (found.recall[1], found.recall[3]) == (0.0, 1.0)
    assert found.mrr == pytest.approx(1 / 1.5)


def test_a_disease_of_several_ids_is_one_disease():
    groups = Groups.of([["OMIM:1", "ORPHA:2"], ["ORPHA:2", "OMIM:1"]], [["P1"], ["P2"]])
    assert measure([1.0, inf], groups, Weighting.MACRO).diseases == 1


def test_intervals_are_the_same_every_time_and_hold_the_point():
    chance = np.random.default_rng(7)
    ranks = np.where(chance.random(300) < 0.4, 1.0, inf)
    groups = Groups.of([[f"D{at % 40}"] for at in range(300)], [[f"P{at % 90}"] for at in range(300)])
    for weighting in Weighting:
        one, two = measure(ranks, groups, weighting), measure(ranks, groups, weighting)
        assert one == two
        interval = one.recall_interval[1]
        assert interval.low < one.recall[1] < interval.high
        assert 0.03 < interval.high - interval.low < 0.3


def test_intervals_resample_papers_not_cases():
    """One paper with fifty cases that all succeed carries no more certainty than one case does."""
    many = Groups.of([["A"]] * 52, [["P1"]] * 50 + [["P2"], ["P3"]])
    found = measure([1.0] * 50 + [inf, inf], many, Weighting.BALANCED)
    assert found.recall[1] == pytest.approx(1 / 3)
    assert (found.recall_interval[1].low, found.recall_interval[1].high) == (0.0, 1.0)


def test_no_cases_give_no_figures_and_no_error():
    found = measure([], Groups.of([], []), Weighting.BALANCED)
    assert found.cases == 0 and found.recall[1] == 0 and np.isnan(found.recall_interval[1].low)


def test_the_curve_never_falls():
    points = curve(RANKS, weights(GROUPS, Weighting.PER_CASE))
    assert points[0] == (1, 0.5)
    shares = [share for _k, share in points]
    assert shares == sorted(shares)


def test_two_runs_are_compared_case_by_case():
    groups = Groups.of([["A"]] * 4, [["P1"], ["P2"], ["P3"], ["P4"]])
    shares, intervals = difference([1.0, 1.0, 1.0, inf], [1.0, inf, inf, inf], groups, Weighting.PER_CASE)
    assert shares[0] == pytest.approx(0.5)
    assert intervals[0].low >= 0  # no case became worse, whichever papers are drawn
