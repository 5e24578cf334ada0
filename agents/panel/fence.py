"""Shows a text to a model as data: between marks that nobody who wrote the text can know.

A mark is made anew for each run from the system's own randomness. Whatever looks like a mark, and whatever cannot be
seen, is taken out of the text; what speaks to a machine is not shown at all, and the run says so.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass, field

from retrieval.hostile_text import concealment
from retrieval.hostile_text.folding import INVISIBLE
from retrieval.hostile_text.instructions import instruction

LONGEST = 4_000  # characters of one text
_KINDS = ("Cc", "Cf", "Co", "Cs")
_MARK = re.compile(r"\b(DATA|END)\b(?=\s+\S)")


@dataclass(slots=True)
class Fence:
    mark: str = field(default_factory=lambda: secrets.token_hex(8))

    def around(self, text: str, *, label: str) -> str:
        """The text as data. `label` is written by code: an id and a kind."""
        return f"DATA {self.mark} {label}\n{self.bare(text)}\nEND {self.mark}"

    def bare(self, text: str) -> str:
        """Without what could close the fence or hide in it."""
        seen = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
        seen = "".join(one if one in "\n\t" or unicodedata.category(one) not in _KINDS else " " for one in seen)
        while self.mark in seen:  # what is left may be one again
            seen = seen.replace(self.mark, "")
        return _MARK.sub(lambda found: found[0].lower(), seen)[:LONGEST]


def hostile(text: str) -> str:
    """What in the text speaks to a machine or hides from a reader; empty where nothing does."""
    how, words = instruction(text)
    if words:
        return f"instruction {how}".strip()
    if concealment.invisible(text):
        return "invisible"
    if concealment.turned_around(text):
        return "direction"
    return "script" if concealment.script(text) else ""
