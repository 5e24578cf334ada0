"""The one façade over what is known. Pages, agents and commands depend on this, not on where it lies.

A `retrieval.snapshot.Snapshot` is one; a client of the retrieval process will be another.
"""

from __future__ import annotations

from typing import Protocol

from retrieval.cases.bank import CaseBank
from retrieval.diseases import DiseaseTable
from retrieval.genes import GeneTable
from retrieval.hierarchy import Hierarchy
from retrieval.manifest import Manifest
from retrieval.ontology.autocomplete import Autocomplete
from retrieval.ontology.graph import Ontology
from retrieval.passages.findings import PassageFindings
from retrieval.passages.lexical import PassageWords
from retrieval.passages.store import PassageStore
from retrieval.phenotype_text import Reader
from retrieval.ranking.ranker import Ranker


class Knowledge(Protocol):
    """One immutable version of everything; every result names its `id`."""

    @property
    def id(self) -> str: ...
    @property
    def manifest(self) -> Manifest: ...
    @property
    def ontology(self) -> Ontology: ...
    @property
    def diseases(self) -> DiseaseTable: ...
    @property
    def genes(self) -> GeneTable: ...
    @property
    def hierarchy(self) -> Hierarchy: ...
    @property
    def cases(self) -> CaseBank: ...
    @property
    def passages(self) -> PassageStore: ...
    @property
    def lexical(self) -> PassageWords: ...
    @property
    def passage_findings(self) -> PassageFindings: ...
    @property
    def ranker(self) -> Ranker: ...
    @property
    def autocomplete(self) -> Autocomplete: ...
    @property
    def reader(self) -> Reader: ...
