"""Somebody else's words on a page: escaped, and what a reader could not see made visible.

Text that was held back may hold characters that draw nothing or turn the direction of reading. Here
each becomes a mark with its name. Nothing is interpreted, linked or shortened.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby

_SEEN = frozenset("\n\t ")
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
# Letters and marks that are drawn as nothing although Unicode does not call them formatting.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """(words, "") as they are, or ("U+200B", "ZERO WIDTH SPACE ×3") for a run of one unseen character."""
    for hidden, run in groupby(text, key=lambda letter: letter if unseen(letter) else ""):
        letters = "".join(run)
        if hidden:
            times = f" ×{len(letters)}" if len(letters) > 1 else ""
            yield f"U+{ord(hidden):04X}", f"{_name(hidden)}{times}"
        else:
            yield letters, ""


def unseen(letter: str) -> bool:
    """Whether a reader would not see this character, or would see others moved by it."""
    if letter in _SEEN:
        return False
    if letter in _BLANK or any(ord(letter) in selectors for selectors in _SELECTORS):
        return True
    return unicodedata.category(letter) in _HIDDEN or (letter.isspace() and letter not in "\u00a0\u202f\u2009\r")


def _name(letter: str) -> str:
    if 0xE0020 <= ord(letter) <= 0xE007E:
        return f"TAG {chr(ord(letter) - 0xE0000)}"
    return unicodedata.name(letter, "UNNAMED CHARACTER")
