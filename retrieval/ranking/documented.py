"""Which disease documents which finding, how often, and which row says so.

Presence passes to ancestors: a disease that documents focal seizures documents seizures. For
every disease and every term at or above a documented one, the table keeps the highest documented
frequency and the pooled row it came from, so that every number can be traced to a source. Rows
that document absence are kept apart and never become a frequency.

Rows of one sex are included; what they mean for a patient of the other sex is decided when the
patient is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retrieval.pooling import UNKNOWN_POINT

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology
    from retrieval.pooling import Pooled

# Assumed where a source lists a finding without a frequency and nothing else is known of it. It is
# the mean of what the release states elsewhere, and agrees with what published patients show.
UNKNOWN_FREQUENCY = UNKNOWN_POINT


class Entries(NamedTuple):
    """The diseases that document one term, by ascending position."""

    position: np.ndarray  # int32: which of the diseases the table was built for
    frequency: np.ndarray  # float32, 0..1
    row: np.ndarray  # int32: the pooled row that states it


class Documented:
    """Documented findings of some diseases, read by term; positions count those diseases."""

    def __init__(self, arrays: Mapping[str, np.ndarray], pooled: Pooled) -> None:
        self.pooled = pooled
        self.diseases: np.ndarray = arrays["disease"]  # position -> index in the disease table
        self.size = len(self.diseases)
        self._ptr = arrays["entry_ptr"]
        self._position = arrays["entry_position"]
        self._frequency = arrays["entry_frequency"]
        self._row = arrays["entry_row"]
        self._absent_ptr = arrays["absent_ptr"]
        self._absent_position = arrays["absent_position"]
        self._absent_row = arrays["absent_row"]

    def entries(self, term: int) -> Entries:
        """Diseases that document the term or a narrower one."""
        start, end = int(self._ptr[term]), int(self._ptr[term + 1])
        return Entries(self._position[start:end], self._frequency[start:end], self._row[start:end])

    def absent(self, term: int) -> tuple[np.ndarray, np.ndarray]:
        """(positions, rows) of diseases that document this very term as absent."""
        start, end = int(self._absent_ptr[term]), int(self._absent_ptr[term + 1])
        return self._absent_position[start:end], self._absent_row[start:end]

    @staticmethod
    def build(ontology: Ontology, pooled: Pooled, diseases: np.ndarray) -> dict[str, np.ndarray]:
        """The arrays for the diseases named by their index in `pooled.ptr`, in that order."""
        rows, position = _rows_of(pooled, diseases)
        negative = np.asarray(pooled.negative)[rows].astype(bool)
        arrays = {"disease": np.asarray(diseases, dtype=np.int32)}
        arrays |= _present(ontology, pooled, rows[~negative], position[~negative])
        arrays |= _absent(ontology, pooled, rows[negative], position[negative])
        return arrays


def effective_frequency(pooled: Pooled, rows: np.ndarray) -> np.ndarray:
    """The point the arithmetic uses: what the source states, or the assumption where it states nothing."""
    stated = np.asarray(pooled.frequency)[rows]
    return np.where(np.isnan(stated), np.float32(UNKNOWN_FREQUENCY), stated).astype(np.float32)


def _rows_of(pooled: Pooled, diseases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ptr = np.asarray(pooled.ptr, dtype=np.int64)
    wanted = np.asarray(diseases, dtype=np.int64)
    counts = ptr[wanted + 1] - ptr[wanted]
    rows = _ranges(ptr[wanted], counts)
    return rows, np.repeat(np.arange(len(wanted)), counts)


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """start, start + 1, ... for every pair, one after the other."""
    before = np.cumsum(counts) - counts
    positions: np.ndarray = np.arange(int(counts.sum())) - np.repeat(before, counts) + np.repeat(starts, counts)
    return positions


def _present(ontology: Ontology, pooled: Pooled, rows: np.ndarray, position: np.ndarray) -> dict[str, np.ndarray]:
    frequency = effective_frequency(pooled, rows)
    documented = np.asarray(pooled.term)[rows]
    above = [ontology.ancestors(int(term)) for term in documented]
    lengths = np.array([len(terms) for terms in above], dtype=np.int64)
    term = np.concatenate(above).astype(np.int64) if above else np.zeros(0, dtype=np.int64)
    own = np.repeat(documented, lengths) == term
    position, row = np.repeat(position, lengths), np.repeat(rows, lengths)
    frequency = np.repeat(frequency, lengths)
    keep = np.isin(term, np.flatnonzero(_findings(ontology)))
    term, own, position, row, frequency = term[keep], own[keep], position[keep], row[keep], frequency[keep]
    # By term, then disease; within both the highest frequency first, then the term's own row, then the row's order.
    order = np.lexsort((row, ~own, -frequency, position, term))
    key = term[order] * np.int64(max(position.max(initial=0) + 1, 1)) + position[order]
    first = order[np.r_[True, key[1:] != key[:-1]]] if len(key) else order
    return {
        "entry_ptr": _pointers(term[first], ontology.size),
        "entry_position": position[first].astype(np.int32),
        "entry_frequency": frequency[first],
        "entry_row": row[first].astype(np.int32),
    }


def _absent(ontology: Ontology, pooled: Pooled, rows: np.ndarray, position: np.ndarray) -> dict[str, np.ndarray]:
    term = np.asarray(pooled.term)[rows]
    order = np.lexsort((rows, position, term))
    return {
        "absent_ptr": _pointers(term[order], ontology.size),
        "absent_position": position[order].astype(np.int32),
        "absent_row": rows[order].astype(np.int32),
    }


def _pointers(sorted_keys: np.ndarray, size: int) -> np.ndarray:
    return np.searchsorted(sorted_keys, np.arange(size + 1)).astype(np.int32)


def _findings(ontology: Ontology) -> np.ndarray:
    return np.array([ontology.is_finding(i) for i in range(ontology.size)], dtype=bool)
