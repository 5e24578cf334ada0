"""The patient as every member of the panel is shown them: by ids, in the words of the ontology, the same in every call.

It stands first in each prompt, so that a server may keep it, and outside of any fence: nothing that a person or a
source wrote is in it. A gene is named as the knowledge names it, or counted; an age that is none is not stated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from agents.evidence import label_of
from retrieval.errors import RetrievalError
from retrieval.model import Profile, Status

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge

GENES = 40  # symbols that are shown; a longer list tells a model nothing
_AGE = re.compile(r"P[0-9]{1,4}[YMWD](?:[0-9]{1,4}[MWD]){0,3}\Z")
_TERM = re.compile(r"HP:[0-9]{7}\Z")
_WORDS = {
    Status.PRESENT: "present",
    Status.EXCLUDED: "looked for and absent",
    Status.UNCERTAIN: "uncertain",
    Status.FAMILY: "in a relative",
}


@dataclass(frozen=True)
class Briefing:
    knowledge: Knowledge
    profile: Profile

    @cached_property
    def findings(self) -> Mapping[str, str]:
        """F1 → the term."""
        return {f"F{n}": finding.term for n, finding in enumerate(self.profile.findings, 1)}

    @cached_property
    def text(self) -> str:
        profile = self.profile
        told = [f"sex {profile.sex}", f"age {_when(profile.age)}", f"onset {_when(profile.onset)}"]
        lines = ["THE PATIENT", "; ".join(told)]
        for (key, term), finding in zip(self.findings.items(), profile.findings, strict=True):
            lines.append(f"{key} {term} {label_of(self.knowledge, term)}: {_WORDS[finding.status]}")
        if profile.genes:
            known = self._genes()[:GENES]
            rest = len(profile.genes) - len(known)
            lines.append("genes on the list: " + ", ".join([*known, *([f"{rest} more"] if rest > 0 else [])]))
        return "\n".join(lines)

    def _genes(self) -> list[str]:
        try:
            table = self.knowledge.genes
        except RetrievalError:
            return []  # it also reads the published cases, which a snapshot may have lost
        found = [table.find(one) for one in self.profile.genes]
        return list(dict.fromkeys(table.gene(i).symbol for i in found if i is not None))

    def terms(self, ids: object) -> list[str]:
        """The findings that a reply names, as far as they were given to it; each once."""
        named = ids if isinstance(ids, Sequence) and not isinstance(ids, str) else [ids]
        return list(dict.fromkeys(self.findings[one] for one in named if isinstance(one, str) and one in self.findings))


def _when(said: str | None) -> str:
    return said if said and (_AGE.match(said) or _TERM.match(said)) else "not stated"


def numbered(letter: str, values: Sequence[str]) -> dict[str, str]:
    """D1 → the first value, and so on."""
    return {f"{letter}{n}": value for n, value in enumerate(values, 1)}


def term_named(knowledge: Knowledge, name: str) -> str | None:
    """The finding that a name stands for, where the whole name does."""
    said = name.strip()
    for one in knowledge.reader.read(said[:200]):
        if one.text.strip().casefold() == said.casefold() and one.status is Status.PRESENT:
            return str(one.term)
    return None
