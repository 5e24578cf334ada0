"""The seam of the note's reading: what a reader is given and what it answers.

Everything else in this package is one way to fill it; another reader (a model, a service) only
has to keep this promise: spans are exact code-point offsets, sorted, never overlapping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from retrieval.model import Status


@dataclass(frozen=True, slots=True)
class Mention:
    """A finding named in a note. `text == note[start:end]`; the clinician decides, this only proposes."""

    start: int
    end: int
    text: str
    term: str  # HP:0001250
    label: str
    status: Status
    cue: str = ""  # the words of the note that decided the status; empty for PRESENT
    matched: str = ""  # the label or synonym that was recognised


class Reader(Protocol):
    """Turns a note into mentions. Never raises on any text, never changes it."""

    def read(self, text: str) -> list[Mention]:
        """Mentions in order of their place in the text."""
        ...
