"""Reads a note with the ontology's own names: cut into words, match, expand lists, judge the context.

A dictionary knows no meaning; it proposes and the clinician decides. Pure: no file, no clock, no
setting. Each step is a function of its own, so that a better one can take its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from retrieval.phenotype_text import context, coordination, matching, note
from retrieval.phenotype_text.lexicon import Lexicon
from retrieval.phenotype_text.reader import Mention

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology


class NoteReader:
    """The dictionary reader over one ontology; safe to share between threads. Satisfies `Reader`."""

    def __init__(self, arrays: Mapping[str, np.ndarray], ontology: Ontology) -> None:
        self._lexicon = Lexicon(arrays)
        self._ontology = ontology

    @staticmethod
    def build(ontology: Ontology) -> dict[str, np.ndarray]:
        """The dictionary as arrays; done once, when a snapshot is built."""
        return Lexicon.build(ontology)

    def read(self, text: str) -> list[Mention]:
        """Mentions of findings, in order of place, none overlapping."""
        words = note.cut(text, self._lexicon.vocabulary)
        matches = matching.find(words, self._lexicon)
        matches = coordination.expand(words, self._lexicon, matches)
        mentions = []
        for match, reading in zip(matches, context.readings(words, matches), strict=True):
            if reading.dropped:
                continue
            start, end = words.start[match.first], words.end[match.last - 1]
            mentions.append(
                Mention(
                    start=start,
                    end=end,
                    text=text[start:end],
                    term=self._ontology.ids[match.entry.term],
                    label=self._ontology.label(match.entry.term),
                    status=reading.status,
                    cue=reading.cue,
                    matched=self._lexicon.names[match.entry.name],
                )
            )
        return mentions
