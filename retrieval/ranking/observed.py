"""How many of a disease's published cases show each finding: a second source beside the annotations.

Presence passes to ancestors, as in `documented`. A finding that a case does not mention is counted
as not shown: authors list what they saw. So what cases say is weighed against what is documented
by how many cases there are (`likelihood.with_cases`), and never replaces it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from retrieval import csr
from retrieval.ranking import likelihood

if TYPE_CHECKING:
    from retrieval.cases.bank import CaseBank
    from retrieval.diseases import DiseaseTable
    from retrieval.ontology.graph import Ontology


class CaseDiagnoses:
    """Which case of a bank has which ranked disease; cases of other diseases are nobody's."""

    def __init__(self, bank: CaseBank, diseases: DiseaseTable, ranked: np.ndarray) -> None:
        place = np.full(diseases.size, -1, dtype=np.int64)
        place[np.asarray(ranked)] = np.arange(len(ranked))
        of_id = np.array(
            [-1 if (i := diseases.index(name)) is None else place[i] for name in bank.diseases], dtype=np.int64
        )
        ptr, codes = bank.all_diagnoses()
        self.position = np.full(bank.size, -1, dtype=np.int64)  # per case, of its disease in the ranked list
        for case, (start, end) in enumerate(zip(ptr[:-1].tolist(), ptr[1:].tolist(), strict=True)):
            known = [at for at in of_id[codes[start:end]].tolist() if at >= 0]
            self.position[case] = known[0] if known else -1
        order = np.argsort(self.position, kind="stable")
        self._order = order[self.position[order] >= 0]
        self._sorted = self.position[self._order]

    def cases(self, position: int) -> np.ndarray:
        """The cases of one disease, ascending."""
        start, end = np.searchsorted(self._sorted, [position, position + 1])
        found: np.ndarray = self._order[start:end]
        return found

    def groups(self) -> dict[int, np.ndarray]:
        """The cases of every disease that has any, by its position."""
        order, starts, position = self.grouped()
        return dict(zip(position.tolist(), np.split(order, starts[1:]), strict=True)) if len(starts) else {}

    def grouped(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(cases in order of disease, where each disease begins, the diseases)."""
        first = np.r_[True, self._sorted[1:] != self._sorted[:-1]][: len(self._sorted)]
        starts = np.flatnonzero(first)
        return self._order, starts, self._sorted[starts]


class Observed:
    """Counts over the published cases of some diseases, read by term."""

    def __init__(
        self, position: np.ndarray, patients: np.ndarray, ptr: np.ndarray, at: np.ndarray, count: np.ndarray
    ) -> None:
        self.position = position  # of the diseases that have cases, ascending
        self.patients = patients  # float64, cases of each
        self._ptr, self._at, self._count = ptr, at, count

    @classmethod
    def of(
        cls, ontology: Ontology, bank: CaseBank, case_groups: Sequence[np.ndarray], position: np.ndarray
    ) -> Observed:
        """Counts the cases of each group; group k belongs to the disease at `position[k]`."""
        shown: list[np.ndarray] = []
        for cases in case_groups:
            closures = [_closure(ontology, bank.present(int(case))) for case in cases.tolist()]
            shown.append(np.concatenate([np.zeros(0, dtype=np.int64), *closures]))
        group = np.repeat(np.arange(len(shown)), [len(terms) for terms in shown])
        term = np.concatenate([np.zeros(0, dtype=np.int64), *shown])
        key = np.sort(term * max(len(shown), 1) + group)
        first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, dtype=np.int64)
        count = np.diff(np.r_[first, len(key)])
        pair = key[first]
        ptr = np.searchsorted(pair // max(len(shown), 1), np.arange(ontology.size + 1))
        patients = np.array([len(cases) for cases in case_groups], dtype=np.float64)
        return cls(np.asarray(position), patients, ptr, pair % max(len(shown), 1), count)

    def counts(self, term: int) -> np.ndarray:
        """Per disease with cases, how many of them show the finding or a narrower one."""
        found = np.zeros(len(self.position))
        start, end = int(self._ptr[term]), int(self._ptr[term + 1])
        found[self._at[start:end]] = self._count[start:end]
        return found

    def count(self, position: int, term: int) -> tuple[int, int] | None:
        """(with the finding, cases) of one disease; None where it has no cases."""
        return self.seen(np.array([position]), term)[0]

    def seen(self, positions: np.ndarray, term: int) -> list[tuple[int, int] | None]:
        """`count` of each of these diseases."""
        if not len(self.position):
            return [None] * len(positions)
        k = np.minimum(np.searchsorted(self.position, positions), len(self.position) - 1)
        has = (self.position[k] == positions).tolist()
        start, end = int(self._ptr[term]), int(self._ptr[term + 1])
        shown = np.zeros(len(k), dtype=np.int64)
        if end > start:
            place = np.minimum(start + np.searchsorted(self._at[start:end], k), end - 1)
            shown = np.where(self._at[place] == k, self._count[place], 0)
        patients = self.patients[k].astype(np.int64)
        return [
            pair if with_cases else None
            for pair, with_cases in zip(zip(shown.tolist(), patients.tolist(), strict=True), has, strict=True)
        ]

    def every(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(term, position, share of the cases) of every finding that a case shows."""
        term = np.repeat(np.arange(len(self._ptr) - 1), np.diff(self._ptr))
        return term, self.position[self._at], self._count / self.patients[self._at]

    def value(
        self, term: int, near: np.ndarray, background: np.ndarray, opposed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """What the cases alone say of a finding, per disease with cases, and the term at which they were compared.

        `near` are ancestors that link; they link nothing where the opposite is known (`opposed`).
        """
        at, frequency = self._shown(term)
        value = np.full(len(self.position), _nowhere())
        value[at] = likelihood.seen_in_cases(frequency, float(background[term]))
        through, may_link = np.full(len(value), term), ~opposed
        may_link[at] = True
        if len(near):  # a case that shows nothing of it is compared there too
            least = likelihood.THROUGH_ANCESTOR * _nowhere()
            better = may_link & (least > value)
            value[better], through[better] = least, near[0]
        for ancestor in near.tolist():
            at, frequency = self._shown(ancestor)
            linked = likelihood.THROUGH_ANCESTOR * likelihood.seen_in_cases(frequency, float(background[ancestor]))
            better = may_link[at] & (linked > value[at])
            at = at[better]
            value[at], through[at] = linked[better], ancestor
        return value, through

    def _shown(self, term: int) -> tuple[np.ndarray, np.ndarray]:
        """Which of the diseases with cases have one that shows the finding, and the share that does."""
        start, end = int(self._ptr[term]), int(self._ptr[term + 1])
        at = self._at[start:end]
        return at, self._count[start:end] / self.patients[at]


@cache
def _nowhere() -> float:
    """What a finding says that no case shows."""
    return float(likelihood.seen_in_cases(np.zeros(1), 1.0)[0])


def _closure(ontology: Ontology, terms: np.ndarray) -> np.ndarray:
    if not len(terms):
        return np.zeros(0, dtype=np.int64)
    above = csr.distinct(np.concatenate([ontology.ancestors(term) for term in terms.tolist()]))
    found: np.ndarray = above[np.asarray(ontology.findings)[above]].astype(np.int64)
    return found
