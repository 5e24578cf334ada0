"""Cases by the words of a text, for the time in which search by meaning is away.

BM25 (Robertson and Zaragoza 2009) where a case's text is the names of its findings. The words of a
term are kept once, however many cases have it, so that it costs little to make and little to hold.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from retrieval import csr
from retrieval.cases import CaseBank
from retrieval.ontology.names import finding_names
from retrieval.ontology.tokens import american, singular, tokens, word_set

K1, B = 1.2, 0.75  # the usual values of BM25
MOST_WORDS = 200  # different words of a text that are looked up
_SMALL = word_set(
    "a an and are as at be been but by for from had has have he her him his i in is it its no not of on or she so "
    "that the their them there they this to was were which who with without"
)


class CaseWords:
    """The words of a bank's cases; made once, never changed."""

    def __init__(self, bank: CaseBank) -> None:
        self._size = bank.size
        self._terms_of = _terms_of_words(bank)
        rows = [bank.present(i) for i in range(bank.size)]
        self._lengths = np.array([len(row) for row in rows], dtype=np.float32)
        terms = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)
        cases = np.repeat(np.arange(bank.size, dtype=np.int32), self._lengths.astype(np.int64))
        self._ptr, order = csr.group(terms, bank.ontology.size)
        self._cases = cases[order]

    def search(self, text: str, limit: int) -> list[tuple[int, float]]:
        """(position, score) of the best cases, best first; ties in order of position."""
        scores = np.zeros(self._size, dtype=np.float64)
        usual = float(self._lengths.mean()) if self._size else 1.0
        discount = K1 * (1 - B + B * self._lengths / max(usual, 1.0))
        for word in words(text)[:MOST_WORDS]:
            terms = self._terms_of.get(word)
            if terms is None:
                continue
            counts = np.bincount(
                np.concatenate([csr.row(self._ptr, self._cases, int(term)) for term in terms]), minlength=self._size
            )
            having = int((counts > 0).sum())
            rarity = np.log1p((self._size - having + 0.5) / (having + 0.5))
            scores += rarity * counts * (K1 + 1) / (counts + discount)
        best = np.flatnonzero(scores > 0)
        best = best[np.argsort(-scores[best], kind="stable")][:limit]
        return [(int(i), float(scores[i])) for i in best]


def words(text: str) -> list[str]:
    """The different words of a text in one spelling and number, without those that say nothing."""
    folded = (token.folded for token in tokens(text))
    return list(dict.fromkeys(singular(american(word)) for word in folded if word not in _SMALL))


def _terms_of_words(bank: CaseBank) -> dict[str, np.ndarray]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for name in finding_names(bank.ontology):
        for word in words(name.text):
            found[word].add(name.term)
    return {word: np.array(sorted(terms), dtype=np.int32) for word, terms in found.items()}
