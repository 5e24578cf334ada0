"""How telling a finding is: minus the natural logarithm of the share of diseases that have it.

A disease has a finding when it is annotated with it or with anything below it (presence passes
to ancestors). Documented absence is no annotation. Diseases of OMIM and of Orphanet count as
they are listed, so one that stands in both unmerged counts twice, on both sides of the fraction.
Resnik, Using information content to evaluate semantic similarity in a taxonomy, IJCAI 1995.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrieval import csr
from retrieval.ontology.graph import Ontology
from retrieval.pooling import Pooled

# Prefixes of the diseases that are counted.
SOURCES = frozenset({"OMIM", "ORPHA"})


def disease_counts(ontology: Ontology, disease: np.ndarray, term: np.ndarray) -> np.ndarray:
    """Per term, the number of distinct diseases annotated with it or a descendant."""
    if len(term) == 0:
        return np.zeros(ontology.size, dtype=np.int32)
    ptr, ancestor = ontology.closure()
    lengths = np.diff(ptr)[term]
    starts = np.repeat(ptr[:-1][term], lengths)
    within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    reached = ancestor[starts + within].astype(np.int64)
    pairs = csr.distinct(np.repeat(disease.astype(np.int64), lengths) * ontology.size + reached)
    return np.bincount(pairs % ontology.size, minlength=ontology.size).astype(np.int32)


def information_content(counts: np.ndarray, diseases: int, findings: np.ndarray) -> np.ndarray:
    """Natural-log information content per term; 0 for what is not a finding.

    A term that no disease has is given the value of a term that one disease has: it stays finite
    and never falls below its parents'.
    """
    share = np.maximum(counts, 1) / max(diseases, 1)
    content = np.where(findings, -np.log(np.minimum(share, 1.0)), 0.0)
    return np.abs(content).astype(np.float32)


def background(ontology: Ontology, disease_ids: Sequence[str], pooled: Pooled) -> dict[str, np.ndarray]:
    """The two arrays that an ontology gets from the diseases of its snapshot."""
    counted = np.array([name.partition(":")[0] in SOURCES for name in disease_ids], dtype=np.bool_)
    disease = np.repeat(np.arange(len(disease_ids)), np.diff(pooled.ptr))
    keep = ~pooled.negative & counted[disease]
    counts = disease_counts(ontology, disease[keep], pooled.term[keep])
    total = len(np.unique(disease[keep]))
    return {
        "disease_count": counts,
        "information_content": information_content(counts, total, ontology.findings),
    }
