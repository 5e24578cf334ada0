"""The knowledge in use: its manifest, its diseases, and whether the service is ready."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest

from corpus_ingest import library
from diagnosis_app import __version__
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import knowledge_words as words
from diagnosis_app.api.operations import Operations
from diagnosis_app.api.words import Frequency, Named
from diagnosis_app.errors import Hidden
from diagnosis_app.views import readiness
from retrieval.errors import MalformedId, UnknownDisease
from retrieval.hierarchy import Related
from retrieval.model import Annotation
from retrieval.model import Frequency as Stated
from retrieval.ontology import curie
from retrieval.ontology.graph import Ontology

NEAR = 50  # diseases that stand near one

operations = Operations("Knowledge")


@operations.get("/knowledge", verb=Verb.KNOWLEDGE_READ, answers=words.Knowledge)
def get_knowledge(request: HttpRequest) -> words.Knowledge:
    """The manifest of the snapshot in use: sources, versions, licences, citations, counts, checksums."""
    manifest = library.current().manifest
    return words.Knowledge(
        id=manifest.id,
        format=manifest.format,
        created=manifest.created,
        citation=manifest.citation,
        sources=[words.Source(**asdict(source)) for source in manifest.sources],
        counts=dict(manifest.counts),
        files={name: words.StoredFile(**asdict(record)) for name, record in manifest.files.items()},
    )


@operations.get("/diseases/{disease_id}", verb=Verb.KNOWLEDGE_READ, answers=words.Disease)
def get_disease(request: HttpRequest, disease_id: str) -> words.Disease:
    """A disease with every documented finding, its frequency as the source states it, and its references."""
    knowledge = library.current()
    try:
        disease = knowledge.diseases.disease(curie.disease_id(disease_id))
    except (UnknownDisease, MalformedId) as error:
        raise Hidden(error.message, hint=error.hint, field="disease_id", code=error.code) from None
    ontology = knowledge.ontology
    return words.Disease(
        id=disease.id,
        ids=list(disease.ids or (disease.id,)),
        name=disease.name,
        parents=[_related(one) for one in knowledge.hierarchy.parents(disease.id)],
        children=[_related(one) for one in knowledge.hierarchy.children(disease.id)[:NEAR]],
        siblings=[_related(one) for one in knowledge.hierarchy.siblings(disease.id, NEAR)],
        genes=[words.Gene(symbol=gene.symbol, id=gene.ncbi or gene.hgnc) for gene in disease.genes],
        inheritance=[_named(ontology, term) for term in disease.inheritance],
        onset=[_named(ontology, term) for term in disease.onset],
        course=[_named(ontology, term) for term in disease.course],
        annotations=[_annotation(ontology, one) for one in disease.annotations],
        snapshot=knowledge.id,
        citation=knowledge.manifest.citation,
    )


@operations.get("/openapi.json", verb=Verb.KNOWLEDGE_READ, answers=dict[str, Any])
def get_openapi(request: HttpRequest) -> dict[str, Any]:
    """This description, for tools."""
    from diagnosis_app.api.site import schema

    return schema()


@operations.get("/health", verb=Verb.KNOWLEDGE_READ, answers=words.Health)
def get_health(request: HttpRequest) -> words.Health:
    """Whether the database and the knowledge answer. Monitors without a token use /healthz and /readyz."""
    checks = readiness()
    return words.Health(ready=all(state == "ok" for state in checks.values()), version=__version__, checks=checks)


def _related(one: Related) -> words.Related:
    return words.Related(**asdict(one))


def _annotation(ontology: Ontology, one: Annotation) -> words.Annotation:
    return words.Annotation(
        **_named(ontology, one.term).model_dump(),
        frequency=_frequency(one.frequency),
        references=list(one.references),
        evidence=list(one.evidence),
        onset=list(one.onset),
        sex=one.sex,
        modifiers=list(one.modifiers),
        negative=one.negative,
    )


def _frequency(frequency: Stated) -> Frequency:
    known = frequency.value == frequency.value  # NaN is a frequency that nobody stated
    return Frequency(
        kind=frequency.kind,
        value=frequency.value if known else None,
        n=frequency.n,
        m=frequency.m,
        term=frequency.term,
        percent=frequency.percent,
    )


def _named(ontology: Ontology, term: str) -> Named:
    i = ontology.index(term)
    return Named(id=term, label=ontology.label(i) if i is not None else "")
