"""What a deployment may declare the prevalence of a disease to be worth.

Published cases do not show how common diseases are, so nothing about it is fitted, and by default
nothing is counted. A declared weight of 1 is the natural logarithm of the prevalence itself, against
the middle of the diseases whose prevalence is known; diseases of unknown prevalence move by nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from retrieval.diseases import DiseaseTable


def prevalence_terms(diseases: DiseaseTable, ranked: np.ndarray, weight: float) -> np.ndarray:
    """Per position, natural log-odds."""
    fraction = np.asarray(diseases.prevalence, dtype=np.float64)[np.asarray(ranked)]
    known = fraction > 0  # NaN compares as unknown
    value = np.zeros(len(fraction))
    if weight and known.any():
        logarithm = np.log(fraction[known])
        value[known] = weight * (logarithm - np.median(logarithm))
    return value
