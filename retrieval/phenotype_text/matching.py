"""Finds names in a note: every window of words is looked up at once, then the longest win."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from retrieval.ontology.tokens import american, singular, tokens
from retrieval.phenotype_text import words
from retrieval.phenotype_text.lexicon import Entry, Lexicon
from retrieval.phenotype_text.note import COMMA, STOP, Note
from retrieval.phenotype_text.ordinary import NOT_ALONE


@dataclass(frozen=True, slots=True)
class Match:
    """Words first..last (exclusive) of the note name a finding."""

    first: int
    last: int
    entry: Entry
    in_order: bool


def find(note: Note, lexicon: Lexicon) -> list[Match]:
    """Matches in order of place, none overlapping; more words win over fewer."""
    content = np.flatnonzero(note.row != -2)
    found = list(_windows(note, lexicon, content))
    skipped = np.array([word in words.SKIPPABLE for word in note.folded], dtype=bool)
    if skipped.any():
        kept = content[~skipped[content]]
        found += [match for match in _windows(note, lexicon, kept) if skipped[match.first : match.last].any()]
    found.sort(key=lambda m: (-len(m.entry.words), not m.in_order, m.entry.trust, m.last - m.first, m.first))
    taken = bytearray(len(note))
    chosen = []
    for match in found:
        if not any(taken[match.first : match.last]):
            taken[match.first : match.last] = b"\1" * (match.last - match.first)
            chosen.append(match)
    return sorted(chosen, key=lambda match: match.first)


def _windows(note: Note, lexicon: Lexicon, content: np.ndarray) -> Iterator[Match]:
    """Every window of these words that is a name."""
    if not len(content):
        return
    rows = note.row[content]
    known = rows >= 0
    values = np.where(known, lexicon.values[np.maximum(rows, 0)] if len(lexicon.values) else 0, 0).astype(np.uint64)
    bags = _cumulative(values, np.uint64)
    unknown = _cumulative(~known, np.int64)
    commas, stops = _breaks(note, content)
    for length in lexicon.lengths.tolist():
        if length > len(content):
            break
        first = np.arange(len(content) - length + 1)
        last = first + length
        open_ = (unknown[last] == unknown[first]) & (stops[last - 1] == stops[first])
        at = first[open_]
        hits = lexicon.find(bags[at + length] - bags[at])
        for start, entry in zip(at[hits >= 0].tolist(), hits[hits >= 0].tolist(), strict=True):
            inside = content[start : start + length]
            comma = bool(commas[start + length - 1] > commas[start])
            match = _checked(note, lexicon, inside, entry, comma)
            if match is not None:
                yield match


def _cumulative(values: np.ndarray, kind: type) -> np.ndarray:
    sums: np.ndarray = np.zeros(len(values) + 1, dtype=kind)
    np.cumsum(values, out=sums[1:], dtype=kind)
    return sums


def _breaks(note: Note, content: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Commas and stops before each content word, counted from the beginning of the note."""
    gap = np.array(note.gap, dtype=np.int64)
    return np.cumsum(gap == COMMA)[content], np.cumsum(gap == STOP)[content]


def _checked(note: Note, lexicon: Lexicon, inside: np.ndarray, first: int, comma: bool) -> Match | None:
    """The best entry with this bag, its words compared one by one."""
    rows = tuple(note.row[inside].tolist())
    begin, end = int(inside[0]), int(inside[-1])
    written = note.text[note.start[begin] : note.end[end]]
    best: Match | None = None
    best_rank = (False, False, 0)
    for entry in lexicon.entries(first):
        in_order = entry.words == rows
        if not in_order and sorted(entry.words) != sorted(rows):
            continue
        if entry.as_written:
            if not _as_written(written, lexicon.names[entry.name], note, begin):
                continue
        elif len(rows) == 1 and note.folded[begin] in NOT_ALONE:
            continue
        if comma and not entry.has_punctuation:
            continue
        rank = (_literal(note, inside, lexicon.names[entry.name]), in_order, -entry.trust)
        if best is None or rank > best_rank:
            best, best_rank = Match(begin, end + 1, entry, in_order), rank
    return best


def _literal(note: Note, inside: np.ndarray, name: str) -> bool:
    """Whether the note has the name's own words, plural and spelling aside."""
    written = [singular(american(note.folded[k])) for k in inside.tolist()]
    own = [singular(american(token.folded)) for token in tokens(name)]
    return written == [word for word in own if word not in words.SMALL]


def _as_written(written: str, name: str, note: Note, at: int) -> bool:
    """An abbreviation counts only with its own letters, and never in a line of capitals."""
    if written not in (name, f"{name}s"):
        return False
    if name[1:].islower():
        return True
    nearby = [note.text[note.start[i] : note.end[i]] for i in range(max(0, at - 3), min(len(note), at + 4)) if i != at]
    long = [word for word in nearby if len(word) > 3]
    return not long or not all(word.isupper() for word in long)
