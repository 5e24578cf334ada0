"""Two terms that look at a patient's findings as a whole, where the likelihood adds them one by one.

* the nearest published case of each disease: how much one patient resembles another;
* the profile: how much of all that is known of a disease, and how little else, the patient shows.

Both look at findings with everything above them, run from 0 to 1, and are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retrieval.cases.index import closure_of
from retrieval.cases.match import similarities
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

    def __call__(self, terms: np.ndarray, hidden: np.ndarray | None = None) -> Nearest:
        """`hidden` masks cases of the bank that may not be seen."""
        if not len(self._starts):
            nothing = np.zeros(0, dtype=np.int64)
            return Nearest(nothing, np.zeros(0), nothing)
        found = similarities(self._bank, terms)[self._order].astype(np.float64)
        if hidden is not None:
            found[hidden[self._order]] = -1.0
        best = np.maximum.reduceat(found, self._starts)
        at = np.flatnonzero(found == best[self._group])  # of equal ones the first, which has the lowest id
        first = at[np.searchsorted(self._group[at], np.arange(len(self._starts)))]
        seen = best >= 0
        return Nearest(self._position[seen], best[seen], self._order[first[seen]])


class ProfileFit:
    """The cosine between a patient's findings and all that is known of every disease of one table.

    A finding counts by the square root of its frequency times its information content. Documented
    frequencies and those of published cases are one mean, weighed as in the likelihood.
    """

    def __init__(self, ontology: Ontology, documented: Documented, observed: Observed | None = None) -> None:
        self._ontology, self._size = ontology, documented.size
        content = np.asarray(ontology.information_content, dtype=np.float64)
        self._squared = content * content
        term, position, frequency = _known(documented, observed)
        keep = self._squared[term] > 0
        term, self._position, frequency = term[keep], position[keep], frequency[keep]
        self._ptr = np.searchsorted(term, np.arange(ontology.size + 1))
        self._product = np.sqrt(frequency) * self._squared[term]
        length = np.bincount(self._position, frequency * self._squared[term], self._size).astype(np.float64)
        self._inverse = np.divide(1.0, np.sqrt(length), out=np.zeros_like(length), where=length > 0)

    def __call__(self, terms: np.ndarray) -> np.ndarray:
        """Per position 0..1; `terms` are the present findings."""
        closure = closure_of(self._ontology, np.asarray(terms, dtype=np.int32))
        own = float(self._squared[closure].sum())
        total = np.zeros(self._size)
        for term in closure.tolist() if own > 0 else ():
            mine = slice(self._ptr[term], self._ptr[term + 1])
            total[self._position[mine]] += self._product[mine]
        found: np.ndarray = total * self._inverse / np.sqrt(own or 1.0)
        return found


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
