"""Published cases made in a line, and a plain way to compare them."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrieval.cases import CaseBank
from retrieval.cases.weights import weights, whole
from retrieval.model import Finding, PublishedCase, Status
from retrieval.ontology.graph import Ontology


def case(name: str, *present: str, excluded: tuple[str, ...] = (), **more: Any) -> PublishedCase:
    findings = (*(Finding(term) for term in present), *(Finding(term, Status.EXCLUDED) for term in excluded))
    return PublishedCase(**({"id": name, "findings": findings, "diagnoses": ("OMIM:100001",)} | more))


def at(ontology: Ontology, term: str) -> int:
    found = ontology.index(term)
    assert found is not None
    return found


def old_id(ontology: Ontology) -> str:
    """An obsolete id whose replacement is a finding."""
    return next(
        name
        for name in ontology._obsolete
        if (current := ontology.index(name)) is not None and ontology.is_finding(current)
    )


def bank(ontology: Ontology, *cases: PublishedCase) -> CaseBank:
    return CaseBank(CaseBank.build(ontology, cases), ontology)


def random_cases(ontology: Ontology, count: int, chance: np.random.Generator) -> list[PublishedCase]:
    """Few distinct terms, so that many cases meet and some tie; one in ten repeats another's findings."""
    findings = np.flatnonzero(ontology.findings)
    pool = chance.choice(findings, size=60)
    made: list[PublishedCase] = []
    for number in range(count):
        terms = tuple(ontology.ids[int(i)] for i in chance.choice(pool, size=int(chance.integers(1, 9))))
        if made and chance.random() < 0.1:
            terms = tuple(one.term for one in made[int(chance.integers(len(made)))].findings)
        made.append(case(f"{int(chance.integers(10**9)):09d}-{number}", *terms))
    return made


def plain_similarity(ontology: Ontology, patient: set[int], other: set[int]) -> np.float32:
    """The definition, one pair at a time: shared weight over the weight of what either has."""
    weight = whole(weights(ontology)).tolist()
    mine, theirs = ({int(above) for term in terms for above in ontology.ancestors(term)} for terms in (patient, other))
    one, two = (sum(weight[term] for term in closure) for closure in (mine, theirs))
    if not one or not two:
        return np.float32(0)
    shared = sum(weight[term] for term in mine & theirs)
    return np.float32(shared / (one + two - shared))
