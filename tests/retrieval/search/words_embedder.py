"""An embedder of words: the same Protocol as the real one, without a model. Its vectors know spelling, not meaning."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence

import numpy as np

from retrieval.search.errors import EmbeddingsStopped


class WordsEmbedder:
    """Each word and each beginning of one has a direction of its own. It counts what it was asked to embed."""

    name = "words"
    dimension = 96
    device = "cpu"

    def __init__(self, digest: str = "d" * 64, *, seconds: float = 0.0, ends_after: int | None = None) -> None:
        self.digest = digest
        self.embedded: list[str] = []
        self._seconds = seconds
        self._ends_after = ends_after

    def embed(self, texts: Sequence[str], *, asked: bool = False) -> np.ndarray:
        if self._ends_after is not None and len(self.embedded) >= self._ends_after:
            raise EmbeddingsStopped("killed")
        time.sleep(self._seconds)
        self.embedded += texts
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.lower().replace(";", " ").split():
                for part, weight in ((word, 1.0), (word[:4], 0.5)):
                    row[int.from_bytes(hashlib.sha256(part.encode()).digest()[:4], "big") % self.dimension] += weight
        return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)).astype(np.float32)
