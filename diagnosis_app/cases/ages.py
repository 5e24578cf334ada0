"""Ages and onsets as people write them, turned into what a case stores.

"14 months", "3y 6m", "2.5 years", "10 d", "newborn", "congenital", "P14M" -> P14M, P3Y6M, HP:0003577.
The browser does the same (static/clew/ages.js) to answer at once; this side decides.
"""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

from diagnosis_app.errors import Invalid
from frontend.words import ONSETS
from retrieval.age import parse_age
from retrieval.errors import MalformedAge

_UNITS = {
    "Y": ("y", "yr", "yrs", "year", "years", "yo", "a"),
    "M": ("m", "mo", "mos", "mth", "mths", "month", "months"),
    "W": ("w", "wk", "wks", "week", "weeks"),
    "D": ("d", "day", "days"),
}
_UNIT_OF = {word: unit for unit, spelled in _UNITS.items() for word in spelled}
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)\.?")
_FILLER = re.compile(r"\b(?:and|old|of age|at)\b|;|,(?!\d)")
_ONSET_OF = {name: term for term, name in ONSETS.items()} | {
    "prenatal": "HP:0030674",
    "at birth": "HP:0003577",
    "birth": "HP:0003577",
    "newborn": "HP:0003623",
    "pediatric": "HP:0410280",
    "infancy": "HP:0003593",
    "adulthood": "HP:0003581",
    "middle aged": "HP:0003596",
}


def age_from(text: str | None, *, field: str = "age") -> str | None:
    """An ISO 8601 duration, or None for an empty field."""
    words = " ".join(_plain_digits(text or "").casefold().split())
    if not words:
        return None
    if words in {"newborn", "at birth", "birth"}:
        return "P0D"
    iso = words.upper() if words.startswith("p") else _iso(words)
    if iso is None:
        raise Invalid(_("This is not an age."), field=field, hint=_("Write it as 14 months, 3y 6m, 10 days or P14M."))
    try:
        parse_age(iso)
    except MalformedAge as error:
        raise Invalid(f"The age {error.message}.", field=field, hint=f"{error.hint}.") from None
    return iso


def onset_from(text: str | None, *, field: str = "onset") -> str | None:
    """An onset term of HPO or an ISO 8601 duration, or None for an empty field."""
    words = " ".join((text or "").split())
    if not words:
        return None
    if words.upper() in ONSETS:
        return words.upper()
    named = words.casefold().removesuffix(" onset")
    if named in _ONSET_OF:
        return _ONSET_OF[named]
    try:
        return age_from(words, field=field)
    except Invalid as error:
        raise Invalid(
            _("This is not an onset."),
            field=field,
            hint=_("Choose one of the list, such as congenital or childhood, or write an age such as 3y 6m."),
        ) from error


def _plain_digits(text: str) -> str:
    """The digits of any script as 0 to 9: what is stored and exported is ISO 8601."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _iso(words: str) -> str | None:
    rest = _FILLER.sub(" ", words)
    parts: dict[str, str] = {}
    for number, word in _PART.findall(rest):
        unit = _UNIT_OF.get(word)
        if unit is None or unit in parts:
            return None
        parts[unit] = number.replace(",", ".")
    if not parts or _PART.sub("", rest).strip():
        return None
    return "P" + "".join(f"{parts[unit]}{unit}" for unit in "YMWD" if unit in parts)
