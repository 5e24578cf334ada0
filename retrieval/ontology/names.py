"""Every name of every finding, once: what autocomplete searches and the note reader recognises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology

LABEL = "LABEL"
ROOT = "HP:0000118"  # Phenotypic abnormality itself says nothing of a patient


@dataclass(frozen=True, slots=True)
class Name:
    """A label or synonym. `scope` is LABEL, EXACT, BROAD, NARROW or RELATED; `kind` as in Synonym."""

    text: str
    term: int
    scope: str
    kind: str = ""


def finding_names(ontology: Ontology) -> Iterator[Name]:
    """Names of the terms below Phenotypic abnormality, in order of term, its label first, no text twice."""
    for index, term in enumerate(ontology.terms()):
        if not ontology.is_finding(index) or term.id == ROOT:
            continue
        yield Name(term.label, index, LABEL)
        seen = {term.label}
        for synonym in term.synonyms:
            if synonym.text not in seen:
                seen.add(synonym.text)
                yield Name(synonym.text, index, synonym.scope, synonym.kind)
