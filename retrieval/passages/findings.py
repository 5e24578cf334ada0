"""Passages by the findings they speak of: the third way to find one, for questions that name findings.

A passage that says "small head" answers a question about microcephaly, and one about "abnormal skull size" nearly so.
So the names of findings (labels and synonyms) are recognised in passages when a snapshot is built, and in the question
when it is asked, and the two are compared with everything above them in the ontology, weighted as patients are compared
(`retrieval.cases.weights`). The recogniser is a light one: runs of words in any order, the longest first; what stands
behind "no" or "without" is left out. `retrieval.phenotype_text` reads notes with far more care, and far more slowly.

Nothing of a disease's annotations is used: only what the passage itself says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval import csr
from retrieval.cases import index
from retrieval.cases.index import ClosureIndex, closure_of
from retrieval.cases.weights import weights, whole
from retrieval.ontology.graph import Ontology
from retrieval.ontology.names import finding_names
from retrieval.ontology.tokens import word_set
from retrieval.passages.build import Material
from retrieval.passages.words import form, raw_words, raw_words_and_stops
from retrieval.phenotype_text.ordinary import is_abbreviation, is_ordinary
from retrieval.strings import Arrays

LONGEST = 8  # telling words of a name that is looked for
NEGATED = 3  # words after a negation that it may reach
NEGATIONS = word_set("no not without never neither nor denied denies excluded")
MOST_WORDS = 600  # of a question
_CHUNK = 20_000  # passages read at a time
# What a word that is none of a name hashes to; words hash to odd numbers.
_SMALL, _NEGATION, _COMMA, _BREAK = 0, 2, 4, 6
_ALL = 2**64 - 1
BREAK = "\n"  # parts two texts in a list of words; so do the marks that end a thought
_MARKS = {",": _COMMA, BREAK: _BREAK, **dict.fromkeys(".;:!?()", _BREAK)}


@dataclass(frozen=True, slots=True)
class Recognised:
    """Findings of a question: their terms, and which of its words name them."""

    terms: np.ndarray  # int32, indices of the ontology, ascending
    words: frozenset[str]  # in their one form


class PassageFindings:
    """Made once, never changed; safe to share between threads."""

    def __init__(self, arrays: Arrays, ontology: Ontology) -> None:
        self._ontology = ontology
        self._names = _Names(arrays)
        self._index = ClosureIndex(arrays)
        self._ptr, self._term = arrays["finding_ptr"], arrays["finding"]

    @staticmethod
    def build(material: Material, ontology: Ontology) -> dict[str, np.ndarray]:
        named = _Names.build(ontology if material.passages else None)
        ptr, terms = _findings(material, _Names(named))
        return {
            **named,
            **index.build(ontology, ptr, terms, whole(weights(ontology))),
            "finding_ptr": ptr,
            "finding": terms,
        }

    @classmethod
    def empty(cls, ontology: Ontology) -> PassageFindings:
        return cls(cls.build(Material.of((), ()), ontology), ontology)

    def of(self, i: int) -> np.ndarray:
        """The findings that passage i names, as indices of the ontology, ascending."""
        return csr.row(self._ptr, self._term, i)

    def ids(self, terms: np.ndarray) -> tuple[str, ...]:
        return tuple(self._ontology.ids[i] for i in terms.tolist())

    def recognise(self, text: str) -> Recognised:
        """The findings that a question names."""
        raw = raw_words_and_stops(text)[:MOST_WORDS]
        hashes, told, negated = _stream(raw, _Hashes())
        where, length, term = self._names.find(hashes, negated)
        forms = ["" if raw[i] in _MARKS else form(raw[i]) for i in told.tolist()]
        words = {one for at, n in zip(where.tolist(), length.tolist(), strict=True) for one in forms[at : at + n]}
        return Recognised(csr.distinct(term).astype(np.int32), frozenset(words))

    def is_name(self, words: str) -> bool:
        """Whether these words, all together, are the name of a finding."""
        hashes, _, negated = _stream(raw_words(words)[:MOST_WORDS], _Hashes())
        _, length, _ = self._names.find(hashes, negated)
        return len(length) == 1 and int(length[0]) == len(hashes)

    def likeness(self, terms: np.ndarray) -> np.ndarray:
        """Per passage how alike its findings are to these, 0 to 1 (float32): a cosine over all that is above them."""
        closure = closure_of(self._ontology, terms)
        own = float(self._index.weight[closure].sum(dtype=np.int64))
        if not own:
            return np.zeros(len(self._index.norm), dtype=np.float32)
        both = np.sqrt(np.maximum(self._index.norm, 1, dtype=np.float32) * np.float32(own))
        found: np.ndarray = self._index.sums(closure).astype(np.float32) / both
        return found


class _Names:
    """The names of findings as sums of their words' hashes: in any order, and all runs of a text at once."""

    def __init__(self, arrays: Arrays) -> None:
        self._hash: np.ndarray = arrays["name_hash"]  # uint64, ascending, each once
        self._term: np.ndarray = arrays["name_term"]

    @staticmethod
    def build(ontology: Ontology | None) -> dict[str, np.ndarray]:
        """Without an ontology there is none."""
        hashes, found = _Hashes(), dict[int, int]()
        for name in finding_names(ontology) if ontology else ():
            if is_abbreviation(name.text, name.kind):
                continue
            raw = [word for word in raw_words(name.text) if hashes[word] & 1]
            if 0 < len(raw) <= LONGEST and not is_ordinary([form(word) for word in raw]):
                total = sum(hashes[word] for word in raw) & _ALL
                found.setdefault(total ^ _mark(len(raw)), name.term)  # labels come first
        ordered = sorted(found)
        return {
            "name_hash": np.array(ordered, dtype=np.uint64),
            "name_term": np.array([found[key] for key in ordered], dtype=np.int32),
        }

    def find(self, hashes: np.ndarray, negated: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(first word, words, term) of every name in a stream of words; a longer one takes its words from a shorter.

        What a negation reaches is taken, too, and then left out.
        """
        empty = np.zeros(0, dtype=np.int64)
        found = [(empty, empty, empty)]
        if not len(self._hash) or not len(hashes):
            return found[0]
        sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(hashes, dtype=np.uint64)])
        taken = hashes == _BREAK  # no run reaches over it
        for length in range(min(LONGEST, len(hashes)), 0, -1):
            keys = (sums[length:] - sums[:-length]) ^ np.uint64(_mark(length))
            at = np.minimum(np.searchsorted(self._hash, keys), len(self._hash) - 1)
            before = np.concatenate([[0], np.cumsum(taken)])
            free = before[length:] == before[:-length]
            where = np.flatnonzero((self._hash[at] == keys) & free)
            for k in range(length):
                taken[where + k] = True
            kept = where[~negated[where]]
            found.append((kept, np.full(len(kept), length, dtype=np.int64), self._term[at[kept]].astype(np.int64)))
        where, lengths, terms = (np.concatenate(column) for column in zip(*found, strict=True))
        return where, lengths, terms


class _Hashes(dict[str, int]):
    """Raw word -> hash of its form. Each raw word is looked at once."""

    def __missing__(self, raw: str) -> int:
        one = form(raw)
        if raw in _MARKS:
            value = _MARKS[raw]
        elif raw.lower() in NEGATIONS:
            value = _NEGATION
        elif one:
            value = int.from_bytes(hashlib.blake2b(one.encode(), digest_size=8).digest(), "big") | 1
        else:
            value = _SMALL
        self[raw] = value
        return value


def _stream(raw: Sequence[str], hashes: _Hashes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The telling words and the breaks: (hash, place among all words, whether a negation reaches it)."""
    values = np.fromiter(map(hashes.__getitem__, raw), dtype=np.uint64, count=len(raw))
    told = np.flatnonzero((values & np.uint64(1) != 0) | (values == _BREAK))
    negation = np.flatnonzero(values == _NEGATION)
    marks = np.concatenate([np.cumsum((values == _COMMA) | (values == _BREAK)), np.zeros(NEGATED, dtype=np.int64)])
    reached = np.zeros(len(raw) + NEGATED, dtype=np.bool_)
    for k in range(1, NEGATED + 1):  # no further than the next mark
        reached[negation + k] |= marks[negation + k] == marks[negation]
    return values[told], told, reached[told]


def _mark(length: int) -> int:
    """Mixed into a sum of hashes: a run of another length is another name."""
    return length * 0x9E3779B97F4A7C15 & _ALL


def _findings(material: Material, names: _Names) -> tuple[np.ndarray, np.ndarray]:
    """(ptr, terms): the findings named in each passage or its title, ascending, each once."""
    hashes, size = _Hashes(), len(material.passages)
    pairs = [np.zeros(0, dtype=np.int64)]
    for first in range(0, size, _CHUNK):
        raw: list[str] = []
        ends: list[int] = []
        for i in range(first, min(first + _CHUNK, size)):
            for text in (material.documents[int(material.owner[i])].title, material.passages[i].text):
                raw += raw_words_and_stops(text)
                raw.append(BREAK)
            ends.append(len(raw))
        values, place, negated = _stream(raw, hashes)
        where, _, term = names.find(values, negated)
        owner = first + np.searchsorted(np.array(ends), place[where], side="right")
        pairs.append(csr.distinct(owner << 32 | term))
    both = np.concatenate(pairs)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(both >> 32, minlength=size))]).astype(np.int32)
    return ptr, (both & 0xFFFFFFFF).astype(np.int32)
