"""Finds findings while someone types: any word order, beginnings of words, small typos, ids.

Names are kept as postings (word → names) in arrays, so opening costs nothing and a query is a
handful of vector operations. It only proposes; it never decides what a patient has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retrieval.ontology import highlight
from retrieval.ontology.names import LABEL, finding_names
from retrieval.ontology.term_ids import TermIds
from retrieval.ontology.tokens import american, fold, singular, tokens, word_set
from retrieval.ontology.vocabulary import Vocabulary
from retrieval.strings import StringTable

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology

LONGEST_QUERY = 160  # characters read; the longest name of HPO 2025-01-16 has 169
MOST_WORDS = 10  # words read
_NEAREST = 300  # misspelt readings of one word that are followed up
_FEW = 3  # with fewer full answers than this, misspellings are tried too

# Points of a name's score. Their order matters more than their size: exact, beginning of a
# name, label before synonym, every word matched, common before rare, short before long.
_EXACT, _BEGINS, _LABEL, _WORD, _COMMON = 8.0, 4.0, 1.5, 2.0, 2.0
_MISSING, _SPREAD, _TYPO = -6.0, -5.0, -3.0  # a word unmatched; words spread over synonyms; one edit
_EXTRA_WORD, _CHARACTER = -0.15, -0.01
_SCOPE = {LABEL: _LABEL, "EXACT": 0.0, "NARROW": -0.7, "BROAD": -0.7, "RELATED": -1.0}
_WHOLE, _PREFIX = 1.0, 0.6  # how well one word matched
_SMALL_WORDS = word_set("a an and at by for from in is of on or the to with due")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A finding offered for what was typed. `spans` are the typed characters within `matched`."""

    id: str
    label: str
    matched: str  # the label, synonym or id that matched
    is_synonym: bool
    spans: tuple[tuple[int, int], ...]
    definition: str
    disease_count: int
    parent_label: str
    score: float
    note: str = ""  # says that a typed id was replaced


@dataclass(frozen=True, slots=True)
class _Hits:
    """How well each name matches each typed word."""

    quality: np.ndarray  # float32[words, names]; 0 is no match, negative a misspelling
    in_place: np.ndarray  # bool[words, names]: the word stands where it was typed

    def complete(self) -> np.ndarray:
        complete: np.ndarray = (self.quality != 0).all(axis=0)
        return complete


class Autocomplete:
    """Suggestions over one ontology; safe to share between threads."""

    def __init__(self, arrays: Mapping[str, np.ndarray], ontology: Ontology) -> None:
        self._ontology = ontology
        self._vocabulary = Vocabulary(arrays)
        self._ids = TermIds(arrays)
        self._texts = StringTable(arrays, "name_")
        self._term: np.ndarray = arrays["name_term"]
        self._is_synonym: np.ndarray = arrays["name_is_synonym"]
        self._words: np.ndarray = arrays["name_words"]
        self._merit: np.ndarray = arrays["name_merit"]
        self._first_name: np.ndarray = arrays["first_name"]
        self._ptr: np.ndarray = arrays["posting_ptr"]
        self._name: np.ndarray = arrays["posting_name"]
        self._place: np.ndarray = arrays["posting_place"]

    @staticmethod
    def build(ontology: Ontology) -> dict[str, np.ndarray]:
        names = list(finding_names(ontology))
        cut = [[token.folded for token in tokens(name.text)] for name in names]
        postings: list[tuple[str, int, int]] = []
        for row, words in enumerate(cut):
            for place, word in enumerate(words):
                postings.extend((form, row, place) for form in {word, american(word)})
        arrays, rows = Vocabulary.build(word for word, _, _ in postings)
        numbered = np.array(sorted((rows[word], row, place) for word, row, place in postings), dtype=np.int32)
        numbered = numbered.reshape(-1, 3)
        term = np.array([name.term for name in names], dtype=np.int32)
        common = np.log1p(np.asarray(ontology.disease_count, dtype=np.float64))
        common = common / max(common.max(initial=0.0), 1.0)
        merit = [
            _SCOPE.get(name.scope, -1.0) + _COMMON * common[name.term] + _CHARACTER * len(name.text) for name in names
        ]
        return {
            **arrays,
            **TermIds.build(ontology),
            **StringTable.build([name.text for name in names], "name_"),
            "name_term": term,
            "name_is_synonym": np.array([name.scope != LABEL for name in names], dtype=bool),
            "name_words": np.array([len(words) for words in cut], dtype=np.int16),
            "name_merit": np.array(merit, dtype=np.float32),
            "first_name": np.flatnonzero(np.diff(term, prepend=-1)).astype(np.int32),
            "posting_ptr": np.searchsorted(numbered[:, 0], np.arange(len(rows) + 1)).astype(np.int32),
            "posting_name": np.ascontiguousarray(numbered[:, 1]),
            "posting_place": np.ascontiguousarray(numbered[:, 2]).astype(np.int16),
        }

    def suggest(self, text: str, limit: int = 12) -> list[Suggestion]:
        """The best findings for what was typed, best first; empty when nothing is near."""
        text = text[:LONGEST_QUERY]
        if limit < 1:
            return []
        if (digits := TermIds.digits(text)) is not None:
            by_id = self._by_id(digits, limit)
            if by_id or not text.strip().isdigit():
                return by_id
        words = [token.folded for token in tokens(text)][:MOST_WORDS]
        words = [word for word in words if word]
        if not words or not len(self._texts):
            return []
        score, typed = self._scores(words)
        return [self._suggestion(row, typed, float(score[row])) for row in self._best(score, limit)]

    # --- scoring ---------------------------------------------------------

    def _scores(self, words: list[str]) -> tuple[np.ndarray, list[str]]:
        """A score for every name (-inf: no match) and the words it was reached with."""
        hits = self._hits(words, misspelt=False)
        score = self._score(words, hits)
        found = np.unique(self._term[np.isfinite(score)])
        if len(found) >= _FEW or (len(found) and score.max() > _EXACT):
            return score, words
        hits = self._hits(words, misspelt=True)
        near = np.maximum(score, self._score(words, hits))
        if np.isfinite(near).any():
            return near, words
        joined = "".join(words)
        if 1 < len(words) <= 3 and self._vocabulary.range(joined) != (0, 0):
            near = self._score([joined], self._hits([joined], misspelt=False))
            if np.isfinite(near).any():
                return near, [joined]
        return self._partial(words, hits), words

    def _hits(self, words: list[str], *, misspelt: bool) -> _Hits:
        quality = np.zeros((len(words), len(self._texts)), dtype=np.float32)
        in_place = np.zeros(quality.shape, dtype=bool)
        for k, word in enumerate(words):
            if misspelt:
                self._mark_near(word, k, quality[k], in_place[k])
            for form in _forms(word):
                first, last = self._vocabulary.range(form)
                self._mark(first, last, _PREFIX, k, quality[k], in_place[k])
            for form in _forms(word):
                first, last = self._vocabulary.range(form, whole=True)
                self._mark(first, last, _WHOLE, k, quality[k], in_place[k])
        return _Hits(quality, in_place)

    def _mark(self, first: int, last: int, value: float, k: int, quality: np.ndarray, in_place: np.ndarray) -> None:
        start, end = int(self._ptr[first]), int(self._ptr[last])
        if start < end:
            names = self._name[start:end]
            quality[names] = value
            in_place[names[self._place[start:end] == k]] = True

    def _mark_near(self, word: str, k: int, quality: np.ndarray, in_place: np.ndarray) -> None:
        edits = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        if not edits or self._vocabulary.row(word) is not None:
            return  # too short to bend, or a word as it stands
        rows, distances = self._vocabulary.near(american(word), edits)
        order = np.argsort(distances, kind="stable")[:_NEAREST]
        for distance in range(edits, -1, -1):
            at = _positions(self._ptr, rows[order][distances[order] == distance])
            names = self._name[at]
            quality[names] = _TYPO * max(distance, 1)
            in_place[names[self._place[at] == k]] = True

    def _score(self, words: list[str], hits: _Hits) -> np.ndarray:
        """Names that match every word; small words may be missing unless they are still being typed."""
        matched = hits.quality != 0
        needed = np.array([word not in _SMALL_WORDS for word in words])
        needed[-1] = True
        return self._weigh(words, hits, matched[needed].all(axis=0))

    def _weigh(self, words: list[str], hits: _Hits, rows: np.ndarray) -> np.ndarray:
        score = np.full(len(self._texts), -np.inf, dtype=np.float32)
        chosen = np.flatnonzero(rows)
        quality = hits.quality[:, chosen]
        size = self._words[chosen]
        in_order = hits.in_place[:, chosen].all(axis=0)
        exact = in_order & (quality == _WHOLE).all(axis=0) & (size == len(words))
        score[chosen] = (
            self._merit[chosen]
            + _EXACT * exact
            + _BEGINS * (in_order & (quality > 0).all(axis=0))
            + _WORD * np.maximum(quality, 0).sum(axis=0) / len(words)
            + np.minimum(quality, 0).sum(axis=0)
            + _EXTRA_WORD * np.maximum(size - len(words), 0)
            + _MISSING * np.maximum(len(words) - size, 0) * (quality != 0).all(axis=0)
        )
        return score

    def _partial(self, words: list[str], hits: _Hits) -> np.ndarray:
        """No name has every word: terms whose names together do, else names with all words but one."""
        matched = hits.quality != 0
        together = np.logical_or.reduceat(matched, self._first_name, axis=1).all(axis=0)
        if together.any():
            names_of = np.diff(np.append(self._first_name, len(self._texts)))
            rows = np.repeat(together, names_of) & matched.any(axis=0)
            return self._weigh(words, hits, rows) + _SPREAD
        if len(words) < 2:
            return np.full(len(self._texts), -np.inf, dtype=np.float32)
        return self._weigh(words, hits, matched.sum(axis=0) == len(words) - 1) + _MISSING

    def _best(self, score: np.ndarray, limit: int) -> list[int]:
        """The best name of each of the best terms."""
        candidates = np.flatnonzero(np.isfinite(score))
        wide = 8 * limit  # a term has seldom more than eight names that match
        while True:
            top = candidates
            if len(candidates) > wide:
                top = candidates[np.argpartition(-score[candidates], wide)[:wide]]
            ordered = top[np.lexsort((top, -score[top]))]
            best: dict[int, int] = {}
            for row in ordered.tolist():
                best.setdefault(int(self._term[row]), row)
            if len(best) >= limit or len(top) == len(candidates):
                return list(best.values())[:limit]
            wide *= 4

    # --- what is shown ---------------------------------------------------

    def _suggestion(self, row: int, words: list[str], score: float) -> Suggestion:
        matched = self._texts[row]
        spans = highlight.spans(matched, words)
        return self._of(int(self._term[row]), matched, bool(self._is_synonym[row]), spans, score)

    def _by_id(self, digits: str, limit: int) -> list[Suggestion]:
        found = []
        for number, term in self._ids.starting_with(digits, limit):
            asked = f"HP:{number:07d}"
            current = self._ontology.ids[term]
            note = "" if asked == current else self._ontology.resolve(asked).note
            begins = asked.startswith(f"HP:{digits}")
            span = (0, 3 + len(digits)) if begins else (len(asked) - len(digits), len(asked))
            found.append(self._of(term, asked, False, (span,), _EXACT, note))
        return found

    def _of(
        self,
        term: int,
        matched: str,
        is_synonym: bool,
        spans: tuple[tuple[int, int], ...],
        score: float,
        note: str = "",
    ) -> Suggestion:
        ontology = self._ontology
        parents = ontology.parents(term)
        term_id = ontology.ids[term]
        return Suggestion(
            id=term_id,
            label=ontology.label(term),
            matched=matched,
            is_synonym=is_synonym,
            spans=spans,
            definition=ontology.term(term_id).definition,
            disease_count=int(ontology.disease_count[term]),
            parent_label=ontology.label(int(parents[0])) if len(parents) else "",
            score=score,
            note=note,
        )


def _positions(ptr: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The positions of all entries of these rows of a list of lists."""
    start, size = ptr[rows], ptr[rows + 1] - ptr[rows]
    before = np.cumsum(size) - size
    positions: np.ndarray = np.repeat(start - before, size) + np.arange(int(size.sum()))
    return positions


def _forms(word: str) -> set[str]:
    """The spellings under which a typed word is looked up."""
    american_form = american(fold(word))
    return {word, american_form, singular(american_form)} if len(word) > 3 else {word, american_form}
