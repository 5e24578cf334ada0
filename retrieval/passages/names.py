"""Which diseases a question names: by any id, any name of the disease table, any synonym a source gives.

Names are kept as hashes of their words, so that a hundred thousand cost a megabyte and a question is looked up
without a loop over them. The longest name wins: "Marfan syndrome type 2" is not "Marfan syndrome". A name favours
passages, it never decides what a disease is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from retrieval.diseases import DiseaseTable
from retrieval.ontology.tokens import american, fold, singular
from retrieval.passages.words import raw_words
from retrieval.strings import Arrays

LONGEST = 14  # words of a name that is looked for
SHORTEST = 4  # letters of a name of one word, if it is not written in capitals: "AS" is a disease and "as" is none
MOST_WORDS = 120  # of a question
MOST = 8  # diseases that one question may name
_ID = re.compile(r"\b(OMIM|MIM|ORPHA|ORPHANET|MONDO)\s*(?:[:#_-]|code)?\s*(\d{1,7})\b", re.IGNORECASE)
_PREFIXES = {"mim": "OMIM", "orphanet": "ORPHA"}


@dataclass(frozen=True, slots=True)
class Named:
    """A disease that the question names, and the words that name it."""

    position: int  # in the disease table
    words: str
    by_id: bool = False


class DiseaseNames:
    def __init__(self, arrays: Arrays) -> None:
        self._hash: np.ndarray = arrays["name_hash"]  # uint64, ascending; a name of several diseases stands repeatedly
        self._disease: np.ndarray = arrays["name_disease"]  # int32, position in the disease table

    def find(self, question: str, diseases: DiseaseTable) -> tuple[Named, ...]:
        """The diseases named, ids first, each once."""
        found: dict[int, Named] = {}
        for match in _ID.finditer(question):
            i = _by_id(match, diseases)
            if i is not None:
                found.setdefault(i, Named(i, match.group(), by_id=True))
        for positions, words in self._by_words(raw_words(without_ids(question))[:MOST_WORDS]):
            for i in positions:
                found.setdefault(i, Named(i, words))
        return tuple(found.values())[:MOST]

    def whole(self, name: str) -> tuple[int, ...]:
        """The diseases that have exactly this name."""
        words = [_word(one) for one in raw_words(name)]
        key = np.uint64(_hash(words))
        first, last = np.searchsorted(self._hash, key, "left"), np.searchsorted(self._hash, key, "right")
        return tuple(self._disease[first:last].tolist()) if words else ()

    def _by_words(self, raw: list[str]) -> list[tuple[list[int], str]]:
        """Names in the question, the longest first where they overlap."""
        folded = [_word(one) for one in raw]
        spans = [
            (start, start + length)
            for length in range(min(LONGEST, len(raw)), 0, -1)
            for start in range(len(raw) - length + 1)
        ]
        if not spans or not len(self._hash):
            return []
        sought = np.array([_hash(folded[start:end]) for start, end in spans], dtype=np.uint64)
        first = np.searchsorted(self._hash, sought, "left")
        last = np.searchsorted(self._hash, sought, "right")
        taken = [False] * len(raw)
        found = []
        for at in np.flatnonzero(last > first).tolist():
            start, end = spans[at]
            if any(taken[start:end]) or (end - start == 1 and not _telling(raw[start])):
                continue
            taken[start:end] = [True] * (end - start)
            found.append((start, self._disease[first[at] : last[at]].tolist(), " ".join(raw[start:end])))
        return [(positions, words) for _, positions, words in sorted(found)]


def without_ids(question: str) -> str:
    """The question without the ids of diseases in it, whose numbers are no words of a text."""
    return _ID.sub(" ", question)


def build(diseases: DiseaseTable, synonyms: Iterable[tuple[str, str]] = ()) -> dict[str, np.ndarray]:
    """The arrays: every name of every disease, and the synonyms given as (disease id, name)."""
    pairs: set[tuple[int, int]] = set()
    for i in range(diseases.size):
        for name in {diseases.name(i), *(diseases.name_of(one) for one in diseases.all_ids(i))}:
            pairs.update((_hash(words), i) for words in _variants(name))
    for disease_id, name in synonyms:
        i_or_none = diseases.index(disease_id)
        if i_or_none is not None:
            pairs.update((_hash(words), i_or_none) for words in _variants(name))
    ordered = sorted(pairs)
    return {
        "name_hash": np.array([one for one, _ in ordered], dtype=np.uint64),
        "name_disease": np.array([i for _, i in ordered], dtype=np.int32),
    }


def _variants(name: str) -> list[list[str]]:
    """The name's words; OMIM writes "Marfan syndrome; MFS" and "MUSCULAR DYSTROPHY, CONGENITAL, 1A"."""
    parts = [name, *name.split(";")] if ";" in name else [name]
    wordings = [[_word(one) for one in raw_words(part)] for part in parts]
    return [words for words in wordings if 0 < len(words) <= LONGEST]


def _word(raw: str) -> str:
    return singular(american(fold(raw)))


def _hash(words: Iterable[str]) -> int:
    return int.from_bytes(hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest(), "big")


def _telling(raw: str) -> bool:
    return len(raw) >= SHORTEST or (len(raw) >= 2 and raw.isupper())


def _by_id(match: re.Match[str], diseases: DiseaseTable) -> int | None:
    prefix = match[1].lower()
    number = f"{int(match[2]):07d}" if prefix == "mondo" else str(int(match[2]))
    return diseases.index(f"{_PREFIXES.get(prefix, prefix.upper())}:{number}")
