"""From scores to probabilities that hold, and to the five words in which the pages speak of them.

How far the first candidate can be trusted is answered by a small logistic over a few things that can
be read: how far it leads, how much is documented of it, how many findings speak against it, how many
there are. The scores of the others, raised and shared out, say how they compare with it; what is left
is the chance that it is none of these. All was measured on published cases, whose population every
word names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from retrieval.model import Strength

# The lowest probability at which each word is used.
LEAST = (
    (Strength.VERY_LIKELY, 0.8),
    (Strength.LIKELY, 0.5),
    (Strength.POSSIBLE, 0.2),
    (Strength.LESS_LIKELY, 0.05),
    (Strength.UNLIKELY, 0.0),
)
POPULATION = "published patients with a known genetic disease and a case like this"
FEATURES = ("constant", "lead", "field", "share", "documented", "against", "findings")
TENTH = 10  # the place over which the first leads the field
CROWD = 1.6  # temperature at which the first is held against all diseases together
ENOUGH = 30  # findings; a disease of which more is documented is not better known for it
_MOST = 1.0 - 1e-6


@dataclass(frozen=True, slots=True)
class First:
    """What the first candidate rests on, besides its score."""

    findings: int  # of the patient, that are present
    against: int  # of them, those that speak against it
    documented: int  # findings that are documented of it as present


@dataclass(frozen=True, slots=True)
class Held:
    """How often a word held: `right` of `of` published cases, each publication weighing the same."""

    right: float
    of: float

    @property
    def rate(self) -> float:
        return self.right / self.of if self.of else 0.0


@dataclass(frozen=True)
class Calibration:
    temperature: float
    coefficients: tuple[float, ...]  # of FEATURES
    held: Mapping[Strength, Held]

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Calibration:
        held = {Strength(word): Held(**numbers) for word, numbers in raw["held"].items()}
        return cls(raw["temperature"], tuple(raw["coefficients"][name] for name in FEATURES), held)

    def hit_rate(self, word: Strength) -> tuple[float, float, str]:
        """(right, of, population): how often a first candidate that was given this word was the diagnosis."""
        found = self.held.get(word, Held(0.0, 0.0))
        return found.right, found.of, POPULATION

    def sure(self, scores: np.ndarray, first: First) -> float:
        """The chance that the first candidate is the diagnosis."""
        return _logistic(float(features(scores, first) @ np.array(self.coefficients)))

    def probabilities(self, scores: np.ndarray, first: First) -> np.ndarray:
        """Per disease; together less than 1 by the chance that it is none of these."""
        shares = shared_out(scores, self.temperature)
        if not len(shares):
            return shares
        sure, top = min(self.sure(scores, first), _MOST), int(np.argmax(scores))
        first_of_all = scores == scores[top]
        best = float(shares[first_of_all].sum())
        # The others keep their distance from the first; where it is surer than its share they share what it leaves.
        rest = min(sure / best, (1 - sure) / max(1 - best, 1 - _MOST))
        found: np.ndarray = shares * rest
        found[first_of_all] = sure / int(first_of_all.sum())
        return found


def shared_out(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Scores as shares of one."""
    if not len(scores):
        return np.zeros(0)
    raised = np.exp((scores - scores.max()) / temperature)
    found: np.ndarray = raised / raised.sum()
    return found


def features(scores: np.ndarray, first: First) -> np.ndarray:
    """What decides how far the first place can be trusted; in the order of FEATURES."""
    size = min(len(scores), TENTH)
    top = np.sort(np.partition(scores, len(scores) - size)[-size:])[::-1]
    share = float(np.clip(1.0 / np.exp((scores - top[0]) / CROWD).sum(), 1e-9, _MOST))
    return np.array(
        [
            1.0,
            np.sqrt(top[0] - top[min(1, size - 1)]),
            np.sqrt(top[0] - top[-1]),
            np.log(share / (1 - share)),
            np.log1p(min(first.documented, ENOUGH)),
            np.log1p(first.against),
            np.log1p(first.findings),
        ]
    )


def strength(probability: float) -> Strength:
    return next(word for word, least in LEAST if probability >= least)


def _logistic(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-value)))
