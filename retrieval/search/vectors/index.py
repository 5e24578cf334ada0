"""The words of nearest vectors: what every index promises, and what all of them have in common.

All vectors have length one, so the inner product is the cosine. This module compares nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

NOTHING = -1  # the position that fills up a list shorter than asked for
MARK = 16  # characters of a digest that a name carries
_FORMS = {
    "snapshot": "[0-9a-z]{1,32}",
    "embedder": "[0-9a-z]{1,16}",
    "name": "[a-z]{1,32}",
    "digest": "[0-9a-z]{8,64}",
}

Progress = Callable[[str, int, int], None]  # collection, vectors done, vectors in all


class Kind(StrEnum):
    EXACT = "exact"
    FLAT = "flat"
    IVF = "ivf"
    HNSW = "hnsw"
    MILVUS = "milvus"


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
        in it. An exact kind finds all that there is to find in it; an approximate one misses no more
        in it than elsewhere. ValueError: another number of columns, a mask of another length, a
        position that does not exist. StoreAway: a remote one does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Contents:
    """Which vectors these are: of a snapshot, by an embedder, of one collection of texts.

    `digest` stands for the texts and their order. Two vectors of equal contents are equal, but for
    what two machines round differently; so a store that has them need not be filled again.
    """

    snapshot: str
    embedder: str
    name: str
    digest: str

    def __post_init__(self) -> None:
        for field, form in _FORMS.items():
            if not re.fullmatch(form, getattr(self, field)):
                raise ValueError(f"{field}: expected {form}")


class VectorStore(Protocol):
    """Where indexes come from: built in memory, or kept by an engine elsewhere and filled once."""

    @property
    def kind(self) -> Kind: ...

    def open(
        self,
        contents: Contents,
        vectors: np.ndarray,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> VectorIndex:
        """An index over float32[n, dimension], ready to be asked.

        What this store has of these contents is used again, also what a process that was killed
        left half-filled; whatever does not fit is replaced. EmbeddingsStopped: `stop` was set, and
        the next try goes on. IndexUnknown: it cannot be had here. StoreAway: it does not answer.
        """
        ...

    def forget(self, embedder: str, snapshots: Iterable[str]) -> None:
        """Gives back what is kept for these snapshots with this embedder, and nothing else."""
        ...

    def close(self) -> None: ...


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
