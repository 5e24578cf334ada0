"""A local case as its page and the preview show it: terms by their names, and all that is kept."""

from __future__ import annotations

from dataclasses import dataclass

from corpus_ingest import library
from diagnosis_app.local_cases.kept import Kept, stored_kept
from diagnosis_app.local_cases.models import LocalCase
from frontend.words import age, source_url, who
from retrieval.errors import RetrievalError
from retrieval.ontology.graph import Ontology


@dataclass(frozen=True, slots=True)
class Term:
    id: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What is kept, in words."""

    who: str
    sex: str
    age: str
    onset: str
    gene: str
    present: tuple[Term, ...]
    excluded: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    row: LocalCase
    who: str
    present: int
    gene: str
    links: tuple[tuple[str, str], ...]


def shown(kept: Kept, ontology: Ontology | None) -> Shown:
    return Shown(
        who=who(kept.sex, kept.age),
        sex=kept.sex.value,
        age=age(kept.age),
        onset=age(kept.onset),
        gene=kept.gene,
        present=tuple(_term(one, ontology) for one in kept.present),
        excluded=tuple(_term(one, ontology) for one in kept.excluded),
    )


def shown_case(local: LocalCase) -> Shown:
    """Also while no knowledge is at hand: then by ids alone."""
    try:
        ontology: Ontology | None = library.current().ontology
    except RetrievalError:
        ontology = None
    return shown(stored_kept(local.content), ontology)


def line(local: LocalCase) -> Line:
    kept = stored_kept(local.content)
    return Line(local, who(kept.sex, kept.age), len(kept.present), kept.gene, links(local))


def links(local: LocalCase) -> tuple[tuple[str, str], ...]:
    return tuple((one, source_url(one)) for one in local.ids or [local.disease])


def _term(term: str, ontology: Ontology | None) -> Term:
    index = ontology.index(term) if ontology is not None else None
    label = ontology.label(index) if ontology is not None and index is not None else term
    return Term(term, label, source_url(term))
