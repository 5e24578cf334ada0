"""The formula: what one finding says for or against one disease, in natural log-odds.

Every function is pure and works on arrays. The constants are few, each with its reason; the page
docs/decisions/0004-the-likelihood.md derives them.
"""

from __future__ import annotations

import numpy as np

# Of a patient's findings this share is taken to have nothing to do with what the sources list:
# coincidence, treatment, or a feature nobody wrote down. It is what an unexplained finding costs
# (log 0.5 = -0.69): nearly neutral beside the +3 to +7 of a telling match.
UNRELATED = 0.5

# A match that is only seen through a shared ancestor earns a third of what the ancestor says: the
# source may have meant the patient's finding, or one of its siblings. Accuracy is flat from 0.2 to 0.5.
THROUGH_ANCESTOR = 1 / 3

# Ancestors more common than this say too little to link two findings ("abnormality of the nervous
# system" links epilepsy with neuropathy).
TOO_COMMON = 0.05

# An absence recorded in a patient may be a sign not looked for, not yet there, or too mild to see:
# it removes half of what the documented frequency would say (at most log 0.5 = -0.69 a finding).
EXCLUSION_WEIGHT = 0.5

# Exclusions come in lists from one examination, so they do not add up without end: together they
# weigh at most as much as two unexplained findings and a little. A principle, not fitted: published
# cohort tables exclude the disease's own features, and would teach that exclusions mean nothing.
EXCLUSIONS_MOST = 1.5

# A disease that documents the opposite is unexplained, and further off the more often it has it.
OPPOSITE_WEIGHT = 0.5

# A disease's published cases weigh against what is documented of it like this many further patients:
# three cases say as much as the documentation.
CASES_AGAINST_DOCUMENTED = 3.0
# Of a patient's findings this share is unrelated to what cases of the same disease show. Less than
# `UNRELATED`, because authors list what they saw in full, where an annotation names the typical.
UNRELATED_TO_CASES = 0.1

# No documented absence says more than one in ten.
MOST_AGAINST = float(np.log(0.1))

# An onset outside the documented window: per doubling of age between them, and at the most.
ONSET_SLOPE = 0.25
ONSET_MOST = 1.0  # of the illness
FINDING_ONSET_MOST = 0.5  # of one finding

UNEXPLAINED = float(np.log(UNRELATED))


def matched(frequency: np.ndarray, background: float) -> np.ndarray:
    """A finding the disease documents, itself or narrower. Never negative: a match does not count against."""
    ratio = UNRELATED + (1.0 - UNRELATED) * frequency.astype(np.float64) / background
    return np.maximum(np.log(ratio), 0.0)


def through_ancestor(frequency: np.ndarray, background: float) -> np.ndarray:
    """A finding seen only through an ancestor that the disease documents, directly or by a sibling."""
    return THROUGH_ANCESTOR * matched(frequency, background)


def seen_in_cases(frequency: np.ndarray, background: float) -> np.ndarray:
    """A finding that this share of a disease's published cases shows; negative where they do not."""
    ratio = UNRELATED_TO_CASES + (1.0 - UNRELATED_TO_CASES) * frequency / background
    return np.asarray(np.log(ratio))


def share_of_cases(patients: np.ndarray) -> np.ndarray:
    """How much so many published cases say beside what is documented, 0..1."""
    return np.asarray(patients / (patients + CASES_AGAINST_DOCUMENTED))


def with_cases(documented: np.ndarray, in_cases: np.ndarray, patients: np.ndarray) -> np.ndarray:
    """Documentation and cases as one source: the mean of their ratios, each with its weight.

    A documented match stays a match, however seldom the cases show it.
    """
    share = share_of_cases(patients)
    together = np.log(share * np.exp(in_cases) + (1.0 - share) * np.exp(documented))
    return np.asarray(np.where(documented >= 0, np.maximum(together, 0.0), together))


def excluded(frequency: np.ndarray) -> np.ndarray:
    """A finding the patient does not have and the disease documents. Never positive."""
    return np.log1p(-EXCLUSION_WEIGHT * frequency.astype(np.float64))


def bounded_together(total: np.ndarray) -> np.ndarray:
    """The factor that keeps the exclusions of one patient within their bound, per disease."""
    factor: np.ndarray = EXCLUSIONS_MOST / np.maximum(-total, EXCLUSIONS_MOST)
    return factor


def opposite(frequency: np.ndarray) -> np.ndarray:
    """A finding whose opposite the disease documents. Never positive, never above unexplained."""
    return UNEXPLAINED + np.log1p(-OPPOSITE_WEIGHT * frequency.astype(np.float64))


def documented_absent(patients: np.ndarray) -> np.ndarray:
    """A finding that none of `patients` had (0/m); a plain NOT row carries -1 and says the most.

    One pseudo-patient at the background frequency b makes 0/m a rate of b / (m + 1), so the ratio
    to the background is 1 / (m + 1).
    """
    counted = -np.log1p(np.maximum(patients, 0).astype(np.float64))
    value = np.where(patients < 0, MOST_AGAINST, np.maximum(counted, MOST_AGAINST))
    return np.minimum(value, UNEXPLAINED)


def onset_gap(low: np.ndarray, high: np.ndarray, first: float, last: float) -> np.ndarray:
    """Doublings of age between a documented window low..high and the patient's first..last; 0 if they meet."""
    early = _doublings(low) - _doublings(np.array(last))
    late = _doublings(np.array(first)) - _doublings(high)
    gap: np.ndarray = np.nan_to_num(np.maximum(np.maximum(early, late), 0.0), nan=0.0)
    return gap


def onset_mismatch(gap: np.ndarray, most: float) -> np.ndarray:
    """Never positive, never beyond `most`."""
    return -np.minimum(ONSET_SLOPE * gap, most)


def _doublings(years: np.ndarray) -> np.ndarray:
    # Months from conception (9.2 before birth), so that the first year of life is as wide as later decades.
    months = np.maximum(np.asarray(years, dtype=np.float64) * 12.0 + 9.2, 1.0)
    value: np.ndarray = np.log2(months)
    return value
