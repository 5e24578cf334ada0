"""Search by meaning in the process of the benchmark: the same code as the retrieval process, without the socket.

Embeddings are cached by content under CLEW_VAR/embeddings, those of the questions, too: a second run embeds nothing.
torch and FAISS are loaded here, when a benchmark asks for them, and by nothing else of the web.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from retrieval.passages.filters import allowed
from retrieval.search.client import Answer, Ask, Near
from retrieval.search.embedder import Embedder
from retrieval.search.embeddings import Embeddings
from retrieval.search.shelf import Indexed, Questions, windows_of
from retrieval.search.texts import Texts, passage_texts
from retrieval.search.vectors import Kind, build
from retrieval.snapshot import Snapshot

Progress = Callable[[str, int, int], None]


class InProcess:
    """Answers as `retrieval.search.client.Client` does, for questions that it was given beforehand."""

    def __init__(
        self, snapshot: Snapshot, embedder: Embedder, root: Path, questions: Sequence[str], progress: Progress
    ) -> None:
        self._snapshot = snapshot
        texts = passage_texts(snapshot.passages)
        vectors = Embeddings(root, snapshot.id, embedder).make(texts, progress)
        self._indexed = Indexed.over(texts, build(vectors, Kind.FLAT), Questions(embedder))
        self._vectors = _embedded(questions, snapshot.id, embedder, root, progress)

    def nearest(self, snapshot: str, asks: Sequence[Ask]) -> Answer:
        return Answer(tuple(tuple(self._near(text, ask) for text in ask.texts) for ask in asks))

    def _near(self, text: str, ask: Ask) -> tuple[Near, ...]:
        mask = allowed(self._snapshot.passages, ask.filters)
        (hits,) = self._indexed.nearest(self._vectors[text][None, :], ask.limit, mask)
        return tuple(Near(hit.id, hit.score, hit.text) for hit in hits)


def _embedded(
    questions: Sequence[str], snapshot: str, embedder: Embedder, root: Path, progress: Progress
) -> dict[str, np.ndarray]:
    """As the retrieval process embeds a question: in windows, whose mean it is."""
    wanted = list(dict.fromkeys(questions))
    windows = [windows_of(text) for text in wanted]
    parts = [part for found in windows for part in found]
    asking = _Asking(embedder)
    made = Embeddings(root, snapshot, asking).make(Texts("questions", parts, parts), progress)
    found, start = {}, 0
    for text, own in zip(wanted, windows, strict=True):
        mean = np.asarray(made[start : start + len(own)]).mean(axis=0)
        found[text] = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
        start += len(own)
    return found


class _Asking:
    """An embedder for which every text is a question: its embeddings are kept apart from those of passages."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name, self.dimension, self.device = embedder.name, embedder.dimension, embedder.device
        self.digest = hashlib.sha256(f"asked {embedder.digest}".encode()).hexdigest()

    def embed(self, texts: Sequence[str], *, asked: bool = False) -> np.ndarray:
        return self._embedder.embed(texts, asked=True)
