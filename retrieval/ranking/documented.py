"""Which disease documents which finding, how often, and which row says so.

Presence passes to ancestors: a disease that documents focal seizures documents seizures. For
every disease and every term at or above a documented one, the table keeps the highest documented
frequency and the pooled row it came from, so that every number can be traced to a source. Rows
that document absence are kept apart and never become a frequency.

Rows of one sex are included. When the patient's sex is known, `for_sex` reads the same table so
that a row which applies to the patient stands before one of the other sex.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retrieval import csr
from retrieval.pooling import UNKNOWN_POINT

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology
    from retrieval.pooling import Pooled

# Assumed where a source lists a finding without a frequency and nothing else is known of it. It is
# the mean of what the release states elsewhere, and agrees with what published patients show.
UNKNOWN_FREQUENCY = UNKNOWN_POINT


_ARRAYS = (
    *("disease", "entry_ptr", "entry_position", "entry_frequency", "entry_row"),
    *("absent_ptr", "absent_position", "absent_row"),
)


class Entries(NamedTuple):
    """The diseases that document one term, by ascending position."""

    position: np.ndarray  # int32: which of the diseases the table was built for
    frequency: np.ndarray  # float32, 0..1
    row: np.ndarray  # int32: the pooled row that states it


class Documented:
    """Documented findings of some diseases, read by term; positions count those diseases."""

    def __init__(self, arrays: Mapping[str, np.ndarray], pooled: Pooled) -> None:
        """`arrays` as `build` makes them; others among them are left alone."""
        self.arrays = {name: arrays[name] for name in _ARRAYS}
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

    def rows(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The pooled rows of these diseases, present and absent ones, each with its place in `positions`."""
        return _rows_of(self.pooled, self.diseases[positions])

    def every(self) -> tuple[np.ndarray, Entries]:
        """All entries at once, with the term of each."""
        term = np.repeat(np.arange(len(self._ptr) - 1), np.diff(self._ptr))
        return term, Entries(self._position, self._frequency, self._row)

    def of_other_sex(self, row: np.ndarray) -> np.ndarray:
        """Which of the rows do not apply to the patient; none while the sex is not known."""
        return np.zeros(len(row), dtype=np.bool_)

    def several(self, terms: np.ndarray) -> tuple[np.ndarray, Entries]:
        """The entries of these terms, one term after the other, each with its place in `terms`."""
        at, which = _listed(self._ptr, terms)
        return which, Entries(self._position[at], self._frequency[at], self._row[at])

    def absent(self, terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(positions, rows) of diseases that document one of these very terms as absent, term after term."""
        position, row = csr.joined(self._absent_ptr, terms, self._absent_position, self._absent_row)
        return position, row

    @staticmethod
    def build(ontology: Ontology, pooled: Pooled, diseases: np.ndarray) -> dict[str, np.ndarray]:
        """The arrays for the diseases named by their index in `pooled.ptr`, in that order."""
        rows, position = _rows_of(pooled, diseases)
        negative = np.asarray(pooled.negative)[rows].astype(bool)
        arrays = {"disease": np.asarray(diseases, dtype=np.int32)}
        arrays |= _present(ontology, pooled, rows[~negative], position[~negative])
        arrays |= _absent(ontology, pooled, rows[negative], position[negative])
        return arrays


class DocumentedForSex(Documented):
    """The same table for a patient of one sex.

    A disease that documents a finding in men and in women is read by the row of the patient's sex.
    One that documents it in the other sex alone keeps that row, and `of_other_sex` tells them apart.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], pooled: Pooled, sex: int) -> None:
        super().__init__(arrays, pooled)
        self._of_other_sex = other_sex(pooled, np.arange(len(pooled.sex)), sex)

    def of_other_sex(self, row: np.ndarray) -> np.ndarray:
        found: np.ndarray = self._of_other_sex[row]
        return found


def for_sex(ontology: Ontology, documented: Documented, sex: int) -> Documented:
    """The documented findings as a patient of this sex (1 female, 2 male) reads them."""
    pooled = documented.pooled
    rows, position = _rows_of(pooled, documented.diseases)
    other = other_sex(pooled, rows, sex)
    if not other.any():
        return documented
    concerned = np.isin(position, position[other])
    keep = concerned & ~other & ~np.asarray(pooled.negative)[rows].astype(bool)
    own = Documented(documented.arrays | _present(ontology, pooled, rows[keep], position[keep]), pooled)
    arrays = documented.arrays | _instead(documented, own, sex) | _absent_in(documented, sex)
    return DocumentedForSex(arrays, pooled, sex)


def _instead(every: Documented, own: Documented, sex: int) -> dict[str, np.ndarray]:
    """Where a row of the other sex stands for a finding, that of the patient's sex, if there is one."""
    term, entries = every.every()
    own_term, own_entries = own.every()
    other = np.flatnonzero(other_sex(every.pooled, entries.row, sex))
    key = term[other] * every.size + entries.position[other]
    own_key = own_term * every.size + own_entries.position
    place = np.searchsorted(own_key, key)
    there = np.append(own_key, -1)[place] == key
    at, place = other[there], place[there]
    frequency, row = entries.frequency.copy(), entries.row.copy()
    frequency[at], row[at] = own_entries.frequency[place], own_entries.row[place]
    return {"entry_frequency": frequency, "entry_row": row}


def _absent_in(every: Documented, sex: int) -> dict[str, np.ndarray]:
    """An absence documented in the other sex alone says nothing of this patient."""
    ptr, position, row = (every.arrays[f"absent_{name}"] for name in ("ptr", "position", "row"))
    applies = ~other_sex(every.pooled, row, sex)
    before = np.r_[0, np.cumsum(applies)].astype(np.int32)
    return {"absent_ptr": before[ptr], "absent_position": position[applies], "absent_row": row[applies]}


def other_sex(pooled: Pooled, rows: np.ndarray, sex: int) -> np.ndarray:
    """Which of the rows apply to the other sex only; none when the patient's sex is not known (0)."""
    of = np.asarray(pooled.sex)[rows]
    found: np.ndarray = (of != 0) & (of != sex) & (sex != 0)
    return found


def effective_frequency(pooled: Pooled, rows: np.ndarray) -> np.ndarray:
    """The point the arithmetic uses: what the source states, or the assumption where it states nothing."""
    stated = np.asarray(pooled.frequency)[rows]
    return np.where(np.isnan(stated), np.float32(UNKNOWN_FREQUENCY), stated).astype(np.float32)


def _rows_of(pooled: Pooled, diseases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return _listed(pooled.ptr, diseases)


def _listed(ptr: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the entries of the chosen rows stand, one row after the other, and to which of the chosen each belongs."""
    ptr = np.asarray(ptr)
    return csr.rows(ptr, chosen), np.repeat(np.arange(len(chosen)), ptr[chosen + 1] - ptr[chosen])


def _present(ontology: Ontology, pooled: Pooled, rows: np.ndarray, position: np.ndarray) -> dict[str, np.ndarray]:
    frequency = effective_frequency(pooled, rows)
    documented = np.asarray(pooled.term)[rows]
    above = [ontology.ancestors(int(term)) for term in documented]
    lengths = np.array([len(terms) for terms in above], dtype=np.int64)
    term = np.concatenate(above).astype(np.int64) if above else np.zeros(0, dtype=np.int64)
    own = np.repeat(documented, lengths) == term
    position, row = np.repeat(position, lengths), np.repeat(rows, lengths)
    frequency = np.repeat(frequency, lengths)
    keep = np.asarray(ontology.findings)[term]
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
