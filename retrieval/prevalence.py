"""Orphanet's epidemiology as one number a disease: the share of people who have it, from the class it is given.

Point prevalence is what a prior asks for. Where Orphanet states none, prevalence at birth stands in, then
lifetime prevalence, then annual incidence: other measures, of which the number keeps the name, and never
averaged with point prevalence. Worldwide figures come before Europe's, Europe's before a country's.
Numbers of cases or families carry no class and say nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.vocabularies import PrevalenceClaim

# Orphanet's classes, each with the geometric middle of its bounds: what matters is the order of magnitude.
# The lowest class reaches down to about one in ten million, the highest up to the bound of a rare disease's
# order (Orphanet, Procedure on epidemiology of rare diseases).
CLASS_SHARES = {
    "<1 / 1 000 000": 3.2e-7,
    "1-9 / 1 000 000": 3.2e-6,
    "1-9 / 100 000": 3.2e-5,
    "1-5 / 10 000": 2.4e-4,
    "6-9 / 10 000": 7.7e-4,
    ">1 / 1000": 2e-3,
}
UNSTATED = frozenset({"Unknown", "no data", "Not yet documented"})
BASES = ("", "Point prevalence", "Prevalence at birth", "Lifetime Prevalence", "Annual incidence")  # best first
NO_BASIS = 0
_PLACES = ("Worldwide", "Europe")


def share(claims: Iterable[PrevalenceClaim]) -> tuple[float, int]:
    """(share of people, position of its measure in BASES); (NaN, 0) where no class is stated."""
    stated = [claim for claim in claims if claim.of_class in CLASS_SHARES and claim.type in BASES]
    for basis, name in enumerate(BASES):
        if here := [claim for claim in stated if claim.type == name]:
            nearest = min(_remoteness(claim) for claim in here)
            shares = sorted(CLASS_SHARES[claim.of_class] for claim in here if _remoteness(claim) == nearest)
            return shares[(len(shares) - 1) // 2], basis  # the lower middle where several are stated
    return float("nan"), NO_BASIS


def _remoteness(claim: PrevalenceClaim) -> int:
    return _PLACES.index(claim.place) if claim.place in _PLACES else len(_PLACES)
