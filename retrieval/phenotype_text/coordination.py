"""Findings that share a word: "hip and knee contractures", "short fingers and toes".

Around each recognised name the listed neighbours are tried in place of its first or last word.
Only what is itself a name of a finding counts, so nothing is invented; the span is the listed
word alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.phenotype_text import words
from retrieval.phenotype_text.lexicon import Lexicon
from retrieval.phenotype_text.matching import Match
from retrieval.phenotype_text.note import COMMA, OPEN, Note

_MOST_ITEMS = 6  # of one list
_JOINERS = frozenset({"and", "or", "nor"})
_LONGEST_ITEM = 2  # words


def expand(note: Note, lexicon: Lexicon, matches: list[Match]) -> list[Match]:
    """The matches and those of words listed with them, in order of place, none overlapping."""
    taken = bytearray(len(note))
    for match in matches:
        taken[match.first : match.last] = b"\1" * (match.last - match.first)
    found = list(matches)
    for match in matches:
        if len(match.entry.words) < 2:
            continue
        for listed in (*_before(note, lexicon, match, taken), *_after(note, lexicon, match, taken)):
            taken[listed.first : listed.last] = b"\1" * (listed.last - listed.first)
            found.append(listed)
    return sorted(found, key=lambda match: match.first)


def _before(note: Note, lexicon: Lexicon, match: Match, taken: bytearray) -> Iterator[Match]:
    """ "hip and knee contractures": words before the name that go with its last words."""
    rows = _content(note, match)
    end = match.first
    for _ in range(_MOST_ITEMS):
        joined = _joiner_before(note, end)
        if joined is None or joined < 1 or taken[joined - 1]:
            return
        item = next(
            (
                found
                for size in range(1, _LONGEST_ITEM + 1)
                for drop in range(1, len(rows))
                if (found := _item(note, lexicon, joined - size, joined, (), rows[drop:], taken)) is not None
            ),
            None,
        )
        if item is None:
            return
        yield item
        end = item.first


def _after(note: Note, lexicon: Lexicon, match: Match, taken: bytearray) -> Iterator[Match]:
    """ "short fingers and toes": words after the name that go with its first words."""
    rows = _content(note, match)
    start = match.last
    for _ in range(_MOST_ITEMS):
        joined = _joiner_after(note, start)
        if joined is None or joined >= len(note) or taken[joined]:
            return
        item = next(
            (
                found
                for size in range(_LONGEST_ITEM, 0, -1)
                for drop in range(1, len(rows))
                if (found := _item(note, lexicon, joined, joined + size, rows[:-drop], (), taken)) is not None
            ),
            None,
        )
        if item is None:
            return
        yield item
        start = item.last


def _item(
    note: Note,
    lexicon: Lexicon,
    first: int,
    last: int,
    head: tuple[int, ...],
    tail: tuple[int, ...],
    taken: bytearray,
) -> Match | None:
    if first < 0 or last > len(note) or any(taken[first:last]) or any(note.gap[first + 1 : last]):
        return None
    rows = tuple(note.row[first:last].tolist())
    if min(rows) < 0 or any(note.folded[k] in _JOINERS for k in range(first, last)):
        return None
    entry = lexicon.lookup((*head, *rows, *tail))
    return Match(first, last, entry, True) if entry is not None else None


def _content(note: Note, match: Match) -> tuple[int, ...]:
    return tuple(
        row
        for row, word in zip(
            note.row[match.first : match.last].tolist(), note.folded[match.first : match.last], strict=True
        )
        if row >= 0 and word not in words.SKIPPABLE
    )


def _joiner_before(note: Note, first: int) -> int | None:
    """Where the item listed before word `first` ends; None if nothing is listed there."""
    if first >= 2 and note.folded[first - 1] in _JOINERS and note.gap[first] == OPEN:
        return first - 1
    return first if first >= 1 and note.gap[first] == COMMA else None


def _joiner_after(note: Note, last: int) -> int | None:
    """Where the item listed after word `last - 1` begins, past a joiner and an article."""
    at = last
    if at < len(note) and note.folded[at] in _JOINERS and note.gap[at] != 2:
        at += 1
    elif at >= len(note) or note.gap[at] != COMMA:
        return None
    while at < len(note) and (note.row[at] == -2 or note.folded[at] in words.SKIPPABLE) and note.gap[at] == OPEN:
        at += 1
    return at
