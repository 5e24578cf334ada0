"""Fits the few numbers of the ranker: weights by a conditional logit, trust in the first place by a logistic.

Pure arithmetic over arrays that somebody gathered. Both are concave, climbed by Newton's method from
nothing with steps that never go down, so they end at the same numbers every time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ROUNDS = 100
SETTLED = 1e-9
RIDGE = 1e-4  # keeps a term that never varies at nothing

# At some coefficients: how likely what happened is, its slope, and its curvature (negative).
Hill = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Choices:
    """Per case the terms of some candidates, the true disease first; padded where `real` is False."""

    terms: np.ndarray  # float64[cases, candidates, terms]
    real: np.ndarray  # bool[cases, candidates]
    offset: np.ndarray  # float64[cases, candidates]: what is declared and not fitted
    weight: np.ndarray  # float64[cases]

    def of(self, chosen: np.ndarray) -> Choices:
        return Choices(self.terms[chosen], self.real[chosen], self.offset[chosen], self.weight[chosen])


def conditional_logit(choices: Choices) -> np.ndarray:
    """The weights that make the true disease most likely among its candidates (McFadden 1974)."""
    scale = choices.terms[choices.real].std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    terms, share = choices.terms / scale, choices.weight / choices.weight.sum()

    def hill(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        score = np.where(choices.real, terms @ beta + choices.offset, -np.inf)
        top = score.max(axis=1, keepdims=True)
        chance = np.exp(score - top)
        total = chance.sum(axis=1, keepdims=True)
        chance /= total
        mean = np.einsum("nk,nkj->nj", chance, terms)
        likely = float(share @ (score[:, 0] - top[:, 0] - np.log(total[:, 0])))
        slope = share @ (terms[:, 0] - mean)
        spread = np.einsum("nkj,nkl->jl", terms * (share[:, None] * chance)[:, :, None], terms, optimize=True)
        return likely, slope, np.einsum("n,nj,nl->jl", share, mean, mean) - spread

    found: np.ndarray = _climb(hill, terms.shape[2]) / scale
    return found


def logistic(features: np.ndarray, outcome: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Coefficients of a logistic regression; `features` holds its own constant."""
    share = weight / weight.sum()

    def hill(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        score = features @ beta
        chance = 1.0 / (1.0 + np.exp(-np.clip(score, -500, 500)))
        likely = float(share @ (outcome * score - np.logaddexp(0.0, score)))
        slope = features.T @ (share * (outcome - chance))
        return likely, slope, -features.T @ (features * (share * chance * (1 - chance))[:, None])

    return _climb(hill, features.shape[1])


def _climb(hill: Hill, size: int) -> np.ndarray:
    """The top of a concave hill with a slight ridge."""
    beta = np.zeros(size)
    height, slope, curve = _ridged(hill, beta)
    for _ in range(ROUNDS):
        step = np.linalg.solve(-curve, slope)
        while True:
            ahead = _ridged(hill, beta + step)
            if ahead[0] >= height or float(np.abs(step).max()) < SETTLED:
                break
            step = step / 2
        beta = beta + step
        height, slope, curve = ahead
        if float(np.abs(step).max()) < SETTLED:
            break
    return beta


def _ridged(hill: Hill, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    height, slope, curve = hill(beta)
    return height - RIDGE / 2 * float(beta @ beta), slope - RIDGE * beta, curve - RIDGE * np.eye(len(beta))
