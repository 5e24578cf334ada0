"""A published case in words: who the patient was, what was found, what it turned out to be, where it is told.

Everything is the source's own; labels and titles come from files of strangers and are escaped by the templates.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis_app.cases.gene_words import ZYGOSITY_WORDS
from diagnosis_app.cases.side_by_side import Cell, status_cell
from frontend.words import age, source_url, who
from retrieval.knowledge import Knowledge
from retrieval.model import CaseGene, Finding, Profile, PublishedCase, Status, Zygosity


@dataclass(frozen=True, slots=True)
class Paper:
    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding of the case, and what is known of it in the patient."""

    term: str
    label: str
    url: str
    there: Cell
    onset: str
    here: Cell


@dataclass(frozen=True, slots=True)
class GeneFound:
    symbol: str
    url: str
    zygosity: str
    variants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known of one published case."""

    id: str
    label: str
    who: str
    age: str
    onset: str
    diagnosis: str
    diagnoses: tuple[tuple[str, str], ...]
    findings: tuple[Shown, ...]
    genes: tuple[GeneFound, ...]
    papers: tuple[Paper, ...]
    licence: str
    source: str


def record(knowledge: Knowledge, case: PublishedCase, profile: Profile) -> Record:
    known = _Patient(knowledge, profile)
    return Record(
        id=case.id,
        label=case.label,
        who=patient(case),
        age=age(case.age),
        onset=age(case.onset),
        diagnosis=case.diagnosis,
        diagnoses=id_links(case.diagnoses),
        findings=tuple(_shown(knowledge, finding, known) for finding in case.findings),
        genes=tuple(_gene(one) for one in case.genes),
        papers=papers(case),
        licence=case.licence,
        source=case.source,
    )


def patient(case: PublishedCase) -> str:
    """Boy, 9 months; a patient of whom neither sex nor age is told is just that."""
    return who(case.sex, case.age) or _("Patient")


def papers(case: PublishedCase) -> tuple[Paper, ...]:
    return tuple(Paper(one.id, one.title, source_url(one.id)) for one in case.publications)


def genes_of(case: PublishedCase) -> str:
    return " ".join(dict.fromkeys(gene.symbol for gene in case.genes if gene.symbol))


def id_links(ids: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((one, source_url(one)) for one in ids)


def _shown(knowledge: Knowledge, finding: Finding, known: _Patient) -> Shown:
    index = knowledge.ontology.index(finding.term)
    return Shown(
        term=finding.term,
        label=knowledge.ontology.label(index) if index is not None else finding.term,
        url=source_url(finding.term),
        there=status_cell(finding.status),
        onset=age(finding.onset),
        here=known.cell(finding.term),
    )


def _gene(one: CaseGene) -> GeneFound:
    zygosity = str(ZYGOSITY_WORDS[one.zygosity]) if one.zygosity != Zygosity.UNKNOWN else ""
    return GeneFound(one.symbol, source_url(one.id), zygosity, one.variants)


class _Patient:
    """What is known of a term in the patient: by itself, by something more specific, by an absence above."""

    def __init__(self, knowledge: Knowledge, profile: Profile) -> None:
        self._ontology = knowledge.ontology
        self._said = [
            (index, finding.status)
            for finding in profile.findings
            if finding.status != Status.FAMILY and (index := knowledge.ontology.index(finding.term)) is not None
        ]

    def cell(self, term: str) -> Cell:
        index = self._ontology.index(term)
        if index is None:
            return status_cell(Status.FAMILY)
        above = {int(one) for one in self._ontology.ancestors(index)}
        for said, status in self._said:
            if said == index:
                return status_cell(status)
        for said, status in self._said:
            if status == Status.PRESENT and index in self._ontology.ancestors(said):
                return Cell("present", _("present, more specific"), self._ontology.label(said))
            if status == Status.EXCLUDED and said in above:
                return Cell("absent", _("absent"), self._ontology.label(said))
        return status_cell(Status.FAMILY)
