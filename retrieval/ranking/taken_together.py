"""Two terms that look at a patient's findings as a whole, where the likelihood adds them one by one.

* the nearest published case of each disease: how much one patient resembles another;
* the profile: how much of all that is known of a disease, and how little else, the patient shows.

Both look at findings with everything above them, run from 0 to 1, and are exact. Neither is ever lowered
by a finding that is known of the disease: what a disease explains is not held against it because one
published patient lacks it, or because it is rare there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retrieval import csr
from retrieval.cases.index import closure_of
from retrieval.ranking import likelihood

if TYPE_CHECKING:
    from retrieval.cases.bank import CaseBank
    from retrieval.ontology.graph import Ontology
    from retrieval.ranking.documented import Documented
    from retrieval.ranking.observed import Observed


@dataclass(frozen=True, slots=True)
class Nearest:
    """Per disease with a case that may be seen: where it stands, its nearest case, and how near that is."""

    position: np.ndarray
    similarity: np.ndarray  # float64
    case: np.ndarray  # position in the bank


class NearestCases:
    def __init__(self, bank: CaseBank, grouped: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
        """`grouped` as `CaseDiagnoses.grouped` gives it."""
        self._bank = bank
        self._order, self._starts, self._position = grouped
        self._group = np.repeat(np.arange(len(self._starts)), np.diff(np.r_[self._starts, len(self._order)]))

    @classmethod
    def nothing(cls, bank: CaseBank) -> NearestCases:
        none = np.zeros(0, dtype=np.int64)
        return cls(bank, (none, none, none))

    def __call__(self, terms: np.ndarray, known: np.ndarray, hidden: np.ndarray | None = None) -> Nearest:
        """`known`, per position, is what `ProfileFit` says of it; `hidden` masks cases that may not be seen.

        Similarity is what patient and case share, of that, half of what the case shows besides, and what the
        patient has that is not known of the disease at all.
        """
        if not len(self._starts):
            nothing = np.zeros(0, dtype=np.int64)
            return Nearest(nothing, np.zeros(0), nothing)
        index = self._bank.terms
        closure = closure_of(self._bank.ontology, np.asarray(terms, dtype=np.int32))
        own = int(index.weight[closure].sum(dtype=np.int64))
        shared = index.sums(closure)[self._order].astype(np.int64)
        # A case's own findings are known of its disease; only where its publications were left out is less known.
        unknown = own - np.maximum(known[self._position][self._group], shared)
        twice = index.norm[self._order].astype(np.int64) + shared + 2 * unknown
        found = np.divide(2.0 * shared, twice, out=np.zeros(len(shared)), where=twice > 0)
        if hidden is not None:
            found[hidden[self._order]] = -1.0
        best = np.maximum.reduceat(found, self._starts)
        at = np.flatnonzero(found == best[self._group])  # of equal ones the first, which has the lowest id
        first = at[np.searchsorted(self._group[at], np.arange(len(self._starts)))]
        seen = best >= 0
        return Nearest(self._position[seen], best[seen], self._order[first[seen]])


@dataclass(frozen=True, slots=True)
class Fit:
    """How one patient fits every disease of a table, by position."""

    profile: np.ndarray  # float64, 0..1
    known: (
        np.ndarray
    )  # int64: the weight of the patient's findings that are known of the disease; 0 where it has no case


class ProfileFit:
    """The cosine between a patient's findings and all that is known of every disease of one table.

    A finding counts by the square root of its frequency times its information content. Documented
    frequencies and those of published cases are one mean, weighed as in the likelihood. On the patient's
    side a finding that the disease shows in less than a quarter counts less (twice the square root of its
    frequency), which is just enough for it never to lower the fit.
    """

    def __init__(
        self, ontology: Ontology, documented: Documented, weight: np.ndarray, observed: Observed | None = None
    ) -> None:
        """`weight` is that of the comparison of cases: whole numbers, per term."""
        self._ontology, self._size = ontology, documented.size
        content = np.asarray(ontology.information_content, dtype=np.float64)
        self._squared = content * content
        term, position, frequency = _known(documented, observed)
        keep = self._squared[term] > 0
        term, self._position, frequency = term[keep], position[keep], frequency[keep]
        self._ptr = np.searchsorted(term, np.arange(ontology.size + 1))
        root = np.sqrt(frequency)
        self._product = root * self._squared[term]
        rare = np.flatnonzero(root < 0.5)
        self._rare_ptr = np.searchsorted(term[rare], np.arange(ontology.size + 1))
        self._rare, self._spared = self._position[rare], (1.0 - 2.0 * root[rare]) * self._squared[term[rare]]
        # What is known matters where there are cases to compare with: one disease in ten.
        here = np.flatnonzero(np.isin(self._position, observed.position)) if observed is not None else rare[:0]
        self._here_ptr, self._here = np.searchsorted(term[here], np.arange(ontology.size + 1)), self._position[here]
        self._here_weight = np.asarray(weight, dtype=np.float64)[term[here]]
        length = np.bincount(self._position, frequency * self._squared[term], self._size).astype(np.float64)
        self._inverse = np.divide(1.0, np.sqrt(length), out=np.zeros_like(length), where=length > 0)

    def __call__(self, terms: np.ndarray) -> Fit:
        """`terms` are the present findings."""
        closure = closure_of(self._ontology, np.asarray(terms, dtype=np.int32)).astype(np.int64)
        own = float(self._squared[closure].sum())
        total = self._sum(closure, self._ptr, self._position, self._product)
        mine = own - self._sum(closure, self._rare_ptr, self._rare, self._spared)
        # Sums of whole numbers below 2^31: exact in float64.
        known = self._sum(closure, self._here_ptr, self._here, self._here_weight).astype(np.int64)
        norm = np.sqrt(np.maximum(mine, 0.0))
        profile = np.divide(total * self._inverse, norm, out=np.zeros(self._size), where=norm > 0)
        return Fit(np.minimum(profile, 1.0), known)

    def _sum(self, terms: np.ndarray, ptr: np.ndarray, position: np.ndarray, value: np.ndarray) -> np.ndarray:
        """Per disease, the values that these terms have in it."""
        at, values = csr.joined(ptr, terms, position, value)
        return np.bincount(at, values, self._size)


def _known(documented: Documented, observed: Observed | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(term, position, frequency) of every finding of every disease, by term and then position."""
    term, entries = documented.every()
    position, frequency = entries.position.astype(np.int64), entries.frequency.astype(np.float64)
    if observed is None or not len(observed.position):
        return term, position, frequency
    share = np.zeros(documented.size)
    share[observed.position] = likelihood.share_of_cases(observed.patients)
    seen_term, seen_at, seen = observed.every()
    key = np.concatenate([term * documented.size + position, seen_term * documented.size + seen_at])
    part = np.concatenate([(1.0 - share[position]) * frequency, share[seen_at] * seen])
    order = np.argsort(key, kind="stable")
    key, part = key[order], part[order]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]][: len(key)])
    together = np.add.reduceat(part, first) if len(first) else part
    return key[first] // documented.size, key[first] % documented.size, together
