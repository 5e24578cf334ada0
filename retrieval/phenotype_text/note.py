"""A note cut into words, with what stands between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from retrieval.ontology.tokens import tokens
from retrieval.ontology.vocabulary import Vocabulary
from retrieval.phenotype_text import words

OPEN, COMMA, STOP = 0, 1, 2  # what may stand between two words of one name

_STOP = re.compile(r"[.;:!?()•·|\u3002\u061b\u061f\uff0e\uff1b]|\n[ \t\r]*\n|\n[ \t]*[-*+>]|\t")
_COMMA = re.compile(r"[,/\[\]\"“”]|[-–—] | [-–—]|\uff0c|\u3001|\u060c")
_JOIN = frozenset({"-", "-\n", "\u2010", "\u2011", "\u00ad", "\u00ad\n"})


@dataclass(frozen=True, slots=True)
class Note:
    """Words by position: offsets, folded form, row of the key, and the break before each."""

    text: str
    start: tuple[int, ...]
    end: tuple[int, ...]
    folded: tuple[str, ...]
    row: np.ndarray  # int64; -1: no name has this word, -2: a small word
    gap: tuple[int, ...]  # OPEN, COMMA or STOP before word i

    def __len__(self) -> int:
        return len(self.start)


def cut(text: str, vocabulary: Vocabulary) -> Note:
    """The words of a text. Words joined by a hyphen are one word where the dictionary has it joined."""
    spans = [(token.start, token.end, token.folded) for token in tokens(text)]
    spans = _joined(text, spans, vocabulary)
    gaps = [STOP] + [_break(text[a[1] : b[0]], text[b[0]]) for a, b in pairwise(spans)]
    folded = tuple(span[2] for span in spans)
    return Note(
        text=text,
        start=tuple(span[0] for span in spans),
        end=tuple(span[1] for span in spans),
        folded=folded,
        row=_rows(folded, vocabulary),
        gap=tuple(gaps),
    )


def _rows(folded: Sequence[str], vocabulary: Vocabulary) -> np.ndarray:
    distinct = list(dict.fromkeys(folded))
    rows = vocabulary.rows([words.key(word) for word in distinct]).tolist()
    known = {word: -2 if word in words.SMALL else row for word, row in zip(distinct, rows, strict=True)}
    return np.array([known[word] for word in folded], dtype=np.int64)


def _joined(text: str, spans: list[tuple[int, int, str]], vocabulary: Vocabulary) -> list[tuple[int, int, str]]:
    joined: list[tuple[int, int, str]] = []
    for span in spans:
        if joined and text[joined[-1][1] : span[0]] in _JOIN:
            start, _, before = joined[-1]
            together = before + span[2]
            if len(together) < 40 and vocabulary.row(words.key(together)) is not None:
                joined[-1] = (start, span[1], together)
                continue
        joined.append(span)
    return joined


def _break(between: str, following: str) -> int:
    if between == " ":
        return OPEN
    if _STOP.search(between):
        return STOP
    if "\n" in between and following.isupper():
        return COMMA  # perhaps a new line of a list, perhaps only a wrapped sentence
    return COMMA if _COMMA.search(between) else OPEN
