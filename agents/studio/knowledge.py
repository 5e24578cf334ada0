"""A small knowledge in memory: thirty real diseases with their rows of the Human Phenotype Ontology, word for word.

Made by the builders that make a snapshot. It holds no published case and no passage, so an investigation over it
neither matches nor searches. A test compares the rows with the release that travels with the product.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from retrieval import disease_build
from retrieval.annotation_rows import WRITTEN, AnnotationRow
from retrieval.cases.bank import CaseBank
from retrieval.disease_build import GeneRow
from retrieval.diseases import DiseaseTable
from retrieval.genes import GeneTable
from retrieval.hierarchy import Hierarchy
from retrieval.manifest import FORMAT, Manifest, SourceRecord, content_id
from retrieval.model import Synonym
from retrieval.ontology import build as ontology_build
from retrieval.ontology.autocomplete import Autocomplete
from retrieval.ontology.build import TermRecord
from retrieval.ontology.graph import Ontology
from retrieval.ontology.information_content import background
from retrieval.passages.findings import PassageFindings
from retrieval.passages.lexical import PassageWords
from retrieval.passages.store import PassageStore
from retrieval.phenotype_text import NoteReader, Reader
from retrieval.ranking.ranker import Ranker

HERE = Path(__file__).parent
TERMS, ANNOTATIONS, GENES = (HERE / f"{name}.tsv" for name in ("terms", "annotations", "genes"))
RELEASE = "2025-01-16"
BETWEEN = "|"  # values in one field
HPO = SourceRecord(
    name="hpo",
    title="Human Phenotype Ontology, thirty diseases of it",
    version=RELEASE,
    licence="https://hpo.jax.org/app/license",
    citation="Gargano MA et al. The Human Phenotype Ontology in 2024: phenotypes around the world. "
    "Nucleic Acids Research 2024;52(D1):D1333-D1346. doi:10.1093/nar/gkad1005",
    url="https://hpo.jax.org",
    files={},
    note="The rows of thirty diseases, unaltered; definitions and most synonyms are left out.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Small:
    """A `retrieval.knowledge.Knowledge` that lies nowhere."""

    id: str
    manifest: Manifest
    ontology: Ontology
    diseases: DiseaseTable
    genes: GeneTable
    hierarchy: Hierarchy
    cases: CaseBank
    passages: PassageStore
    lexical: PassageWords
    passage_findings: PassageFindings
    ranker: Ranker
    autocomplete: Autocomplete
    reader: Reader


@cache
def small() -> Small:
    """Made when first asked for."""
    terms, rows = list(_terms()), list(_rows())
    arrays = ontology_build.build(terms, RELEASE)
    built = disease_build.build(rows, _genes(), Ontology(arrays))
    ontology = Ontology(arrays | background(Ontology(arrays), built.ids, built.pooled))
    diseases, cases = DiseaseTable(built.arrays, ontology), CaseBank.empty(ontology)
    manifest = _manifest(len(terms), len(built.ids))
    return Small(
        id=manifest.id,
        manifest=manifest,
        ontology=ontology,
        diseases=diseases,
        genes=GeneTable(diseases, cases),
        hierarchy=Hierarchy.empty(diseases),
        cases=cases,
        passages=PassageStore.empty(diseases),
        lexical=PassageWords.empty(),
        passage_findings=PassageFindings.empty(ontology),
        ranker=Ranker(ontology, diseases, Ranker.build(ontology, diseases), cases),
        autocomplete=Autocomplete(Autocomplete.build(ontology), ontology),
        reader=NoteReader(NoteReader.build(ontology), ontology),
    )


def _terms() -> Iterator[TermRecord]:
    for id, label, parents, synonyms in _read(TERMS):
        names = tuple(Synonym(text) for text in synonyms.split(BETWEEN) if text)
        yield TermRecord(id, label, synonyms=names, parents=tuple(parents.split(BETWEEN)) if parents else ())


def _rows() -> Iterator[AnnotationRow]:
    for line, *columns in _read(ANNOTATIONS):
        yield AnnotationRow(**dict(zip(WRITTEN, columns, strict=True)), line=int(line))


def _genes() -> Iterator[GeneRow]:
    return (GeneRow(ncbi, symbol, disease) for ncbi, symbol, disease in _read(GENES))


def _read(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _manifest(terms: int, diseases: int) -> Manifest:
    counts = {"terms": terms, "diseases": diseases}
    named = Manifest(FORMAT, "", "", (HPO,), counts)
    return Manifest(FORMAT, content_id(named), "", (HPO,), counts)
