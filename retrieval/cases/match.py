"""The published cases that resemble a patient most, with what they share and where they differ.

Similarity is what two patients share of all that both have: findings with everything above them, each term with its
weight (see `weights`). Excluded findings are shown where they disagree and change nothing. Exact:
every case is compared, none is skipped, and ties stand in order of id.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrieval.cases.bank import CaseBank
from retrieval.cases.build import usable
from retrieval.cases.compare import Conflict, Shared, compare
from retrieval.cases.index import closure_of
from retrieval.model import Profile, Publication


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """One published case beside a patient. Terms are ids."""

    id: str
    position: int  # in the bank
    similarity: float  # 0..1
    shared: tuple[Shared, ...]
    missing: tuple[str, ...]  # the patient has it; the case lacks it, or it was excluded there
    extra: tuple[str, ...]  # the case has it, nothing like it is known of the patient
    conflicting: tuple[Conflict, ...]  # present in one and excluded in the other, or opposites
    diagnoses: tuple[str, ...]
    diagnosis: str
    publications: tuple[Publication, ...]


def match(
    bank: CaseBank, profile: Profile, *, limit: int = 20, hidden: np.ndarray | None = None
) -> tuple[SimilarCase, ...]:
    """The most similar cases, best first; none that shares nothing. `hidden` masks cases that may not be seen."""
    present, excluded = usable(bank.ontology, profile.findings)
    found = similarities(bank, np.array(present, dtype=np.int32), hidden)
    best = top(found, limit)
    compared = compare(bank, present, excluded, best.tolist())
    return tuple(
        SimilarCase(
            id=bank.id(i),
            position=i,
            similarity=float(found[i]),
            shared=one.shared,
            missing=one.missing,
            extra=one.extra,
            conflicting=one.conflicting,
            diagnoses=bank.diagnoses(i),
            diagnosis=bank.diagnosis(i),
            publications=bank.publications(i),
        )
        for i, one in zip(best.tolist(), compared, strict=True)
    )


def similarities(bank: CaseBank, terms: np.ndarray, hidden: np.ndarray | None = None) -> np.ndarray:
    """Per case its similarity (float32, 0..1) to a patient with these findings present; 0 for hidden cases."""
    closure = closure_of(bank.ontology, np.asarray(terms, dtype=np.int32))
    norm = int(bank.terms.weight[closure].sum(dtype=np.int64))
    if norm == 0:
        return np.zeros(bank.size, dtype=np.float32)
    shared = bank.terms.sums(closure)
    either = norm + bank.terms.norm.astype(np.int64) - shared
    found: np.ndarray = (shared / either).astype(np.float32)
    if hidden is not None:
        found[hidden] = 0.0
    return found


def top(similarity: np.ndarray, limit: int) -> np.ndarray:
    """Positions of the highest similarities above 0, best first; of equal ones the lower position first."""
    count = min(limit, len(similarity))
    if count < 1:
        return np.zeros(0, dtype=np.int64)
    last = np.partition(similarity, len(similarity) - count)[len(similarity) - count]
    chosen = np.flatnonzero((similarity >= last) & (similarity > 0))
    return chosen[np.argsort(-similarity[chosen], kind="stable")][:count]
