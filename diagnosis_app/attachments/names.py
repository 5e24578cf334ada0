"""The name of a file as it may be shown: one line, no path, nothing invisible. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120  # characters
UNNAMED = "letter"
_PATH = re.compile(r"[/\\]")


def shown_name(name: str) -> str:
    """The last part of whatever path came, without control, format and private characters."""
    last = _PATH.split(unicodedata.normalize("NFC", name))[-1]
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in last)
    words = " ".join(plain.split()).strip(". ")
    if len(words) > LONGEST:
        stem, dot, ending = words.rpartition(".")
        ending = f"{dot}{ending}" if stem and len(ending) <= 8 else ""
        words = words[: LONGEST - 1 - len(ending)].rstrip() + "…" + ending
    return words or UNNAMED
