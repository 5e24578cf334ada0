"""The words of a passage to show for a question: whole sentences, and where the matched words stand in them.

A quote is always `document.text[start:end]`. Of all runs of sentences that are short enough, the one with the most
telling words of the question; the shorter and earlier one where several have as much; the beginning where none has any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from retrieval.passages.words import Word, words

LONGEST = 360  # characters of a quote; one sentence alone may be longer
MOST_READ = 6_000  # characters of a passage that are looked at
MOST_HIGHLIGHTS = 40
# A sentence ends at . ! ? before a blank and what begins a sentence, and at the end of a line.
_ENDS = re.compile(r"[.!?]['\")\]”’]*\s+(?=['\"(\[“‘]?[^\Wa-z_])|\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Quote:
    """`text == document.text[start:end]`; `highlights` are (start, end) within `text`."""

    text: str
    start: int
    end: int
    highlights: tuple[tuple[int, int], ...] = ()


def quote(passage: str, at: int, telling: Mapping[str, float]) -> Quote:
    """Of a passage that begins at `at` in its document; `telling`: the question's words and how rare each is."""
    read = passage[:MOST_READ]
    sentences = _sentences(read)
    if not sentences:
        return Quote(passage[:LONGEST], at, at + len(passage[:LONGEST]))
    found = words(read, telling)
    start, end = _window(sentences, found, telling)
    marks = [(one.start - start, one.end - start) for one in found if start <= one.start and one.end <= end]
    return Quote(read[start:end], at + start, at + end, tuple(marks[:MOST_HIGHLIGHTS]))


def _sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each, without the blanks around it."""
    edges = [0, *(match.end() for match in _ENDS.finditer(text)), len(text)]
    found = []
    for start, end in pairwise(edges):
        piece = text[start:end]
        inner = piece.strip()
        if inner:
            begin = start + len(piece) - len(piece.lstrip())
            found.append((begin, begin + len(inner)))
    return found


def _window(sentences: list[tuple[int, int]], found: list[Word], telling: Mapping[str, float]) -> tuple[int, int]:
    """The best run of sentences of at most LONGEST characters."""
    within: list[set[str]] = []
    k = 0
    for _, end in sentences:
        own: set[str] = set()
        while k < len(found) and found[k].start < end:
            own.add(found[k].form)
            k += 1
        within.append(own)
    best, chosen = (0.0, 0), sentences[0]
    for first, (start, _) in enumerate(sentences):
        seen: set[str] = set()
        for last in range(first, len(sentences)):
            end = sentences[last][1]
            if end - start > LONGEST and last > first:
                break
            seen |= within[last]
            worth = (sum(telling[word] for word in seen), start - end)
            if worth[0] > 0 and worth > best:
                best, chosen = worth, (start, end)
    return chosen
