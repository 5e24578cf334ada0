"""The words of a passage and of a question, in one spelling, so that the two can meet.

Folded, American, singular, and without the few words that stand in every sentence. Nothing here knows
a term or a disease.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

from retrieval.ontology.tokens import american, fold, singular, word_set

# A word as in `retrieval.ontology.tokens`: letters and digits of any script, marks and inner apostrophes.
# Letters are read in runs, not one by one: texts have millions of them.
_RUN = r"[^\W_]+(?:[\u0300-\u036f][^\W_]*)*"
_WORD = re.compile(rf"{_RUN}(?:['’ʼ]{_RUN})?")
_WORD_OR_STOP = re.compile(rf"{_WORD.pattern}|[,.;:!?()]")
SMALL = word_set(
    "a about also am an and any are as at be been but by can could did do does for from had has have he her him "
    "his how i if in into is it its may more most no not of on or other our out she should so some such than that "
    "the their them then there these they this those to was we were what when where which who whom whose why will "
    "with without would you your"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word where it stands, and its one form; `form` is empty where it says nothing."""

    start: int
    end: int
    form: str


@lru_cache(maxsize=1 << 17)
def form(raw: str) -> str:
    """The one form of a word as it is written; empty for a small word."""
    folded = fold(raw)
    return "" if folded in SMALL else singular(american(folded))


def forms(text: str) -> list[str]:
    """The forms of all telling words, in order, repeated as they are repeated."""
    return [one for one in map(form, raw_words(text)) if one]


def raw_words(text: str) -> list[str]:
    found: list[str] = _WORD.findall(text)
    return found


def raw_words_and_stops(text: str) -> list[str]:
    """As `raw_words`, and the marks that end a thought where they stand."""
    found: list[str] = _WORD_OR_STOP.findall(text)
    return found


def words(text: str, wanted: Container[str]) -> list[Word]:
    """The words that have one of the wanted forms, where they stand."""
    return [
        Word(match.start(), match.end(), one)
        for match in _WORD.finditer(text)
        if (one := form(match.group())) in wanted
    ]
