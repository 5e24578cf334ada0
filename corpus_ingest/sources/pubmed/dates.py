"""Dates as PubMed and PMC write them: Year, Month, Day in elements, months by number or by name."""

from __future__ import annotations

import re
from datetime import date as day_of

from corpus_ingest.safe_xml import Node

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: n for n, name in enumerate(_NAMES, start=1)}
_YEAR = re.compile(r"\b(1[89]|20)[0-9]{2}\b")


def date(found: Node | None) -> str:
    """2024, 2024-05 or 2024-05-17; empty where there is none."""
    if found is None:
        return ""
    parts = {one.tag.lower(): one.line() for one in found.elements()}
    year = _YEAR.search(parts.get("year") or parts.get("medlinedate", ""))
    if not year:
        return ""
    month = _month(parts.get("month", ""))
    try:
        return day_of(int(year[0]), month, int(parts.get("day", ""))).isoformat()
    except ValueError:
        return f"{year[0]}-{month:02}" if month else year[0]


def _month(written: str) -> int:
    if written.isascii() and written.isdigit():
        return int(written) if 1 <= int(written) <= 12 else 0
    return _MONTHS.get(written[:3].lower(), 0)
