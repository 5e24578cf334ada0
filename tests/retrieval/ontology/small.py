"""A small ontology with everything the real one has: two parents, alternatives, obsolete terms, chains."""

from __future__ import annotations

from retrieval.model import Synonym
from retrieval.ontology.build import TermRecord, build
from retrieval.ontology.graph import Ontology

TERMS = [
    TermRecord("HP:0000001", "All"),
    TermRecord("HP:0000005", "Mode of inheritance", parents=("HP:0000001",)),
    TermRecord("HP:0000118", "Phenotypic abnormality", parents=("HP:0000001",)),
    TermRecord("HP:0000707", "Abnormality of the nervous system", parents=("HP:0000118",)),
    TermRecord("HP:0000924", "Abnormality of the skeletal system", parents=("HP:0000118",)),
    TermRecord(
        "HP:0001250",
        "Seizure",
        definition="A transient event.",
        synonyms=(Synonym("Fits", "EXACT", "layperson"), Synonym("Épilepsie", "RELATED", "")),
        parents=("HP:0000707",),
        alternatives=("HP:0001275", "HP:0009001"),
    ),
    TermRecord("HP:0007359", "Focal-onset seizure", parents=("HP:0001250",)),
    TermRecord("HP:0008000", "Spinal cord compression", parents=("HP:0000707", "HP:0000924")),
    TermRecord("HP:0009001", "obsolete Fit", obsolete=True, replaced_by="HP:0001250"),
    TermRecord("HP:0009002", "obsolete Convulsive fit", obsolete=True, replaced_by="HP:0009001"),
    TermRecord("HP:0009003", "obsolete Bent back", obsolete=True, consider=("HP:0008000", "HP:0000924")),
    TermRecord("HP:0009004", "obsolete Nothing", obsolete=True),
    TermRecord("HP:0009005", "obsolete Loop", obsolete=True, replaced_by="HP:0009006"),
    TermRecord("HP:0009006", "obsolete Pool", obsolete=True, replaced_by="HP:0009005"),
]


def ontology(terms: list[TermRecord] | None = None, version: str = "2030-01-01") -> Ontology:
    return Ontology(build(TERMS if terms is None else terms, version))
