"""The fits find what the data were made with, the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from retrieval.ranking.fitting import RIDGE, Choices, conditional_logit, logistic

TRUE = np.array([0.8, -0.4, 2.5])


def choices(cases: int, *, true: np.ndarray = TRUE, offset: float = 0.0, seed: int = 3) -> Choices:
    """Each case chooses among 3 to 12 candidates with the probability that the weights give them."""
    chance = np.random.default_rng(seed)
    sizes = chance.integers(3, 13, size=cases)
    terms = chance.normal(size=(cases, 12, len(true))) * np.array([1.0, 3.0, 0.2])
    real = np.arange(12) < sizes[:, None]
    declared = offset * chance.integers(0, 2, size=(cases, 12))
    noise = chance.gumbel(size=(cases, 12))
    chosen = np.where(real, terms @ true + declared + noise, -np.inf).argmax(axis=1)
    rows = np.arange(cases)
    for values in (terms, declared):  # the true one first
        values[rows, 0], values[rows, chosen] = values[rows, chosen].copy(), values[rows, 0].copy()
    return Choices(np.where(real[:, :, None], terms, 0.0), real, declared, np.ones(cases))


def likely(beta: np.ndarray, made: Choices) -> float:
    score = np.where(made.real, made.terms @ beta + made.offset, -np.inf)
    each = score[:, 0] - np.logaddexp.reduce(score, axis=1)
    return float(made.weight @ each / made.weight.sum())


def test_the_weights_that_made_the_choices_are_found() -> None:
    assert conditional_logit(choices(8000)) == pytest.approx(TRUE, rel=0.1, abs=0.03)


def test_what_is_declared_is_taken_as_given_and_not_learned_again() -> None:
    made = choices(8000, offset=2.0)
    assert conditional_logit(made) == pytest.approx(TRUE, rel=0.1, abs=0.03)
    ignored = Choices(made.terms, made.real, np.zeros_like(made.offset), made.weight)
    assert likely(conditional_logit(made), made) > likely(conditional_logit(ignored), ignored) + 0.1


def test_no_other_weights_make_the_choices_more_likely() -> None:
    made = choices(300)
    scale = made.terms[made.real].std(axis=0)

    def cost(beta: np.ndarray) -> float:
        return RIDGE / 2 * float((beta * scale) @ (beta * scale)) - likely(beta, made)

    found = conditional_logit(made)
    assert found == pytest.approx(minimize(cost, np.zeros(3), method="BFGS").x, abs=1e-4)


def test_the_same_data_give_the_same_bytes_and_the_order_of_cases_does_not_matter() -> None:
    made = choices(500)
    found = conditional_logit(made)
    assert np.array_equal(found, conditional_logit(made))
    assert conditional_logit(made.of(np.arange(500)[::-1])) == pytest.approx(found, abs=1e-8)


def test_padding_says_nothing() -> None:
    made = choices(400)
    wider = Choices(
        np.concatenate([made.terms, np.full((400, 5, 3), 99.0)], axis=1),
        np.concatenate([made.real, np.zeros((400, 5), dtype=np.bool_)], axis=1),
        np.concatenate([made.offset, np.full((400, 5), 99.0)], axis=1),
        made.weight,
    )
    assert conditional_logit(wider) == pytest.approx(conditional_logit(made), abs=1e-9)


def test_a_case_of_weight_two_is_two_cases() -> None:
    made = choices(400)
    double = Choices(made.terms, made.real, made.offset, np.where(np.arange(400) < 100, 2.0, 1.0))
    twice = made.of(np.concatenate([np.arange(100), np.arange(400)]))
    # The terms are put on one scale before the slight ridge, so the two fits agree to it.
    assert conditional_logit(double) == pytest.approx(conditional_logit(twice), abs=1e-3)


def test_a_term_that_never_varies_is_worth_nothing() -> None:
    made = choices(300)
    flat = np.concatenate([made.terms, np.where(made.real, 1.0, 0.0)[:, :, None]], axis=2)
    found = conditional_logit(Choices(flat, made.real, made.offset, made.weight))
    assert found[3] == pytest.approx(0.0, abs=1e-9)
    assert found[:3] == pytest.approx(conditional_logit(made), abs=1e-6)


def test_perfectly_separated_choices_end_too() -> None:
    """Nothing bounds the weight but the ridge; the climb still ends at a finite number."""
    terms = np.zeros((50, 2, 1))
    terms[:, 0] = 1.0
    everybody = np.ones((50, 2), dtype=np.bool_)
    found = conditional_logit(Choices(terms, everybody, np.zeros((50, 2)), np.ones(50)))
    assert np.isfinite(found).all() and found[0] > 5


def test_a_logistic_of_one_group_is_the_logarithm_of_its_odds() -> None:
    outcome = np.array([1.0] * 7 + [0.0] * 3)
    assert logistic(np.ones((10, 1)), outcome, np.ones(10))[0] == pytest.approx(np.log(7 / 3), abs=0.005)


def test_a_logistic_of_two_groups_is_the_logarithm_of_their_odds_ratio() -> None:
    """The closed form of a two-by-two table; the slight ridge takes a hundredth."""
    group = np.array([0.0] * 40 + [1.0] * 60)
    outcome = np.array([1.0] * 10 + [0.0] * 30 + [1.0] * 45 + [0.0] * 15)
    features = np.stack([np.ones(100), group], axis=1)
    found = logistic(features, outcome, np.ones(100))
    assert found == pytest.approx([np.log(10 / 30), np.log(45 / 15) - np.log(10 / 30)], abs=0.02)
    assert np.array_equal(found, logistic(features, outcome, np.ones(100)))


def test_the_weights_of_the_cases_count_in_a_logistic() -> None:
    outcome, weight = np.array([1.0, 0.0]), np.array([9.0, 1.0])
    assert logistic(np.ones((2, 1)), outcome, weight)[0] == pytest.approx(np.log(9), abs=0.01)


def test_a_logistic_that_is_always_right_stays_finite() -> None:
    features = np.stack([np.ones(20), np.linspace(-1, 1, 20)], axis=1)
    found = logistic(features, (features[:, 1] > 0).astype(float), np.ones(20))
    assert np.isfinite(found).all() and found[1] > 5
