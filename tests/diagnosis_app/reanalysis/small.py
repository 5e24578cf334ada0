"""Small snapshots that differ in one thing each: six diseases with long limbs among three hundred with deafness."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus_ingest import pipeline
from corpus_ingest.source import Fetched, Parsed, Source
from retrieval.annotation_rows import AnnotationRow
from retrieval.disease_build import GeneRow
from retrieval.manifest import SourceRecord
from retrieval.model import CandidateGene, Finding, Profile, Publication, PublishedCase
from retrieval.ontology.build import TermRecord
from retrieval.snapshot import Snapshot, open_snapshot
from retrieval.vocabularies import MondoTerm, OrphanetEntry
from tests.retrieval.ranking.world import TERMS

ARACHNODACTYLY, ECTOPIA, AORTA, TALL = "HP:0001166", "HP:0001083", "HP:0002616", "HP:0000098"
SCOLIOSIS, CLEFT, MYOPIA, DEAF = "HP:0002650", "HP:0000175", "HP:0000545", "HP:0000365"
PATIENT = (ARACHNODACTYLY, ECTOPIA, AORTA, TALL, CLEFT)

Rows = tuple[tuple[str, str], ...]  # term, frequency
DISEASES: dict[str, tuple[str, Rows]] = {
    "OMIM:300001": ("First", ((ARACHNODACTYLY, "9/10"), (ECTOPIA, "9/10"), (AORTA, "9/10"), (TALL, "9/10"))),
    "OMIM:300002": ("Second", ((ARACHNODACTYLY, "8/10"), (ECTOPIA, "8/10"), (AORTA, "8/10"))),
    "OMIM:300003": ("Third", ((ARACHNODACTYLY, "8/10"), (ECTOPIA, "6/10"))),
    "OMIM:300004": ("Fourth", ((AORTA, "8/10"), (SCOLIOSIS, "3/10"))),
    "OMIM:300005": ("Fifth", ((TALL, "6/10"), (SCOLIOSIS, "6/10"))),
    "OMIM:300006": ("Sixth", ((TALL, "2/10"), (MYOPIA, "6/10"), (SCOLIOSIS, "6/10"))),
}
LISTED = [name for name, _ in DISEASES.values()][:5]
_VAGUE: Rows = ((DEAF, "8/10"), *((term, "") for term in ("HP:0000707", "HP:0000152", "HP:0000924", "HP:0000478")))
OTHERS = {f"OMIM:{200000 + i}": (f"Deafness {i}", _VAGUE) for i in range(300)}


@dataclass(frozen=True)
class World:
    """What a snapshot is made of. `with_rows` and its like give one that differs in one thing."""

    diseases: Mapping[str, tuple[str, Rows]] = field(default_factory=lambda: DISEASES)
    genes: tuple[tuple[str, str], ...] = ()  # symbol, disease
    mondo: tuple[MondoTerm, ...] = ()
    orphanet: tuple[OrphanetEntry, ...] = ()
    cases: tuple[PublishedCase, ...] = ()
    terms: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=lambda: TERMS)
    version: str = "2030-01-01"

    def with_rows(self, disease: str, *rows: tuple[str, str], name: str = "") -> World:
        """These rows of the disease in place of those of the same terms, or beside them."""
        known, own = self.diseases.get(disease, (name, ()))
        kept = tuple(row for row in own if row[0] not in {term for term, _ in rows})
        return replace(self, diseases={**self.diseases, disease: (name or known, (*kept, *rows))})

    def without_row(self, disease: str, term: str) -> World:
        name, own = self.diseases[disease]
        left = tuple(row for row in own if row[0] != term)
        return replace(self, diseases={**self.diseases, disease: (name, left)})

    def without(self, disease: str) -> World:
        return replace(self, diseases={name: one for name, one in self.diseases.items() if name != disease})

    def build(self, folder: Path) -> Snapshot:
        """Built, opened, and not put into use."""
        folder.mkdir(parents=True, exist_ok=True)
        made = pipeline.build(folder, sources=[self._source()], use=False)
        return open_snapshot(folder / made.id)

    def _source(self) -> Source:
        state = hashlib.sha256(repr(self).encode()).hexdigest()
        record = SourceRecord(
            "hpo", "HPO", self.version, "free", "Invented 2030.", "https://example.org", {"all": state}
        )
        return Source("hpo", lambda: Fetched({}, {}), lambda _files: record, lambda _files: self._parsed())

    def _parsed(self) -> Parsed:
        terms = [TermRecord("HP:0000001", "All")]
        terms += [TermRecord(name, label, parents=parents) for name, (label, parents) in self.terms.items()]
        terms.append(TermRecord("HP:0003674", "Onset", parents=("HP:0000001",)))
        return Parsed(
            terms=terms,
            rows=list(self._rows()),
            genes=[GeneRow(f"NCBIGene:{1 + i}", symbol, disease) for i, (symbol, disease) in enumerate(self.genes)],
            mondo=self.mondo,
            orphanet=self.orphanet,
            cases=self.cases,
        )

    def _rows(self) -> Sequence[AnnotationRow]:
        made: list[AnnotationRow] = []
        for disease, (name, rows) in {**self.diseases, **OTHERS}.items():
            for term, frequency in rows:
                made.append(
                    AnnotationRow(
                        disease=disease,
                        name=name,
                        qualifier="",
                        term=term,
                        reference=f"PMID:{disease[-4:]}",
                        evidence="PCS",
                        onset="",
                        frequency=frequency,
                        sex="",
                        modifier="",
                        aspect="P",
                        line=len(made) + 1,
                    )
                )
        return made


def same_in_mondo(number: str, *ids: str) -> MondoTerm:
    """A class of Mondo that says: these entries are one disease."""
    return MondoTerm(id=f"MONDO:{number}", name=f"class {number}", exact=tuple((one, "") for one in ids))


def published(case_id: str, disease: str, *terms: str, pmid: str = "PMID:777") -> PublishedCase:
    return PublishedCase(
        id=case_id,
        findings=tuple(Finding(term) for term in terms),
        diagnoses=(disease,),
        diagnosis="as published",
        label=f"Patient {case_id[-1]}",
        publications=(Publication(pmid, "A patient with long limbs"),),
        licence="CC0-1.0",
        source="invented",
    )


def patient(*terms: str, genes: tuple[str, ...] = ()) -> Profile:
    return Profile(
        findings=tuple(Finding(term) for term in terms or PATIENT),
        genes=tuple(CandidateGene(symbol) for symbol in genes),
    )
