"""Plain arithmetic: the truth that the other indexes are measured by. numpy alone."""

from __future__ import annotations

import numpy as np

from retrieval.search.vectors.index import Kind, Neighbours, checked_questions, mask_of, nothing

BLOCK = 8192  # vectors compared at a time


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
    if 0 < found < size:  # everything that ties with the last place competes for it by position
        edge = -np.partition(-scores, found - 1, axis=1)[:, found - 1]
        rows = [np.flatnonzero(row >= least) for row, least in zip(scores, edge, strict=True)]
    else:
        rows = [np.arange(size) for _ in asked]
    neighbours = nothing(len(asked), limit)
    for q, row in enumerate(rows):
        best = row[np.lexsort((row, -scores[q, row]))][:found]
        neighbours.positions[q, : len(best)] = best if positions is None else positions[best]
        neighbours.scores[q, : len(best)] = scores[q, best]
    return neighbours
