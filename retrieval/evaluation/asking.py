"""The one place where the protocol touches the ranker: how another one is made, and how it is asked."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retrieval.diseases import DiseaseTable
from retrieval.model import Profile
from retrieval.ontology.graph import Ontology
from retrieval.pooling import Pooled
from retrieval.ranking.calibration import strength
from retrieval.ranking.documented import Documented
from retrieval.ranking.ranker import Ranker
from retrieval.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Asked:
    """The score of every ranked disease, by position in `DiseaseTable.ranked`."""

    scores: np.ndarray
    stated: float | None = None  # probability of the first candidate
    word: str = ""  # how it is spoken of: a `Strength`


def ranker_over(snapshot: Snapshot, pooled: Pooled, prevalence: float = 0.0) -> Ranker:
    """A ranker of the same diseases and published cases, of which something else is documented."""
    diseases = with_findings(snapshot.diseases, pooled)
    arrays = Ranker.build(snapshot.ontology, diseases)
    return Ranker(snapshot.ontology, diseases, arrays, snapshot.cases, prevalence=prevalence)


def with_findings(diseases: DiseaseTable, pooled: Pooled) -> DiseaseTable:
    """The same diseases, of which something else is documented."""
    other = copy.copy(diseases)
    other.__dict__.pop("_quotable", None)  # what it remembers of the pooled rows
    other.pooled = pooled
    return other


def ask(
    ontology: Ontology,
    ranker: Ranker,
    profile: Profile,
    instead: Mapping[int, Documented],
    hidden: np.ndarray | None,
) -> Asked:
    """As the product would answer, if neither the documented findings nor the cases left out existed."""
    scores, probabilities = ranker.asked(profile, instead=instead, hidden=hidden)
    stated = float(probabilities.max(initial=0.0))
    return Asked(scores, stated, strength(stated).value)
