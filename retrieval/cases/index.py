"""Which cases show a term or anything below it, laid out for summing weights over one patient's terms.

Seldom seen terms have a list of cases each. In a large bank the few terms that every fourth case
shows would make most of the work: they are kept as bits, sixteen terms to a number, and one table
of 65,536 sums answers for all sixteen at once. Both ways add whole numbers, so the result is exact.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from retrieval import csr
from retrieval.ontology.graph import Ontology
from retrieval.strings import Arrays

GROUP = 16  # terms whose presence one uint16 holds
GROUPS = 6  # at most: each costs a pass over the bank
COMMON = 1 / 24  # of the cases; a term seen more often is kept as a bit
LARGE = 20_000  # cases; below it lists alone are faster
_CHUNK = 20_000  # cases expanded at a time


class ClosureIndex:
    """Over the cases of a bank, by position."""

    def __init__(self, arrays: Arrays) -> None:
        self.weight: np.ndarray = arrays["weight"]  # int32 per term of the ontology
        self.norm: np.ndarray = arrays["norm"]  # int32 per case: the weights of its closure together
        self._ptr = arrays["posting_ptr"]
        self._posting = arrays["posting"]
        self._bits = arrays["common_bits"]  # uint16, group x case
        self._place = {term: divmod(k, GROUP) for k, term in enumerate(arrays["common"].tolist())}

    def sums(self, closure: np.ndarray) -> np.ndarray:
        """Per case the weights of the terms it shares with the closure together (int32)."""
        total = np.zeros(len(self.norm), dtype=np.int32)
        tables: dict[int, list[tuple[int, int]]] = {}
        weight, ptr = self.weight, self._ptr
        for term in closure.tolist():
            place = self._place.get(term)
            if place:
                tables.setdefault(place[0], []).append((place[1], int(weight[term])))
            else:
                np.add.at(total, self._posting[ptr[term] : ptr[term + 1]], weight[term])
        for group, members in tables.items():
            total += _table(members).take(self._bits[group])
        return total


def build(ontology: Ontology, ptr: np.ndarray, terms: np.ndarray, weight: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of an index of the cases `terms[ptr[i]:ptr[i + 1]]` (findings present), with these weights."""
    size = len(ptr) - 1
    norm = np.zeros(size, dtype=np.int32)
    cases, shown = [], []
    narrow = np.uint16 if ontology.size < 2**16 else np.int32  # numbers of 16 bits are sorted far faster
    for first, case, term in _closures(ontology, ptr, terms, weight):
        count = min(_CHUNK, size - first)
        norm[first : first + count] = np.bincount(case, weights=weight[term], minlength=count).astype(np.int32)
        cases.append((case + first).astype(np.int32))
        shown.append(term.astype(narrow))
    case_of = np.concatenate([np.zeros(0, dtype=np.int32), *cases])
    term_of = np.concatenate([np.zeros(0, dtype=narrow), *shown])
    all_ptr, order = csr.group(term_of, ontology.size)
    grouped = case_of[order]
    seen = np.diff(all_ptr)
    common = _common(seen, size)
    bits = np.zeros((-(-len(common) // GROUP), size), dtype=np.uint16)
    for k, term in enumerate(common.tolist()):
        bits[k // GROUP, csr.row(all_ptr, grouped, term)] |= np.uint16(1 << k % GROUP)
    listed = np.ones(ontology.size, dtype=np.bool_)
    listed[common] = False
    return {
        "weight": weight,
        "norm": norm,
        "posting_ptr": np.concatenate([[0], np.cumsum(np.where(listed, seen, 0))]).astype(np.int32),
        "posting": grouped[np.repeat(listed, seen)],
        "common": common,
        "common_bits": bits,
    }


def closure_of(ontology: Ontology, terms: np.ndarray) -> np.ndarray:
    """The terms and everything above them, each once, in ascending order."""
    if len(terms) == 0:
        return np.zeros(0, dtype=np.int32)
    return csr.distinct(np.concatenate([ontology.ancestors(term) for term in set(terms.tolist())]))


def _closures(
    ontology: Ontology, ptr: np.ndarray, terms: np.ndarray, weight: np.ndarray
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """(first case, case - first, term): every case with every weighty term that it shows, a chunk at a time."""
    above_ptr, above = ontology.closure()
    lengths = np.diff(above_ptr)
    for first in range(0, len(ptr) - 1, _CHUNK):
        last = min(first + _CHUNK, len(ptr) - 1)
        asserted = terms[ptr[first] : ptr[last]]
        case = np.repeat(np.arange(last - first, dtype=np.int64), np.diff(ptr[first : last + 1]))
        count = lengths[asserted]
        within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        reached = above[np.repeat(above_ptr[asserted], count) + within].astype(np.int64)
        weighty = weight[reached] > 0
        pairs = csr.distinct((np.repeat(case, count) * ontology.size + reached)[weighty])
        yield first, pairs // ontology.size, pairs % ontology.size


def _common(seen: np.ndarray, size: int) -> np.ndarray:
    """The most frequent terms, most frequent first."""
    if size < LARGE:
        return np.zeros(0, dtype=np.int32)
    order = np.argsort(-seen, kind="stable")[: GROUP * GROUPS]
    return order[seen[order] > size * COMMON].astype(np.int32)


def _table(members: list[tuple[int, int]]) -> np.ndarray:
    """For each pattern of sixteen bits the sum of the weights whose bit is set."""
    table = np.zeros(1, dtype=np.int32)
    weight = dict(members)
    for bit in range(GROUP):
        table = np.concatenate([table, table + np.int32(weight.get(bit, 0))])
    return table
