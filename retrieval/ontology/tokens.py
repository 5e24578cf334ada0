"""Words as the ontology's names and a clinician's note share them: cut out, folded, respelled.

Autocomplete and the note reader must agree on what a word is, so both start here. Offsets are
code points of the text as given; folding never moves them. Nothing here knows a term.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """The words of a constant, written as one text so that it reads as a list of words."""
    return frozenset(text.split())


LONGEST_WORD = 48  # characters; the longest word of HPO 2025-01-16 has 30

# A word starts with a letter or digit of any script; combining marks and inner apostrophes belong to it.
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*(?:['’ʼ][^\W_](?:[^\W_]|[\u0300-\u036f])*)?")

_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "κ": "kappa", "λ": "lambda"}
_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "ł": "l", "đ": "d"})

# British spellings inside medical words. Applied to both sides of every comparison, so a rule that
# respells an innocent word ("aerobic" -> "erobic") costs nothing; a rule that joins two words would.
_BRITISH = (
    (re.compile(r"(?<=[a-z])ae(?=[a-z])|^ae(?=[a-z]{3})"), "e"),  # anaemia, haemorrhage, aetiology
    (re.compile(r"(?<=[b-df-hj-np-tv-z])oe(?=[a-z]{3})|^oe(?=[a-z]{3})"), "e"),  # foetal, oedema, coeliac
    (re.compile(r"rrhoea"), "rrhea"),
    (re.compile(r"(?<=[a-z]{3})is(?=(e|ed|es|ing|ation|ations)$)"), "iz"),  # generalised, calcifications
    (re.compile(r"(?<=[a-z]{2}l)y[sz](?=(e|ed|es|ing)$)"), "yz"),  # paralysed
    (re.compile(r"^(behavi|col|discol|fav|flav|hum|lab|neighb|od|rum|tum|vap|vig)our"), r"\1or"),
    (re.compile(r"leuco"), "leuko"),
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"(?<=[a-z]{2})tre(?=s?$)"), "ter"),  # centre, fibre is below
    (re.compile(r"^fibre(?=s?$)"), "fiber"),
    (re.compile(r"^(grey)"), "gray"),
    (re.compile(r"(?<=[aeiou]l)l(?=(ed|ing)$)"), ""),  # labelled, signalling
    (re.compile(r"^mould"), "mold"),
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: where it stands, and itself folded."""

    start: int
    end: int
    folded: str


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Lower case without diacritics, ligatures, apostrophes and a possessive's s."""
    if not word.isascii():
        decomposed = unicodedata.normalize("NFKD", word.casefold().translate(_LIGATURES))
        word = "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'").replace("ʼ", "'")
        word = "".join(_GREEK.get(c, c) for c in word)
    word = word.lower()
    if "'" in word:
        word = word.removesuffix("'s").replace("'", "")
    return word[:LONGEST_WORD]


@lru_cache(maxsize=65536)
def american(folded: str) -> str:
    """The US spelling of a folded word; unchanged if it has none."""
    for pattern, replacement in _BRITISH:
        folded = pattern.sub(replacement, folded)
    return folded


_IRREGULAR = {
    "feet": "foot",
    "teeth": "tooth",
    "children": "child",
    "phalanges": "phalanx",
    "vertebrae": "vertebra",
    "vertebre": "vertebra",
    "metastases": "metastasis",
    "testes": "testis",
    "calves": "calf",
    "indices": "index",
    "corpora": "corpus",
    "genitalia": "genital",
    "bronchi": "bronchus",
    "nevi": "nevus",
    "thrombi": "thrombus",
    "fungi": "fungus",
    "hila": "hilum",
    "ova": "ovum",
    "femora": "femur",
    "irides": "iris",
    "women": "woman",
    "men": "man",
}
_NO_PLURAL = frozenset({"lens", "pons", "pes", "caries", "facies", "series", "scabies", "rabies", "diabetes", "herpes"})


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """One form for singular and plural. Not always a real word; both sides of a comparison pass through it."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 6 and word.endswith(("ae", "omata")):
        return word[:-1] if word.endswith("ae") else word[:-2]  # fistulae, neurofibromata
    if len(word) < 4 or not word.endswith("s") or word in _NO_PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("oses", "yses", "eses")) and len(word) > 6:
        return word[:-2] + "is"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1]


def tokens(text: str) -> Iterator[Token]:
    """The words of a text, in order, in time linear in its length."""
    for match in _WORD.finditer(text):
        yield Token(match.start(), match.end(), fold(match.group()))
