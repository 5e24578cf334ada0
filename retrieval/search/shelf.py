"""The collections of a snapshot, embedded and indexed: what the retrieval process answers from.

It maps questions to ids and scores and decides nothing. Loaded by the retrieval process alone.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.search.embedder import Embedder
from retrieval.search.texts import PASSAGES, TERMS, Texts
from retrieval.search.vectors import NOTHING, VectorIndex

WINDOW, MOST_WINDOWS = 900, 3  # characters read at a time, and how often: a question costs at most some 0.2 s
_REPEATED = 6  # a term has 2.5 names on average, some have 30
_KEPT = 256  # vectors of questions that are remembered
_SENTENCE_ENDS = re.compile(r"(?<=[.;!?\n])\s+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer to a question: what it stands for, how near it is (cosine), and the text that was near."""

    id: str
    score: float
    text: str


# Sentences of a letter that say nothing of a patient: what is no nearer than they are is not near.
NEUTRAL = (
    "Thank you for referring this patient to our clinic.",
    "The mother is a teacher and the father works in a bank.",
    "The next appointment is in three months.",
    "They live in a small town with two cats.",
    "The parents were given our telephone number.",
    "A letter was sent to the family doctor.",
    "The interpreter was present on Tuesday.",
    "Further questions were answered.",
)


@dataclass(frozen=True, slots=True)
class Indexed:
    """A collection that can be searched; what is not nearer than `floor` (each model has its own) is left out."""

    texts: Texts
    index: VectorIndex
    floor: float = -1.0

    @classmethod
    def over(cls, texts: Texts, index: VectorIndex, questions: Questions) -> Indexed:
        """With the floor that this model has here: how near the nearest is to sentences that say nothing."""
        best = index.search(questions.vectors(NEUTRAL), 1).scores[:, 0]
        if not index.size:
            return cls(texts, index)
        # A guide for patients is near to a letter's polite sentences: there only the farthest of them says nothing.
        return cls(texts, index, float(best.min() if texts.name == PASSAGES else best.max()))

    def nearest(self, vectors: np.ndarray, limit: int, allowed: np.ndarray | None = None) -> list[list[Hit]]:
        """Per question its nearest ids, each once, best first; of those that `allowed` (bool per position) lets in."""
        wanted = limit * (_REPEATED if self._repeats() else 1)
        found = self.index.search(vectors, wanted, allowed)
        return [
            self._once(positions, scores, limit)
            for positions, scores in zip(found.positions.tolist(), found.scores.tolist(), strict=True)
        ]

    def _once(self, positions: Sequence[int], scores: Sequence[float], limit: int) -> list[Hit]:
        hits: OrderedDict[str, Hit] = OrderedDict()
        for position, score in zip(positions, scores, strict=True):
            if position == NOTHING or score <= self.floor or len(hits) == limit:
                break
            name = self.texts.ids[position]
            if name not in hits:
                near = "" if self.texts.name == PASSAGES else self.texts.texts[position]
                hits[name] = Hit(name, round(float(score), 4), near)
        return list(hits.values())

    def _repeats(self) -> bool:
        return self.texts.name == TERMS


class Questions:
    """The vectors of questions, the last few remembered: whoever asks again at once is answered at once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            made = self._embed(new)
            known.update(made)
            with self._lock:
                self._kept.update(made)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return np.stack([known[text] for text in texts])

    def _embed(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        windows = [windows_of(text) for text in texts]
        embedded = self._embedder.embed([part for parts in windows for part in parts], asked=True)
        made, start = {}, 0
        for text, parts in zip(texts, windows, strict=True):
            mean = embedded[start : start + len(parts)].mean(axis=0)
            made[text] = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
            start += len(parts)
        return made


def windows_of(text: str) -> list[str]:
    """The beginning of a long text in pieces that a model can read, cut between sentences where that is possible."""
    windows = [""]
    for sentence in _SENTENCE_ENDS.split(text[: WINDOW * MOST_WINDOWS]):
        if windows[-1] and len(windows[-1]) + len(sentence) > WINDOW:
            windows.append("")
        windows[-1] = f"{windows[-1]} {sentence}".strip()
    return [window[: WINDOW * 2] for window in windows[:MOST_WINDOWS]]
