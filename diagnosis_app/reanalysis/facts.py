"""What one snapshot documents of one disease, in a form that two snapshots can be compared by.

Reads the knowledge; decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from retrieval.knowledge import Knowledge
from retrieval.model import Annotation, Disease, PublishedCase

REFERENCES = 6  # kept of one annotation


@dataclass(frozen=True, slots=True)
class Documented:
    """One finding of a disease as the sources state it; without its references, which weigh nothing."""

    negative: bool
    sex: str
    frequency: dict[str, Any]
    onset: tuple[str, ...]

    @classmethod
    def of(cls, one: Annotation) -> Documented:
        value = one.frequency.value
        frequency = {
            "kind": str(one.frequency.kind),
            "value": None if value != value else round(float(value), 6),
            "n": one.frequency.n,
            "m": one.frequency.m,
            "term": one.frequency.term,
            "percent": one.frequency.percent,
        }
        return cls(one.negative, str(one.sex or ""), frequency, tuple(one.onset))

    def as_json(self) -> dict[str, Any]:
        return {"negative": self.negative, "sex": self.sex, "frequency": self.frequency, "onset": list(self.onset)}


class Facts:
    """Of one disease, and of the other diseases whose ids it has on the other side."""

    def __init__(self, knowledge: Knowledge, disease_id: str, beside: Iterable[str] = ()) -> None:
        self.knowledge = knowledge
        self.disease: Disease = knowledge.diseases.disease(disease_id)
        self.ids = frozenset(self.disease.ids or (self.disease.id,))
        self._beside = [knowledge.diseases.disease(one) for one in beside]

    @cached_property
    def annotations(self) -> dict[str, list[Documented]]:
        """By term."""
        return _by_term(self.disease.annotations)

    @cached_property
    def beside(self) -> frozenset[str]:
        """Terms documented of the diseases that are one with it on the other side."""
        return frozenset(one.term for disease in self._beside for one in disease.annotations)

    @cached_property
    def cases(self) -> dict[str, int]:
        """The published cases of the disease: id and position in the bank."""
        return _cases(self.knowledge, self.ids)

    def references(self, term: str) -> tuple[str, ...]:
        found = [ref for one in self.disease.annotations if one.term == term for ref in one.references]
        return tuple(dict.fromkeys(found))[:REFERENCES]

    def published(self, case_id: str) -> PublishedCase | None:
        i = self.knowledge.cases.index(case_id)
        return self.knowledge.cases.case(i) if i is not None else None

    def label(self, term: str) -> str:
        index = self.knowledge.ontology.index(term)
        return self.knowledge.ontology.label(index) if index is not None else term


def _by_term(annotations: Iterable[Annotation]) -> dict[str, list[Documented]]:
    found: dict[str, list[Documented]] = {}
    for one in annotations:
        found.setdefault(one.term, []).append(Documented.of(one))
    return found


def _cases(knowledge: Knowledge, ids: Collection[str]) -> dict[str, int]:
    bank = knowledge.cases
    codes = [code for code, name in enumerate(bank.diseases) if name in ids]
    if not codes:
        return {}
    ptr, diagnoses = bank.all_diagnoses()
    case_of = np.repeat(np.arange(bank.size), np.diff(ptr))
    return {bank.id(i): i for i in np.unique(case_of[np.isin(diagnoses, codes)]).tolist()}
