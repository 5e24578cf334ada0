"""Plain arithmetic: the truth that the other indexes are measured by. numpy alone."""

from __future__ import annotations

import numpy as np

from retrieval.search.vectors.index import Kind, Neighbours, checked_questions, mask_of, nothing

BLOCK = 8192  # vectors compared at a time
ROUNDING = 1e-5  # by which a cosine in float32 may be wrong; matrix products round equal rows differently


class ExactIndex:
    """Every vector compared with every question; ties in order of position."""

    kind = Kind.EXACT

    def __init__(self, vectors: np.ndarray) -> None:
        self._vectors = vectors
        self.size, self.dimension = (int(length) for length in vectors.shape)

    def search(self, questions: np.ndarray, limit: int, among: np.ndarray | None = None) -> Neighbours:
        asked = checked_questions(questions, self.dimension)
        mask = mask_of(among, self.size)
        compared = None if mask is None else np.flatnonzero(mask)
        return nearest(self._vectors, asked, limit, compared)


def nearest(vectors: np.ndarray, asked: np.ndarray, limit: int, positions: np.ndarray | None = None) -> Neighbours:
    """The nearest among all the vectors, or among those at `positions` (ascending)."""
    size = len(vectors) if positions is None else len(positions)
    scores = np.empty((len(asked), size), dtype=np.float32)
    for start in range(0, size, BLOCK):
        end = min(start + BLOCK, size)
        block = vectors[start:end] if positions is None else vectors[positions[start:end]]
        scores[:, start:end] = asked @ block.T
    found = min(max(0, limit), size)
    neighbours = nothing(len(asked), limit)
    for q, question in enumerate(asked if found else ()):
        near = np.arange(size)
        if found < size:  # whatever may be as near as the last of them
            near = np.flatnonzero(scores[q] >= np.partition(scores[q], size - found)[size - found] - ROUNDING)
        places = near if positions is None else positions[near]
        cosines = _cosines(vectors, places, question)
        best = np.lexsort((places, -cosines))[:found]
        neighbours.positions[q, :found] = places[best]
        neighbours.scores[q, :found] = cosines[best]
    return neighbours


def _cosines(vectors: np.ndarray, places: np.ndarray, question: np.ndarray) -> np.ndarray:
    """In float64, each row by itself: equal vectors have equal cosines."""
    cosines = np.empty(len(places))
    for start in range(0, len(places), BLOCK):
        rows = vectors[places[start : start + BLOCK]].astype(np.float64)
        cosines[start : start + BLOCK] = (rows * question).sum(axis=1)
    return cosines
