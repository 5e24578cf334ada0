"""One profile with everything weighed for it, also where some publications may not be seen.

A ranking asks this for its scores, a calibration for what its first candidate rests on, and a fit
for the terms before their weights: so all three see the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retrieval.ranking.calibration import First
from retrieval.ranking.fusion import HAS_CASES
from retrieval.ranking.reading import Reading
from retrieval.ranking.scorer import Parts, Scorer
from retrieval.ranking.summing import DECLARED, Sum


@dataclass(frozen=True)
class Apart:
    """A disease weighed by itself, because something else is known of it than the table says."""

    found: Sum
    scorer: Scorer
    documented: int  # findings that are documented of it as present


@dataclass(frozen=True)
class Weighed:
    reading: Reading
    found: Sum
    scorer: Scorer
    documented: np.ndarray  # by position, how many findings are documented as present
    apart: Mapping[int, Apart]  # by position

    def total(self) -> np.ndarray:
        total = self.found.total.copy()
        for position, one in self.apart.items():
            total[position] += one.found.findings[0] - self.found.findings[position]
        return total

    def raw_terms(self) -> np.ndarray:
        """Per disease (findings, onset, profile, nearest) before their weights, and what is declared."""
        terms = self.found.raw_terms(self.scorer)
        for position, one in self.apart.items():
            anew = one.found.raw_terms(one.scorer)[0]
            terms[position, :3] = anew[:3]
            terms[position, DECLARED] = anew[DECLARED] + HAS_CASES * bool(
                np.isin(position, self.found.nearest.position)
            )
        return terms

    def first(self, position: int) -> First:
        """What the disease at this position rests on if it is the first candidate."""
        one = self.apart.get(position)
        against = _against(one.found.raw, 0) if one else _against(self.found.raw, position)
        return First(
            findings=len(self.reading.present),
            against=against,
            documented=one.documented if one else int(self.documented[position]),
        )


def _against(parts: Parts, at: int) -> int:
    """How many present findings speak against the disease."""
    count = 0
    for part in parts.present:
        k = int(np.searchsorted(part.position, at))
        named = k < len(part.position) and part.position[k] == at
        count += bool((part.value[k] if named else np.asarray(part.at(np.array([at]))).flat[0]) < 0)
    return count
