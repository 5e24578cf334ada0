"""What a text is, by its content alone: a phenopacket, a list of HPO ids, or a note."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    PHENOPACKET = "phenopacket"
    TERMS = "terms"
    NOTE = "note"


# A line of a term list begins with an id, well formed or nearly so, perhaps after - or *.
_ID_FIRST = re.compile(
    r"[\s\-+*!?•]*(?:(?:https?://\S+/)?(?:HP\s?[:_]\s?\w|[A-Z]{1,12}\s?[:_]\s?\d{3,})|\d{7}\s*$)", re.IGNORECASE
)
_COMMENT = re.compile(r"\s*(#|//)")


def kind_of(text: str) -> Kind:
    """JSON is a phenopacket; lines that mostly begin with an id are a list; all else is a note."""
    start = text.lstrip()[:1]
    if start in {"{", "["}:
        return Kind.PHENOPACKET
    lines = [line for line in text.splitlines() if line.strip() and not _COMMENT.match(line)]
    ids = sum(1 for line in lines if _ID_FIRST.match(line))
    return Kind.TERMS if lines and ids * 2 >= len(lines) else Kind.NOTE
