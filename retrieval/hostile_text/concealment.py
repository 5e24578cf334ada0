"""Text that shows something else than what is stored: invisible letters, turned directions, look-alikes, scripts.

Honest uses pass: a joiner in Persian or an emoji, a break opportunity in a long address, Greek letters in the
names of proteins (NF-κB, β-catenin), right-to-left passages with balanced marks.
"""

from __future__ import annotations

import re
import unicodedata

from retrieval.hostile_text.folding import TAGS

_ZERO_WIDTH = re.compile("(?<=[A-Za-z\u00c0-\u024f])[\u200b-\u200d\u2060-\u2064\ufeff\u180e]+(?=[A-Za-z\u00c0-\u024f])")
_RUN = re.compile(
    "[\u200b-\u200d\u2060-\u2064\ufeff\u180e]{4,}|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}|[\u3164\uffa0\u115f\u1160]{2,}"
)
_FEW = 2  # invisible characters inside words that a page may have by accident
_OVERRIDE = re.compile("[\u202d\u202e]")
_EMBED = re.compile("[\u202a\u202b\u2066-\u2068]")
_POP = re.compile("[\u202c\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_CYRILLIC_LIKE = frozenset("аеорсухіјѕԁԛԝһӏАВЕКМНОРСТУХІЈЅԚԜҺӀ")
_GREEK_LIKE = frozenset("οΑΒΕΖΗΙΚΜΝΟΡΤΥΧν")  # not α, β, γ, κ, μ, ρ …: they name proteins and units
_SCRIPT = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|svg|meta|link|base|form)\b[^<>]{0,400}>|(?:^|[\s\"'(=])(?:javascript|vbscript)\s*:\s*\S|"
    r"data:text/html[;,]|<[a-z][^<>]{0,400}\son[a-z]{3,20}\s*=|\bdocument\.(?:cookie|write|location)\b|\beval\s*\(\s*[\w\"'(]|"
    r"\{\{.{0,80}(?:__|config|request|self\.).{0,80}\}\}|<\?php\b|<%[=@!]?\s",
    re.IGNORECASE,
)


def invisible(text: str) -> str:
    """What kind of invisible text is in it, or nothing."""
    if text.isascii():
        return ""
    if TAGS.search(text):
        return "invisible letters (tags)"
    if _RUN.search(text):
        return "a run of invisible characters"
    inside = sum(len(found[0]) for found in _ZERO_WIDTH.finditer(text))
    return f"{inside} invisible characters inside words" if inside > _FEW else ""


def turned_around(text: str) -> str:
    """Marks that make the text read in another order than it is stored."""
    if text.isascii():
        return ""
    if _OVERRIDE.search(text):
        return "a mark that turns the reading direction around"
    opened, closed = len(_EMBED.findall(text)), len(_POP.findall(text))
    if opened != closed or (opened and not _RIGHT_TO_LEFT.search(text)):
        return "marks of reading direction that have no business here"
    return ""


def lookalikes(text: str) -> str:
    """The first word that mixes Latin letters with letters drawn the same from another script."""
    if text.isascii():
        return ""
    for word in _WORD.findall(text):
        if not word.isascii() and _is_mixed(word):
            return str(word)
    return ""


def _is_mixed(word: str) -> bool:
    latin = sum(_is_latin(letter) for letter in word)
    if latin < 2:
        return False
    cyrillic = sum(letter in _CYRILLIC_LIKE for letter in word)
    greek = sum(letter in _GREEK_LIKE for letter in word)
    other = len(word) - latin - cyrillic - greek
    return (cyrillic > 0 or greek > 0) and other == 0 and len(word) > 3


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


def script(text: str) -> str:
    """Code that a browser or a template would run."""
    if (
        "<" not in text
        and "script" not in text.lower()
        and "document." not in text
        and "{{" not in text
        and "eval" not in text
        and "data:" not in text
    ):
        return ""
    match = _SCRIPT.search(text)
    return match[0].strip() if match else ""
