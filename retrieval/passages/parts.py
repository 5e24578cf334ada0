"""The parts of a snapshot that hold its texts, made together so that all count passages in the same order."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from retrieval.diseases import DiseaseTable
from retrieval.ontology.graph import Ontology
from retrieval.passages import build
from retrieval.passages.build import Material
from retrieval.passages.document import Document, Passage
from retrieval.passages.findings import PassageFindings
from retrieval.passages.lexical import PassageWords

Arrays = dict[str, np.ndarray]


def parts(
    documents: Iterable[Document],
    passages: Iterable[Passage],
    diseases: DiseaseTable,
    ontology: Ontology,
    synonyms: Iterable[tuple[str, str]] = (),
) -> dict[str, Arrays]:
    """The store, the passages' words, and the findings they name. `synonyms`: (disease id, another name of it)."""
    material = Material.of(documents, passages)
    return {
        "passages": build.build(material, diseases, synonyms),
        "lexical": PassageWords.build(material),
        "passage_findings": PassageFindings.build(material, ontology),
    }


def counts(found: dict[str, Arrays]) -> dict[str, object]:
    """What the manifest counts of them."""
    store = found["passages"]
    return {"documents": len(store["document_key"]), "passages": len(store["start"])}
