"""How common a finding is when the disease is not known: its mean frequency over all ranked diseases."""

from __future__ import annotations

import numpy as np

from retrieval.ranking.documented import Documented

# A term that no ranked disease documents still gets a background, or a disease documented with it
# later (or one that is opened though it is not ranked) would be infinitely likely. Half a disease's
# worth is the usual half count.
HALF_A_DISEASE = 0.5


def background(documented: Documented, terms: int) -> np.ndarray:
    """Per term, 0 < b < 1; never falls from a term to its ancestors, because presence passes up."""
    means = np.array([_sum(documented, term) for term in range(terms)]) + HALF_A_DISEASE
    return np.minimum(means / (documented.size + 1.0), 1.0)


def _sum(documented: Documented, term: int) -> float:
    return float(documented.entries(term).frequency.sum(dtype=np.float64))
