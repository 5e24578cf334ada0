"""Lists of different lengths in two arrays: row i is `data[ptr[i]:ptr[i + 1]]`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np


def pack(rows: Iterable[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """The rows as (ptr, data), in the order given."""
    lists = list(rows)
    ptr = np.zeros(len(lists) + 1, dtype=np.int32)
    np.cumsum([len(row) for row in lists], out=ptr[1:])
    data = np.fromiter((value for row in lists for value in row), dtype=np.int32, count=int(ptr[-1]))
    return ptr, data


def group(keys: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """(ptr, order): the positions of `keys`, grouped by key 0..size-1, in their own order within a group."""
    order = np.argsort(keys, kind="stable").astype(np.int32)
    ptr = np.zeros(size + 1, dtype=np.int32)
    np.cumsum(np.bincount(keys, minlength=size), out=ptr[1:])
    return ptr, order


def distinct(values: np.ndarray) -> np.ndarray:
    """Each value once, ascending. (`numpy.unique` hashes whole numbers: a hundred times as long for millions.)"""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def row(ptr: np.ndarray, data: np.ndarray, i: int) -> np.ndarray:
    found: np.ndarray = data[ptr[i] : ptr[i + 1]]
    return found


def rows(ptr: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Where the entries of the chosen rows stand, one row after the other."""
    starts = np.asarray(ptr)[chosen].astype(np.int64)
    counts = np.asarray(ptr)[chosen + 1].astype(np.int64) - starts
    before = np.cumsum(counts) - counts
    found: np.ndarray = np.arange(int(counts.sum())) - np.repeat(before - starts, counts)
    return found


def joined(ptr: np.ndarray, chosen: np.ndarray, *data: np.ndarray) -> tuple[np.ndarray, ...]:
    """The entries of the chosen rows, one row after the other. Faster than by `rows` where rows are long."""
    ends = list(zip(np.asarray(ptr)[chosen].tolist(), np.asarray(ptr)[chosen + 1].tolist(), strict=True))
    return tuple(np.concatenate([one[:0], *(one[start:end] for start, end in ends)]) for one in data)
