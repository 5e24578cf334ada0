"""What two sets of findings share, finding by finding, and where they disagree.

Presence passes to ancestors and absence to descendants. Opposites (a small and a large head) are
related in the graph and are never called shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from retrieval.cases.bank import CaseBank
    from retrieval.ontology.graph import Ontology

# Two findings are related if what they share holds at least this share of their own information.
# Lin, An information-theoretic definition of similarity, ICML 1998.
RELATED = 0.5


class SharedKind(StrEnum):
    """How the finding of the case stands to the patient's."""

    EXACT = "exact"
    NARROWER = "narrower"  # the case's is more specific
    BROADER = "broader"  # the case's is more general
    RELATED = "related"  # both are kinds of one thing that is telling


class ConflictKind(StrEnum):
    EXCLUDED_IN_CASE = "excluded_in_case"  # the patient has it
    EXCLUDED_IN_PATIENT = "excluded_in_patient"  # the case had it
    OPPOSITE = "opposite"  # both have a finding, and each says the opposite of the other


@dataclass(frozen=True, slots=True)
class Shared:
    patient: str
    case: str
    kind: SharedKind
    through: str  # the term at which both meet; one of the two unless they are only related


@dataclass(frozen=True, slots=True)
class Conflict:
    patient: str
    case: str
    kind: ConflictKind


class Comparison(NamedTuple):
    shared: tuple[Shared, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    conflicting: tuple[Conflict, ...]


def compare(
    bank: CaseBank, present: Sequence[int], excluded: Sequence[int], positions: Sequence[int]
) -> tuple[Comparison, ...]:
    """The patient beside each of these cases; findings are indices of the bank's ontology."""
    cases = [(bank.present(i), bank.excluded(i)) for i in positions]
    if not cases or not present:
        return ()
    patient = _Patient(bank, present, excluded, np.unique(np.concatenate([shown for shown, _ in cases])))
    return tuple(patient.beside(shown, absent) for shown, absent in cases)


_NONE = 9.0  # where no kind applies; kinds are 0, 1, 2, 3
_KINDS = tuple(SharedKind)


class _Patient:
    """One patient, ready to be compared with cases whose present findings are among `terms` (ascending)."""

    def __init__(self, bank: CaseBank, present: Sequence[int], excluded: Sequence[int], terms: np.ndarray) -> None:
        self._ids = bank.ontology.ids
        self._present = list(present)
        self._terms = terms
        self._opposites = {term: bank.opposites[term] for term in present if term in bank.opposites}
        self._meeting, self._rank = self._ranked(bank.ontology)
        self._known: np.ndarray = np.any(self._rank < _KINDS.index(SharedKind.RELATED), axis=0)
        self._above = _by_ancestor(bank.ontology, present)
        below = {term: set(bank.ontology.descendants(term).tolist()) for term in excluded}
        self._denied = {int(other): [t for t in excluded if int(other) in below[t]] for other in terms}

    def beside(self, shown: np.ndarray, absent: np.ndarray) -> Comparison:
        columns = np.searchsorted(self._terms, shown)
        ranks = self._rank[:, columns]
        best = ranks.argmin(axis=1).tolist()
        shared, missing, used = [], [], set()
        for row, (term, at) in enumerate(zip(self._present, best, strict=True)):
            if ranks[row, at] >= _NONE:
                missing.append(self._ids[term])
                continue
            other, column = int(shown[at]), int(columns[at])
            through = self._ids[int(self._meeting[row, column])]
            shared.append(Shared(self._ids[term], self._ids[other], _KINDS[int(ranks[row, at])], through))
            used.add(other)
        extra = [
            self._ids[other]
            for other, known in zip(shown.tolist(), self._known[columns].tolist(), strict=True)
            if not known and other not in used
        ]
        return Comparison(tuple(shared), tuple(missing), tuple(extra), self._conflicts(shown.tolist(), absent.tolist()))

    def _ranked(self, ontology: Ontology) -> tuple[np.ndarray, np.ndarray]:
        """Per pair the term at which both meet, and a rank: the kind, and after the point what parts them."""
        meeting, likeness, narrower, broader = _pairs(ontology, self._present, self._terms)
        rows, columns = np.array(self._present)[:, None], self._terms[None, :]
        related = likeness >= RELATED
        for row, term in enumerate(self._present):
            related[row, np.isin(self._terms, list(self._opposites.get(term, ())))] = False
        kinds = [rows == columns, narrower, broader, related]
        kind = np.select(kinds, [0.0, 1.0, 2.0, 3.0], _NONE)
        through = np.select(kinds[:3], [rows, rows, columns], meeting)
        return through, kind + (1.0 - likeness) / 2

    def _conflicts(self, shown: list[int], absent: list[int]) -> tuple[Conflict, ...]:
        """In order of kind, of the patient's finding and of the case's."""
        found = [(0, term, other) for other in absent for term in self._above.get(other, ())]
        found += [(1, term, other) for other in shown for term in self._denied[other]]
        found += [(2, term, other) for term, others in self._opposites.items() for other in others.intersection(shown)]
        kinds = tuple(ConflictKind)
        return tuple(Conflict(self._ids[term], self._ids[other], kinds[kind]) for kind, term, other in sorted(found))


def _by_ancestor(ontology: Ontology, terms: Sequence[int]) -> dict[int, list[int]]:
    """Per term at or above one of these, which of these."""
    found: dict[int, list[int]] = {}
    for term in terms:
        for above in ontology.ancestors(term).tolist():
            found.setdefault(above, []).append(term)
    return found


def _pairs(
    ontology: Ontology, rows: Sequence[int], columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Per pair: most telling common ancestor; Lin's likeness (0..1); column below row; column above row."""
    content = ontology.information_content.astype(np.float64)
    is_above = np.zeros((len(rows), ontology.size), dtype=np.bool_)
    for row, term in enumerate(rows):
        is_above[row, ontology.ancestors(term)] = True
    lists = [ontology.ancestors(term) for term in columns.tolist()]
    width = np.array([len(one) for one in lists])
    above, starts = np.concatenate(lists), np.cumsum(width) - width
    telling = np.where(is_above[:, above], content[above], -1.0)  # -1 is no common ancestor
    best = np.maximum.reduceat(telling, starts, axis=1)
    # Of equally telling ancestors the one of lowest index, so that the answer never depends on the order.
    is_best = telling == np.repeat(best, width, axis=1)
    meeting = np.minimum.reduceat(np.where(is_best, above, ontology.size), starts, axis=1)
    narrower = np.logical_or.reduceat(above == np.array(rows)[:, None], starts, axis=1)
    own = content[list(rows)][:, None] + content[columns][None, :]
    likeness = np.minimum(2 * np.maximum(best, 0.0) / np.maximum(own, 1e-12), 1.0)
    return meeting, likeness, narrower, is_above[:, columns]
