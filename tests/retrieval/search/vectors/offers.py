"""Every implementation of a vector store, and what is asked of all of them. Imports nothing that only some have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from retrieval.search.milvus_address import Address
from retrieval.search.vectors import Contents, Kind, VectorStore
from retrieval.search.vectors.stores import LocalStore

DIMENSION = 24
PATIENCE = 60.0  # seconds: a test is about what is found, on a machine as busy as it may be
ROWS = 500  # vectors that Milvus is given at a time here, so that filling has a middle
CONTENTS = Contents("0123456789abcdef", "e" * 16, "passages", "d" * 32)
NO_FAISS = "needs faiss-cpu: ./run and ./test install it with search by meaning"
NO_MILVUS = "needs pymilvus and milvus-lite in an environment of their own: CONTRIBUTING.md has the command"


@dataclass(frozen=True, slots=True)
class Offer:
    """An implementation: how it is opened in a folder, and how many of the exact ten it has to find."""

    name: str
    kind: Kind
    recall: float
    open: Callable[[Path], VectorStore]

    @property
    def exact(self) -> bool:
        return self.recall == 1.0

    @property
    def keeps(self) -> bool:
        """Whether a second opening finds what the first one made."""
        return self.name.startswith(("milvus", "kept"))

    @property
    def missing(self) -> str:
        """Why it cannot be tried here."""
        if self.kind is Kind.EXACT:
            return ""
        if self.kind is Kind.MILVUS:
            return "" if find_spec("pymilvus") and find_spec("milvus_lite") else NO_MILVUS
        return "" if find_spec("faiss") else NO_FAISS


def _memory(kind: Kind) -> Callable[[Path], VectorStore]:
    return lambda folder: LocalStore(kind)


def _kept(kind: Kind) -> Callable[[Path], VectorStore]:
    return lambda folder: LocalStore(kind, folder / "embeddings", kept_from=1)


def _milvus(exact_up_to: int) -> Callable[[Path], VectorStore]:
    def opened(folder: Path) -> VectorStore:
        from retrieval.search.vectors.with_milvus import MilvusStore

        file = Address(file=folder / "m.db")
        return MilvusStore(file, exact_up_to=exact_up_to, portion=ROWS * DIMENSION * 4, patience=PATIENCE)

    return opened


OFFERS = {
    offer.name: offer
    for offer in (
        Offer("exact", Kind.EXACT, 1.0, _memory(Kind.EXACT)),
        Offer("flat", Kind.FLAT, 1.0, _memory(Kind.FLAT)),
        Offer("ivf", Kind.IVF, 0.8, _memory(Kind.IVF)),
        Offer("hnsw", Kind.HNSW, 0.9, _memory(Kind.HNSW)),
        Offer("kept ivf", Kind.IVF, 0.8, _kept(Kind.IVF)),
        Offer("kept hnsw", Kind.HNSW, 0.9, _kept(Kind.HNSW)),
        Offer("milvus", Kind.MILVUS, 1.0, _milvus(10**9)),
        Offer("milvus graph", Kind.MILVUS, 0.9, _milvus(0)),
    )
}


def vectors(count: int, seed: int, dimension: int = DIMENSION) -> np.ndarray:
    """Points in loose groups, as meanings are; the groups are the same for every seed."""
    centres = np.random.default_rng(0).normal(size=(40, dimension))
    random = np.random.default_rng(seed)
    made = centres[random.integers(0, 40, count)] + 0.7 * random.normal(size=(count, dimension))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32).reshape(count, dimension)


def truth(held: np.ndarray, asked: np.ndarray, limit: int, mask: np.ndarray | None = None) -> np.ndarray:
    """The cosines of the nearest, by arithmetic of its own: float64, sorted whole."""
    scores = asked.astype(np.float64) @ held.T.astype(np.float64)
    if mask is not None:
        scores = scores[:, mask]
    return -np.sort(-scores, axis=1)[:, :limit]


def recall(scores: np.ndarray, best: np.ndarray) -> float:
    """The share of the best that was found; whatever ties with the last of them is as good."""
    return float((scores[:, : best.shape[1]] >= best[:, -1:] - 1e-5).mean()) if best.size else 1.0
