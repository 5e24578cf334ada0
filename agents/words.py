"""Reads figures, ids, words of strength and denials out of a sentence. Deliberately strict: a false alarm costs a
sentence, a miss costs trust.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

CURIE = re.compile(r"\b(?:HP|OMIM|ORPHA|DECIPHER|MONDO|PMID|NCBIGene|HGNC|ISBN-?1?[03]?):\s?[0-9][0-9A-Za-z.-]*")

_SPELLED = {
    "zero": 0.0,
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "five": 5.0,
    "six": 6.0,
    "seven": 7.0,
    "eight": 8.0,
    "nine": 9.0,
    "ten": 10.0,
    "eleven": 11.0,
    "twelve": 12.0,
    "twenty": 20.0,
    "thirty": 30.0,
    "fifty": 50.0,
    "hundred": 100.0,
    "thousand": 1000.0,
    "half": 50.0,
    "halves": 50.0,
    "third": 33.0,
    "thirds": 66.0,
    "quarter": 25.0,
    "quarters": 75.0,
    "dozen": 12.0,
    "dozens": 12.0,
    "twice": 2.0,
    "thrice": 3.0,
}
_DIGITS = r"\d+(?:[ ,\u2009\u202f\u00a0]\d{3})*(?:\.\d+)?"
_NUMBER = rf"(?:{_DIGITS}|\b(?:{'|'.join(_SPELLED)})\b)"
_COUNT = re.compile(
    rf"(?P<n>{_NUMBER})\s*(?:/|\bof\b|\bout of\b|\bin\b)\s*(?:the\s|a\s|every\s)?(?P<m>{_NUMBER})", re.IGNORECASE
)
_ALONE = re.compile(_NUMBER, re.IGNORECASE)

# HPO's own frequency words, longest first, and what people write instead of a figure
_STRENGTH = re.compile(
    r"\b(?:very frequent(?:ly)?|very rare(?:ly)?|obligate|frequent(?:ly)?|occasional(?:ly)?|rare(?:ly)?|always|"
    r"invariabl[ey]|never|ever|all|every|each|most(?:ly)?|majority|minority|usual(?:ly)?|often|common(?:ly)?|uncommon(?:ly)?|"
    r"seldom|few|many|several|some|sometimes|nearly|almost|hardly|typical(?:ly)?|hallmark|cardinal|characteristic|"
    r"pathognomonic|universal(?:ly)?|consistent(?:ly)?|excluded|strong(?:ly)?|weak(?:ly)?)\b",
    re.IGNORECASE,
)

# What no annotation states: causes, proof, and what to do about it
BEYOND = re.compile(
    r"\b(?:caus\w+|because|due to|owing to|leads? to|results? (?:in|from)|confirm\w*|prove[sdn]?|proof|diagnos\w+|"
    r"rul(?:e|es|ed|ing) (?:it )?(?:in|out)|certain(?:ly)?|definite(?:ly)?|treat\w*|therap\w+|prescri\w+|recommend\w*|"
    r"should|must|ought|surgery|dose|prognos\w+|fatal|cur(?:e|es|ed|able)|likely|unlikely|probab\w+|suggest\w*|"
    r"patient has|is affected|sequenc\w+|test(?:ing|s|ed)?)\b",
    re.IGNORECASE,
)

# Words that add nothing to a statement about a finding: it may be put so, or otherwise.
SAME = frozenset(("a", "also", "an", "and", "are", "as", "been", "has", "have", "here", "in", "is", "it", "of", "the"))
SAME |= {"this", "was", "were", "described", "documented", "found", "noted", "observed", "recorded", "reported", "seen"}
# Of whom a statement holds: it may not be left out.
BOUNDS = frozenset({"female", "male", "only"})
_HOW_OFTEN = re.compile(
    r"\bin \d+ of \d+ patients?\b|\bin [\d.]+ % of patients\b|\bas [a-z ]+ \([\d.]+(?: to [\d.]+)? %\)"
)

_DENIAL = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|absent|absence|lacks?|lacking|lacked|missing|free of|"
    r"den(?:y|ies|ied)|cannot|opposite|"
    r"excluded|negative|fails?|hardly|unrecorded|undocumented|unaffected|normal|spared|isn't|aren't|wasn't|doesn't|didn't)\b",
    re.IGNORECASE,
)


def without(text: str, names: Iterable[str]) -> str:
    """The text with the given names taken out, so that figures inside a name are not read as figures."""
    for name in sorted({name for name in names if name}, key=len, reverse=True):
        if name.casefold() not in text.casefold():
            continue
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def named(text: str, names: Iterable[str]) -> set[str]:
    """Which of the names the text speaks of, in lower case. The longest first: a name inside it is not meant."""
    found = set()
    for name in sorted({name.casefold() for name in names if name}, key=len, reverse=True):
        if mentions(text, name):
            found.add(name)
            text = without(text, [name])
    return found


def mentions(text: str, name: str) -> bool:
    if not name or name.casefold() not in text.casefold():
        return False
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def figures(text: str) -> tuple[set[tuple[int, int]], set[float]]:
    """(counts, numbers): `5 of 7` is a count and its parts are not numbers; ids are neither."""
    text = CURIE.sub(" ", text)
    counts = {(int(_value(found["n"])), int(_value(found["m"]))) for found in _COUNT.finditer(text)}
    numbers = {_value(found.group()) for found in _ALONE.finditer(_COUNT.sub(" ", text))}
    return counts, numbers


def plain(text: str) -> set[str]:
    """The words of a text, without ids and figures."""
    return set(re.findall(r"[^\W\d_]+", CURIE.sub(" ", text).casefold()))


def how_often(text: str) -> str | None:
    """The phrase with which a template says how often, where it holds a figure."""
    found = _HOW_OFTEN.search(text)
    return found.group() if found else None


def strengths(text: str) -> set[str]:
    return {found.group().lower().removesuffix("ly") for found in _STRENGTH.finditer(text)}


def denials(text: str) -> Sequence[str]:
    """The denying words of a text, sorted: two sentences that deny alike point the same way."""
    return sorted(found.group().lower() for found in _DENIAL.finditer(text))


def _value(text: str) -> float:
    spelled = _SPELLED.get(text.lower())
    return spelled if spelled is not None else float(re.sub(r"[ ,\u2009\u202f\u00a0]", "", text))
