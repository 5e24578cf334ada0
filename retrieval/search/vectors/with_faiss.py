"""FAISS in memory: `flat` finds what arithmetic finds; `ivf` and `hnsw` look at a part of the vectors only.

The one place that imports FAISS, and only when an index is built.
"""

from __future__ import annotations

import logging
import math
import os
from typing import Any

import numpy as np

from retrieval.search.vectors.exact import nearest
from retrieval.search.vectors.index import NOTHING, Kind, Neighbours, checked_questions, mask_of, nothing, ranked

PROBED = 16  # lists that an IVF index looks through
LINKS, BREADTH = 32, 96  # of an HNSW graph: links a vector, candidates kept while searching
SMALLEST_IVF = 40 * 39  # vectors; FAISS wants 39 a list to learn from, and fewer lists than 40 are no gain
MOST_THREADS = 4  # while building
FEW = 50_000  # vectors of a filter that are all compared, by every kind; some 10 ms on one core
MOST_ON_GPU = 2048  # neighbours that FAISS gives on a GPU


class FaissIndex:
    """One of FAISS's indexes, on the GPU where this FAISS can use one (flat and IVF)."""

    def __init__(self, vectors: np.ndarray, kind: Kind) -> None:
        self._faiss: Any = load()
        self.kind = kind
        self.size, self.dimension = (int(length) for length in vectors.shape)
        self._vectors = vectors
        self._faiss.omp_set_num_threads(min(MOST_THREADS, os.cpu_count() or 1))
        index = _empty(self._faiss, self.dimension, self.size, kind)
        contiguous = np.ascontiguousarray(vectors, dtype=np.float32)
        if not index.is_trained:
            index.train(contiguous)
        self.on_gpu = kind is not Kind.HNSW and _gpus(self._faiss) > 0
        if self.on_gpu:
            index = self._faiss.index_cpu_to_all_gpus(index)
        if self.size:
            index.add(contiguous)
        self._index: Any = index

    def search(self, questions: np.ndarray, limit: int, among: np.ndarray | None = None) -> Neighbours:
        asked = checked_questions(questions, self.dimension)
        mask = mask_of(among, self.size)
        found = min(limit, self.size if mask is None else int(np.count_nonzero(mask)))
        if found <= 0 or not len(asked):
            return nothing(len(asked), limit)
        # Of the calling thread: several questions are answered at once already.
        self._faiss.omp_set_num_threads(1)
        if mask is not None and self.on_gpu:
            return self._beyond(asked, limit, mask)
        if mask is None:
            scores, positions = self._index.search(asked, found)
        else:
            index, parameters = self._within(mask, found)
            scores, positions = index.search(asked, found, params=parameters)
        return ranked(positions, scores, limit)

    def _within(self, mask: np.ndarray, limit: int) -> tuple[Any, Any]:
        """What to ask, and how, for an answer within the mask: everything in it where it is small, else wider."""
        selector = self._faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))
        selected = int(np.count_nonzero(mask))
        wider = self.size / selected  # of what a search without the mask looks at, this share would be in it
        if self.kind is Kind.HNSW and selected <= FEW:
            return self._faiss.downcast_index(self._index.storage), self._faiss.SearchParameters(sel=selector)
        if self.kind is Kind.HNSW:
            breadth = math.ceil(max(BREADTH, limit) * wider)
            return self._index, self._faiss.SearchParametersHNSW(sel=selector, efSearch=breadth)
        if hasattr(self._index, "nlist"):
            lists = self._index.nlist if selected <= FEW else min(self._index.nlist, math.ceil(PROBED * wider))
            return self._index, self._faiss.SearchParametersIVF(sel=selector, nprobe=lists)
        return self._index, self._faiss.SearchParameters(sel=selector)

    def _beyond(self, asked: np.ndarray, limit: int, mask: np.ndarray) -> Neighbours:
        """On a GPU, which knows no filters: more is asked for than needed; where that is too little, arithmetic."""
        selected = np.flatnonzero(mask)
        if len(selected) > FEW:
            scores, positions = self._index.search(asked, min(MOST_ON_GPU, self.size))
            outside = (positions == NOTHING) | ~mask[positions]
            if (np.count_nonzero(~outside, axis=1) >= limit).all():
                return ranked(np.where(outside, NOTHING, positions), scores, limit)
        return nearest(self._vectors, asked, limit, selected)


def load() -> Any:
    """FAISS, told to be quiet: it speaks of every build of itself that it does not find."""
    logging.getLogger("faiss.loader").setLevel(logging.WARNING)
    import faiss

    return faiss


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
