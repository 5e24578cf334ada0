"""The words of nearest vectors: what every index promises, and what all of them have in common.

All vectors have length one, so the inner product is the cosine. This module compares nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

NOTHING = -1  # the position that fills up a list shorter than asked for


class Kind(StrEnum):
    EXACT = "exact"
    FLAT = "flat"
    IVF = "ivf"
    HNSW = "hnsw"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For each question its nearest vectors, best first; rows that are too short end in NOTHING."""

    positions: np.ndarray  # int64[questions, limit]
    scores: np.ndarray  # float32[questions, limit]: cosine


class VectorIndex(Protocol):
    """Vectors that can be asked for the nearest to a question; safe to ask from several threads."""

    @property
    def kind(self) -> Kind: ...
    @property
    def size(self) -> int: ...
    @property
    def dimension(self) -> int: ...

    def search(self, questions: np.ndarray, limit: int, among: np.ndarray | None = None) -> Neighbours:
        """The nearest to each of float32[questions, dimension], at most `limit`.

        `among` bounds the answer to some vectors: bool[size], or their positions. Every answer lies
        in it. What an exact kind (`exact`, `flat`) finds in it is all that there is to find; the
        approximate ones are exact where it holds few vectors, and miss no more than without it
        where it holds many. ValueError: another number of columns, a mask of another length, a
        position that does not exist.
        """
        ...


def nothing(questions: int, limit: int) -> Neighbours:
    """An answer with no neighbour in it, to be filled in."""
    shape = (questions, max(0, limit))
    return Neighbours(np.full(shape, NOTHING, dtype=np.int64), np.full(shape, -np.inf, dtype=np.float32))


def ranked(positions: np.ndarray, scores: np.ndarray, limit: int) -> Neighbours:
    """What an engine found, as every index says it: best first, equals by position, then NOTHING."""
    found = positions != NOTHING
    worth = np.where(found, scores, np.float32("-inf")).astype(np.float32)
    last = np.where(found, positions, np.iinfo(np.int64).max)
    order = np.lexsort((last, -worth), axis=-1)
    answer = nothing(len(positions), limit)
    width = min(positions.shape[1], max(0, limit))
    answer.positions[:, :width] = np.take_along_axis(positions, order, axis=1)[:, :width]
    answer.scores[:, :width] = np.take_along_axis(worth, order, axis=1)[:, :width]
    return answer


def checked_vectors(vectors: np.ndarray) -> np.ndarray:
    if vectors.ndim != 2 or vectors.dtype != np.float32 or vectors.shape[1] == 0:
        raise ValueError("vectors are float32[n, dimension]")
    return vectors


def checked_questions(questions: np.ndarray, dimension: int) -> np.ndarray:
    if questions.ndim != 2 or questions.shape[1] != dimension:
        raise ValueError(f"questions have {dimension} columns")
    return np.ascontiguousarray(questions, dtype=np.float32)


def mask_of(among: np.ndarray | None, size: int) -> np.ndarray | None:
    """bool[size] of what may be answered; None where that is everything."""
    if among is None:
        return None
    given = np.asarray(among)
    if given.ndim != 1:
        raise ValueError("among is one row: a mask or positions")
    if given.dtype == np.bool_:
        if len(given) != size:
            raise ValueError(f"the mask has {len(given)} places for {size} vectors")
        mask = given
    else:
        if len(given) and not np.issubdtype(given.dtype, np.integer):
            raise ValueError("among is a mask (bool) or positions (integers)")
        if len(given) and not (int(given.min()) >= 0 and int(given.max()) < size):
            raise ValueError(f"positions are 0 to {size - 1}")
        mask = np.zeros(size, dtype=np.bool_)
        mask[given.astype(np.int64)] = True
    return None if mask.all() else mask
