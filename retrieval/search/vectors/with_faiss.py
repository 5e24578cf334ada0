"""FAISS in memory: `flat` finds what arithmetic finds; `ivf` and `hnsw` look at a part of the vectors only.

The one place that imports FAISS, and only when an index is built.
"""

from __future__ import annotations

import logging
import math
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.search.errors import EmbeddingsStopped
from retrieval.search.vectors.exact import nearest
from retrieval.search.vectors.index import NOTHING, Kind, Neighbours, checked_questions, mask_of, nothing, ranked

PROBED = 32  # lists that an IVF index looks through
ROUNDS, LEARNT_FROM = 10, 64  # of learning an IVF index's lists: rounds, and vectors a list
LINKS, BREADTH = 32, 96  # of an HNSW graph: links a vector, candidates kept while searching
SMALLEST_IVF = 40 * 39  # vectors; FAISS wants 39 a list to learn from, and fewer lists than 40 are no gain
MOST_THREADS = 4  # while building
ADDED = 20_000  # vectors added at a time: between two times it can be stopped
FEW = 50_000  # vectors of a filter that are all compared, by every kind; some 10 ms on one core
MOST_ON_GPU = 2048  # neighbours that FAISS gives on a GPU


class FaissIndex:
    """One of FAISS's indexes over vectors that are kept at hand, for what FAISS cannot answer itself."""

    def __init__(self, vectors: np.ndarray, kind: Kind, index: Any, *, on_gpu: bool = False) -> None:
        self._faiss: Any = load()
        self._vectors, self._index = vectors, index
        self.kind, self.on_gpu = kind, on_gpu
        self.size, self.dimension = (int(length) for length in vectors.shape)

    @classmethod
    def over(cls, vectors: np.ndarray, kind: Kind, stop: threading.Event | None = None) -> FaissIndex:
        """A new one, on the GPU where this FAISS can use one (flat and IVF). EmbeddingsStopped: `stop` was set."""
        faiss = load()
        size, dimension = (int(length) for length in vectors.shape)
        faiss.omp_set_num_threads(min(MOST_THREADS, _cores()))
        index = _empty(faiss, dimension, size, kind)
        contiguous = np.ascontiguousarray(vectors, dtype=np.float32)
        if not index.is_trained:
            index.train(contiguous)
        on_gpu = kind is not Kind.HNSW and _gpus(faiss) > 0
        if on_gpu:
            index = faiss.index_cpu_to_all_gpus(index)
        for start in range(0, size, ADDED):
            if stop is not None and stop.is_set():
                raise EmbeddingsStopped("The indexing was interrupted.", hint="It begins again at the next try.")
            index.add(contiguous[start : start + ADDED])
        return cls(vectors, kind, index, on_gpu=on_gpu)

    @classmethod
    def read(cls, file: Path, vectors: np.ndarray, kind: Kind) -> FaissIndex | None:
        """One that `write` wrote over these vectors; None where it is another one. OSError: it cannot be read."""
        try:
            index = load().read_index(str(file))
        except RuntimeError as error:  # FAISS's word for whatever is wrong with a file
            raise OSError(f"FAISS cannot read {file.name}") from error
        return cls(vectors, kind, index) if (index.ntotal, index.d) == vectors.shape else None

    def write(self, file: Path) -> None:
        """OSError where it cannot be written; not for one on a GPU."""
        try:
            self._faiss.write_index(self._index, str(file))
        except RuntimeError as error:
            raise OSError(f"FAISS cannot write {file.name}") from error

    def search(self, questions: np.ndarray, limit: int, among: np.ndarray | None = None) -> Neighbours:
        asked = checked_questions(questions, self.dimension)
        mask = mask_of(among, self.size)
        found = min(limit, self.size if mask is None else int(np.count_nonzero(mask)))
        if found <= 0 or not len(asked):
            return nothing(len(asked), limit)
        # Of the calling thread: several questions are answered at once already.
        self._faiss.omp_set_num_threads(1)
        if self.on_gpu:
            return self._on_gpu(asked, limit, found, mask)
        index, parameters = self._way(found, mask)
        scores, positions = index.search(asked, found, params=parameters)
        return ranked(positions, scores, limit)

    def _way(self, limit: int, mask: np.ndarray | None) -> tuple[Any, Any]:
        """What to ask, and how: wider the fewer there are to be found, and everything where that costs little."""
        faiss = self._faiss
        selected = self.size if mask is None else int(np.count_nonzero(mask))
        wider = self.size / selected  # of what a search without the mask looks at, one in so many is in it
        everything = selected <= FEW if mask is not None else 4 * limit > self.size
        chosen = {} if mask is None else {"sel": faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))}
        if self.kind is Kind.HNSW and not everything:
            breadth = math.ceil(max(BREADTH, limit) * wider)
            return self._index, faiss.SearchParametersHNSW(**chosen, efSearch=breadth)
        if self.kind is Kind.HNSW:  # a graph does not lead everywhere; the vectors in it do
            return faiss.downcast_index(self._index.storage), faiss.SearchParameters(**chosen)
        if hasattr(self._index, "nlist"):
            lists = self._index.nlist
            probed = max(PROBED * wider, 2 * lists * limit / selected)
            probed = lists if everything else min(lists, math.ceil(probed))
            return self._index, faiss.SearchParametersIVF(**chosen, nprobe=probed)
        return self._index, faiss.SearchParameters(**chosen) if chosen else None

    def _on_gpu(self, asked: np.ndarray, limit: int, found: int, mask: np.ndarray | None) -> Neighbours:
        """A GPU knows no filters: more is asked for than needed; where that is too little, plain arithmetic."""
        if mask is None and found <= MOST_ON_GPU:
            scores, positions = self._index.search(asked, found)
            return ranked(positions, scores, limit)
        selected = None if mask is None else np.flatnonzero(mask)
        if mask is not None and selected is not None and len(selected) > FEW:
            scores, positions = self._index.search(asked, min(MOST_ON_GPU, self.size))
            outside = (positions == NOTHING) | ~mask[positions]
            if (np.count_nonzero(~outside, axis=1) >= found).all():
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
        lists = min(2 * math.isqrt(size), size // 39)
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT)
        index.nprobe = PROBED
        index.cp.niter, index.cp.max_points_per_centroid = ROUNDS, LEARNT_FROM
        return index
    return faiss.IndexFlatIP(dimension)


def _gpus(faiss: Any) -> int:
    """GPUs that this FAISS can use: none in faiss-cpu."""
    return int(faiss.get_num_gpus()) if hasattr(faiss, "StandardGpuResources") else 0


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
