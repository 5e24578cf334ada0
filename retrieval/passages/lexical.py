"""Passages by their words: BM25 with fields, in whole numbers.

The title of the document and the headings above a passage count as its words, weighed (Robertson, Zaragoza and
Taylor 2004: the weighted counts and lengths of the fields are added before they saturate). What a word adds to a
passage is worked out when the snapshot is built and kept as a whole number; a search adds these numbers for the
words of the question. Sums of whole numbers are exact in any order: the fast way equals the plain one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from retrieval import csr
from retrieval.ontology.vocabulary import Vocabulary
from retrieval.passages.build import Material
from retrieval.passages.words import form, forms, raw_words
from retrieval.strings import Arrays

K1, B = 1.2, 0.75  # the usual values of BM25
TITLE, SECTION, TEXT = 2, 1, 1  # what a word counts for in each field
SCALE = 1000  # units of one point of BM25: the largest possible contribution stays below 2**16
WEIGHT = 64  # units of the full weight of a word of the question
POINT = SCALE * WEIGHT  # one point of BM25 in a total
MOST_WORDS = 256  # different words of a question that are looked up
GROUP = 32  # totals of which only the highest is compared, before all are
_CHUNK = 20_000  # passages read at a time


@dataclass(frozen=True, slots=True)
class Scores:
    """What the words add up to, per passage; `having` are the positions of those that have any."""

    total: np.ndarray  # int32 per passage, POINT to one point of BM25
    words: tuple[str, ...]  # of the question, as far as any passage has them


class PassageWords:
    """The words of all passages; made once, never changed."""

    def __init__(self, arrays: Arrays) -> None:
        self.vocabulary = Vocabulary(arrays)
        self._ptr: np.ndarray = arrays["posting_ptr"]  # int64
        self._passage: np.ndarray = arrays["posting_passage"]  # int32, ascending within a word
        self._impact: np.ndarray = arrays["posting_impact"]  # uint16
        self.size = int(arrays["size"][0])

    @staticmethod
    def build(material: Material) -> dict[str, np.ndarray]:
        """The arrays, for passages in the order of the store."""
        codes = _FormCodes()
        keys, counts, lengths = _counted(material, codes)
        return _arrays(len(material.passages), codes.forms, keys, counts, lengths)

    @classmethod
    def empty(cls) -> PassageWords:
        return cls(cls.build(Material.of((), ())))

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """Each word (in its one form) counts for its weight, 0 to 1; the weightiest are taken where there are many."""
        chosen = sorted(weights.items(), key=lambda one: -one[1])[:MOST_WORDS]
        rows = self.vocabulary.rows([word for word, _ in chosen]).tolist()
        total = np.zeros(self.size, dtype=np.int32)
        known = []
        for (word, weight), row in zip(chosen, rows, strict=True):
            units = round(WEIGHT * min(max(weight, 0.0), 1.0))
            if row < 0 or not units:
                continue
            known.append(word)
            start, end = int(self._ptr[row]), int(self._ptr[row + 1])
            added = np.multiply(self._impact[start:end], units, dtype=np.int32)
            np.add.at(total, self._passage[start:end], added)  # twice as fast as `total[...] +=`
        return Scores(total, tuple(known))

    @property
    def rarest(self) -> float:
        """What a word would be worth that no passage has."""
        return float(_rarity(np.zeros(1), self.size)[0])

    def rarity(self, word: str) -> float:
        """How telling a word (in its one form) is; 0 where no passage has it."""
        row = self.vocabulary.row(word)
        return 0.0 if row is None else float(_rarity(np.diff(self._ptr[row : row + 2]), self.size)[0])


def question(text: str) -> dict[str, float]:
    """The words of a question: each counts once."""
    return dict.fromkeys(forms(text), 1.0)


def best(total: np.ndarray, limit: int, allowed: np.ndarray | None = None) -> np.ndarray:
    """Positions of the highest totals above zero, best first; ties in order of position."""
    total = total if allowed is None else np.where(allowed, total, 0)
    groups, edge = len(total) // GROUP, 0
    if 0 < limit < groups:
        # The highest totals of that many groups are that many totals: none of the best is below the least of them.
        highest = total[: groups * GROUP].reshape(GROUP, groups).max(axis=0)
        edge = np.partition(highest, groups - limit)[groups - limit]
    found = np.flatnonzero(total >= edge if edge > 0 else total > 0)
    return found[np.argsort(-total[found], kind="stable")][:limit]


# --- building ------------------------------------------------------------------


class _FormCodes(dict[str, int]):
    """Raw word -> number of its form; -1 for a word that says nothing. Each raw word is looked at once."""

    def __init__(self) -> None:
        super().__init__()
        self._number: dict[str, int] = {}

    def __missing__(self, raw: str) -> int:
        one = form(raw)
        code = self._number.setdefault(one, len(self._number)) if one else -1
        self[raw] = code
        return code

    @property
    def forms(self) -> list[str]:
        return list(self._number)


def _counted(material: Material, codes: _FormCodes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(word << 32 | passage) ascending within a chunk, its weighted count, and the weighted length per passage."""
    keys, counts = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    lengths = np.zeros(len(material.passages), dtype=np.int64)
    for first, passage, word, weight in _read(material, codes):
        told = word >= 0
        passage, word, weight = passage[told], word[told], weight[told]
        part = np.bincount(passage - first, weights=weight).astype(np.int64)
        lengths[first : first + len(part)] = part
        both = word.astype(np.int64) << 32 | passage
        order = np.argsort(both, kind="stable")
        both, weight = both[order], weight[order]
        starts = np.flatnonzero(np.append(True, both[1:] != both[:-1])) if len(both) else np.zeros(0, dtype=np.int64)
        keys.append(both[starts])
        counts.append(np.add.reduceat(weight, starts) if len(starts) else weight[:0])
    return np.concatenate(keys), np.concatenate(counts), lengths


def _read(material: Material, codes: _FormCodes) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """(first passage of the chunk, passage, word, weight) of every word of every field."""
    of_raw = codes.__getitem__
    titles: dict[int, list[int]] = {}
    for first in range(0, len(material.passages), _CHUNK):
        numbers: list[int] = []
        fields: list[tuple[int, int, int]] = []  # passage, words, weight
        for i in range(first, min(first + _CHUNK, len(material.passages))):
            one, owner = material.passages[i], int(material.owner[i])
            if owner not in titles:
                titles = {owner: list(map(of_raw, raw_words(material.documents[owner].title)))}
            for found, weight in (
                (titles[owner], TITLE),
                (list(map(of_raw, raw_words(" ".join(one.section)))), SECTION),
                (list(map(of_raw, raw_words(one.text))), TEXT),
            ):
                numbers += found
                fields.append((i, len(found), weight))
        table = np.array(fields, dtype=np.int64)
        yield (
            first,
            np.repeat(table[:, 0], table[:, 1]),
            np.array(numbers, dtype=np.int64),
            np.repeat(table[:, 2], table[:, 1]),
        )


def _arrays(
    size: int, words: list[str], keys: np.ndarray, counts: np.ndarray, lengths: np.ndarray
) -> dict[str, np.ndarray]:
    vocabulary, row_of = Vocabulary.build(words)
    rows = np.array([row_of[word] for word in words], dtype=np.int32)
    row, passage = rows[keys >> 32] if len(words) else keys.astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
    ptr, order = csr.group(row, len(words))  # stable: ascending passages within a word
    usual = max(float(lengths.mean()) if size else 1.0, 1.0)
    return {
        **vocabulary,
        "posting_ptr": ptr.astype(np.int64),
        "posting_passage": passage[order],
        "posting_impact": impact(
            counts[order], lengths[passage[order]], np.repeat(np.diff(ptr), np.diff(ptr)), size, usual
        ),
        "size": np.array([size], dtype=np.int64),
    }


def impact(counts: np.ndarray, lengths: np.ndarray, having: np.ndarray, size: int, usual: float) -> np.ndarray:
    """What a word adds to a passage: its weighted count there, the passage's length, and how many passages have it."""
    saturated = counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths / usual))
    found: np.ndarray = np.minimum(np.rint(SCALE * _rarity(having, size) * saturated), 2**16 - 1).astype(np.uint16)
    return found


def _rarity(having: np.ndarray, size: int) -> np.ndarray:
    found: np.ndarray = np.log1p((size - having + 0.5) / (having + 0.5))
    return found
