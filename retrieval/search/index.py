"""Nearest vectors, behind a Protocol: FAISS in several kinds, and plain arithmetic as the measure.

All vectors have length one, so the inner product is the cosine. `exact` is numpy and the truth
that the others are compared with; `flat` (the default) finds the same with FAISS; `ivf` and
`hnsw` look at a part of the vectors only and may miss a neighbour. FAISS is imported when an
index of its kinds is built, never before.
"""

from __future__ import annotations

import logging
import math
import os
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from retrieval.search.errors import IndexUnknown

NOTHING = -1  # the position that fills up a list shorter than asked for
PROBED = 16  # lists that an IVF index looks through
LINKS, BREADTH = 32, 96  # of an HNSW graph: links a vector, candidates kept while searching
SMALLEST_IVF = 40 * 39  # vectors; FAISS wants 39 a list to learn from, and fewer lists than 40 are no gain
MOST_THREADS = 4  # while building
BLOCK = 8192  # vectors that the exact index compares at a time


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
    """Safe to search from several threads once it is built."""

    @property
    def kind(self) -> Kind: ...
    @property
    def size(self) -> int: ...
    @property
    def dimension(self) -> int: ...

    def search(self, questions: np.ndarray, limit: int) -> Neighbours: ...


def build(vectors: np.ndarray, kind: Kind | str = Kind.FLAT) -> VectorIndex:
    """An index over float32[n, dimension]; IndexUnknown where the kind cannot be had here."""
    try:
        wanted = Kind(kind)
    except ValueError:
        raise IndexUnknown(f"There is no index of the kind {kind}.", hint=f"One of {', '.join(Kind)}.") from None
    _check(vectors)
    if wanted is Kind.EXACT:
        return ExactIndex(vectors)
    if find_spec("faiss") is None:
        raise IndexUnknown("FAISS is not installed.", hint="Install faiss-cpu (./run does), or use the index exact.")
    return FaissIndex(vectors, wanted)


class ExactIndex:
    """Every vector compared with every question; ties in order of position."""

    kind = Kind.EXACT

    def __init__(self, vectors: np.ndarray) -> None:
        self._vectors = vectors
        self.size, self.dimension = (int(length) for length in vectors.shape)

    def search(self, questions: np.ndarray, limit: int) -> Neighbours:
        asked = _questions(questions, self.dimension)
        scores = np.empty((len(asked), self.size), dtype=np.float32)
        for start in range(0, self.size, BLOCK):
            scores[:, start : start + BLOCK] = asked @ self._vectors[start : start + BLOCK].T
        found = min(limit, self.size)
        if 0 < found < self.size:  # everything that ties with the last place competes for it by position
            edge = -np.partition(-scores, found - 1, axis=1)[:, found - 1]
            rows = [np.flatnonzero(row >= least) for row, least in zip(scores, edge, strict=True)]
        else:
            rows = [np.arange(self.size) for _ in asked]
        neighbours = _nothing(len(asked), limit)
        for q, row in enumerate(rows):
            best = row[np.lexsort((row, -scores[q, row]))][:found]
            neighbours.positions[q, : len(best)] = best
            neighbours.scores[q, : len(best)] = scores[q, best]
        return neighbours


class FaissIndex:
    """One of FAISS's indexes, on the GPU where this FAISS can use one (flat and IVF)."""

    def __init__(self, vectors: np.ndarray, kind: Kind) -> None:
        logging.getLogger("faiss.loader").setLevel(logging.WARNING)  # it tells of every build it does not find
        import faiss

        self.kind = kind
        self.size, self.dimension = (int(length) for length in vectors.shape)
        self._faiss: Any = faiss
        faiss.omp_set_num_threads(min(MOST_THREADS, os.cpu_count() or 1))
        index = _empty(faiss, self.dimension, self.size, kind)
        contiguous = np.ascontiguousarray(vectors, dtype=np.float32)
        if not index.is_trained:
            index.train(contiguous)
        self.on_gpu = kind is not Kind.HNSW and _gpus(faiss) > 0
        if self.on_gpu:
            index = faiss.index_cpu_to_all_gpus(index)
        if self.size:
            index.add(contiguous)
        self._index: Any = index

    def search(self, questions: np.ndarray, limit: int) -> Neighbours:
        asked = _questions(questions, self.dimension)
        neighbours = _nothing(len(asked), limit)
        found = min(limit, self.size)
        if found > 0 and len(asked):
            # Of the calling thread: several questions are answered at once already.
            self._faiss.omp_set_num_threads(1)
            scores, positions = self._index.search(asked, found)
            neighbours.positions[:, :found] = positions
            neighbours.scores[:, :found] = np.where(positions >= 0, scores, np.float32("-inf"))
        return neighbours


def _empty(faiss: Any, dimension: int, size: int, kind: Kind) -> Any:
    if kind is Kind.HNSW:
        graph = faiss.IndexHNSWFlat(dimension, LINKS, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efSearch = BREADTH
        return graph
    if kind is Kind.IVF and size >= SMALLEST_IVF:
        lists = min(4 * math.isqrt(size), size // 39)
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT)
        index.nprobe = PROBED
        return index
    return faiss.IndexFlatIP(dimension)


def _gpus(faiss: Any) -> int:
    """GPUs that this FAISS can use: none in faiss-cpu."""
    return int(faiss.get_num_gpus()) if hasattr(faiss, "StandardGpuResources") else 0


def _nothing(questions: int, limit: int) -> Neighbours:
    shape = (questions, max(0, limit))
    return Neighbours(np.full(shape, NOTHING, dtype=np.int64), np.full(shape, -np.inf, dtype=np.float32))


def _check(vectors: np.ndarray) -> None:
    if vectors.ndim != 2 or vectors.dtype != np.float32 or vectors.shape[1] == 0:
        raise ValueError("vectors are float32[n, dimension]")


def _questions(questions: np.ndarray, dimension: int) -> np.ndarray:
    if questions.ndim != 2 or questions.shape[1] != dimension:
        raise ValueError(f"questions have {dimension} columns")
    return np.ascontiguousarray(questions, dtype=np.float32)
