"""The dictionary: every name of every finding as a bag of word keys, in arrays.

A bag is the sum of its words' 64-bit values, so the bags of all windows of a note come from one
cumulative sum and are looked up together. Sums may collide; words are compared before a match
counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from retrieval.ontology.names import LABEL, Name, finding_names
from retrieval.ontology.tokens import tokens
from retrieval.ontology.vocabulary import Vocabulary
from retrieval.phenotype_text import words
from retrieval.phenotype_text.ordinary import is_abbreviation, is_ordinary, is_unsure
from retrieval.strings import StringTable

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology

LONGEST_NAME = 12  # words; longer names are sentences that nobody writes
_BRACKETED = re.compile(r"\s*\([^) ]+ [^)]*\)")  # an explanation of several words
_HYPHEN = re.compile(r"(?<=[^\W_])-(?=[^\W_])")
_TRUST = {LABEL: 0, "EXACT": 1, "NARROW": 2, "BROAD": 2, "RELATED": 3}


@dataclass(frozen=True, slots=True)
class Entry:
    """One way to write one finding."""

    name: int  # row of the name
    term: int
    trust: int  # 0 label ... 3 related synonym
    words: tuple[int, ...]  # rows of the vocabulary, in the order of the name
    as_written: bool  # only if the note has exactly the name's letters
    has_punctuation: bool


class Lexicon:
    """Looks up bags of words. Word 0..n-1 are rows of the vocabulary of keys."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self.vocabulary = Vocabulary(arrays, "key_")
        self.values: np.ndarray = arrays["key_value"]
        self.names = StringTable(arrays, "text_name_")
        self.lengths: np.ndarray = arrays["lengths"]
        self._bags: np.ndarray = arrays["bag"]
        self._ptr: np.ndarray = arrays["entry_ptr"]
        self._words: np.ndarray = arrays["entry_word"]
        self._name: np.ndarray = arrays["entry_name"]
        self._term: np.ndarray = arrays["entry_term"]
        self._trust: np.ndarray = arrays["entry_trust"]
        self._flags: np.ndarray = arrays["entry_flags"]

    @staticmethod
    def build(ontology: Ontology) -> dict[str, np.ndarray]:
        names = list(finding_names(ontology))
        ways = sorted(_unambiguous(list(_ways(names)), ontology), key=lambda way: (way.trust, way.term, way.name))
        arrays, rows = Vocabulary.build((key for way in ways for key in way.keys), "key_")
        values = np.array([_value(key) for key in rows], dtype=np.uint64)
        sequences = [[rows[key] for key in way.keys] for way in ways]
        bags = np.array([values[sequence].sum(dtype=np.uint64) for sequence in sequences], dtype=np.uint64)
        order = np.argsort(bags, kind="stable")
        chosen = [ways[k] for k in order.tolist()]
        used = sorted({way.name for way in chosen})
        renumbered = {name: k for k, name in enumerate(used)}
        sizes = np.array([len(way.keys) for way in chosen], dtype=np.int32)
        return {
            **arrays,
            "key_value": values,
            **StringTable.build([names[k].text for k in used], "text_name_"),
            "lengths": np.unique(sizes),
            "bag": bags[order],
            "entry_ptr": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
            "entry_word": np.array([row for k in order.tolist() for row in sequences[k]], dtype=np.int32),
            "entry_name": np.array([renumbered[way.name] for way in chosen], dtype=np.int32),
            "entry_term": np.array([way.term for way in chosen], dtype=np.int32),
            "entry_trust": np.array([way.trust for way in chosen], dtype=np.uint8),
            "entry_flags": np.array([way.as_written + 2 * way.has_punctuation for way in chosen], dtype=np.uint8),
        }

    def find(self, bags: np.ndarray) -> np.ndarray:
        """For each bag the first entry with it, -1 where there is none."""
        if not len(self._bags):
            return np.full(len(bags), -1, dtype=np.int64)
        at = np.searchsorted(self._bags, bags)
        inside = np.minimum(at, len(self._bags) - 1)
        return np.where(self._bags[inside] == bags, inside, -1)

    def entries(self, first: int) -> Iterator[Entry]:
        """All entries with the bag of this one, most trusted first."""
        bag = self._bags[first]
        while first < len(self._bags) and self._bags[first] == bag:
            flags = int(self._flags[first])
            yield Entry(
                name=int(self._name[first]),
                term=int(self._term[first]),
                trust=int(self._trust[first]),
                words=tuple(self._words[self._ptr[first] : self._ptr[first + 1]].tolist()),
                as_written=bool(flags & 1),
                has_punctuation=bool(flags & 2),
            )
            first += 1

    def lookup(self, rows: Sequence[int]) -> Entry | None:
        """The most trusted entry of these words in any order; never an abbreviation."""
        if not rows or min(rows) < 0:
            return None
        found = int(self.find(self.values[list(rows)].sum(dtype=np.uint64, keepdims=True))[0])
        if found < 0:
            return None
        wanted = sorted(rows)
        return next((e for e in self.entries(found) if not e.as_written and sorted(e.words) == wanted), None)


@dataclass(frozen=True, slots=True)
class _Way:
    name: int
    term: int
    trust: int
    keys: tuple[str, ...]
    as_written: bool
    has_punctuation: bool


def _ways(names: list[Name]) -> Iterator[_Way]:
    """The ways a name may be written, without those too ordinary to mean anything."""
    for row, name in enumerate(names):
        seen: set[tuple[str, ...]] = set()
        as_written = is_abbreviation(name.text, name.kind)
        for form, trust in _forms(name):
            folded = [token.folded for token in tokens(form)]
            content = [word for word in folded if word not in words.SMALL]
            keys = tuple(words.key(word) for word in content)
            if keys in seen or not keys or len(keys) > LONGEST_NAME:
                continue
            if is_unsure(name.text) if as_written else is_ordinary(content):
                continue
            seen.add(keys)
            yield _Way(row, name.term, trust, keys, as_written, any(c in ",/(" for c in name.text))


def _forms(name: Name) -> Iterator[tuple[str, int]]:
    """The name, and how else it is written; the others never outrank what HPO itself says."""
    trust = _TRUST.get(name.scope, 3)
    yield name.text, trust
    yield _BRACKETED.sub("", name.text), trust
    yield _HYPHEN.sub("", name.text), trust
    if name.text.startswith("Abnormal ") and name.text.endswith(" morphology"):
        yield name.text.removesuffix(" morphology"), max(trust, 2)


def _unambiguous(ways: list[_Way], ontology: Ontology) -> Iterator[_Way]:
    """Drops abbreviations that stand for several findings, unless one of those lies below the other."""
    meanings: dict[tuple[str, ...], set[int]] = {}
    for way in ways:
        if way.as_written:
            meanings.setdefault(way.keys, set()).add(way.term)
    for way in ways:
        terms = meanings.get(way.keys, set()) if way.as_written else set()
        if len(terms) < 2 or all(way.term in ontology.ancestors(term) for term in terms):
            yield way


def _value(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little")
