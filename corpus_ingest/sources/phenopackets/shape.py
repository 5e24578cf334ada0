"""Takes values out of foreign JSON: the right type, or a rejection that names the field."""

from __future__ import annotations

import re
from typing import Any

from corpus_ingest.sources.phenopackets.report import MALFORMED, Unusable

LONGEST = 500  # characters of a title, label or variant; the longest real ones have about 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")

Object = dict[str, Any]


def objects(parent: Object, name: str) -> list[Object]:
    """The objects of a list; absent is empty."""
    found = parent.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unusable(MALFORMED, f"{name} is not a list of objects")
    return found


def child(parent: Object, name: str) -> Object:
    """The object of this name; absent is empty."""
    found = parent.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Unusable(MALFORMED, f"{name} is not an object")
    return found


def text(parent: Object, name: str) -> str:
    """One line of text, bounded; absent is empty."""
    found = parent.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Unusable(MALFORMED, f"{name} is not a text")
    return line(found)


def flag(parent: Object, name: str) -> bool:
    """True or false and nothing else: a finding read the wrong way round is worse than none."""
    found = parent.get(name, False)
    if not isinstance(found, bool):
        raise Unusable(MALFORMED, f"{name} is neither true nor false")
    return found


def line(found: str) -> str:
    """Without control characters and runs of space. Half a character pair cannot be kept as UTF-8."""
    whole = found[: 4 * LONGEST].encode("utf-8", "replace").decode("utf-8")
    return " ".join(_CONTROL.sub(" ", whole).split())[:LONGEST]
