"""Time elements of a phenopacket as an age or an onset term. What has neither form is left out and counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

from corpus_ingest.sources.phenopackets.shape import Object
from retrieval.age import ONSET_YEARS, parse_age
from retrieval.errors import RetrievalError
from retrieval.ontology.curie import term_id

# HPO's definitions of the antenatal onsets; first completed week -> term
_GESTATION = ((0, "HP:0011460"), (10, "HP:0034199"), (14, "HP:0034198"), (28, "HP:0034197"))
_BORN = 45  # weeks; more is no gestational age
_ODD_AGE, _ODD_ONSET = "age that cannot be read", "onset that cannot be read"
_NO_AGE = "age at examination given as something else than an age"


def age(element: Any, left_out: Counter[str]) -> str | None:
    """An ISO 8601 duration. An age range counts from its start: a finding may still have come later."""
    if not element:
        return None
    if isinstance(element, dict):
        years = element.get("age") or _start(element)
        if years is not None:
            return _duration(years, left_out, _ODD_AGE)
    left_out[_NO_AGE] += 1
    return None


def onset(element: Any, left_out: Counter[str]) -> str | None:
    """An onset term of HPO or an ISO 8601 duration."""
    if not element:
        return None
    if isinstance(element, dict):
        years = element.get("age") or _start(element)
        if years is not None:
            return _duration(years, left_out, _ODD_ONSET)
        if isinstance(element.get("ontologyClass"), dict):
            return onset_text(element["ontologyClass"].get("id"), left_out)
        if isinstance(element.get("gestationalAge"), dict):
            return _gestation(element["gestationalAge"], left_out)
    left_out[_ODD_ONSET] += 1
    return None


def onset_text(found: Any, left_out: Counter[str]) -> str | None:
    """An onset written as one text: a term or an age."""
    if found in (None, ""):
        return None
    if isinstance(found, str) and not found.startswith("P"):
        try:
            term = term_id(found)
        except RetrievalError:
            term = ""
        if term in ONSET_YEARS:
            return term
        left_out[_ODD_ONSET] += 1
        return None
    return _duration(found, left_out, _ODD_ONSET)


def _start(element: Object) -> Any:
    span = element.get("ageRange")
    return span.get("start") if isinstance(span, dict) else None


def _duration(found: Any, left_out: Counter[str], problem: str) -> str | None:
    text = found.get("iso8601duration") if isinstance(found, dict) else found
    try:
        if isinstance(text, str):
            parse_age(text)
            return text
    except RetrievalError:
        pass
    left_out[problem] += 1
    return None


def _gestation(found: Object, left_out: Counter[str]) -> str | None:
    weeks = found.get("weeks", 0)
    if isinstance(weeks, int) and 0 <= weeks <= _BORN:
        return next(term for first, term in reversed(_GESTATION) if weeks >= first)
    left_out[_ODD_ONSET] += 1
    return None
