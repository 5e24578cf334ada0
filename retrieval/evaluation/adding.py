"""Does saying more of the truth ever hurt? One finding that is documented for the disease is added.

A ranking that lowers the true disease for being told one of its own documented features cannot be
trusted at a bedside, where findings are entered one by one.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from retrieval.evaluation.solved import SolvedCase
from retrieval.model import Finding, Profile, Status
from retrieval.ontology.graph import Ontology
from retrieval.pooling import Pooled


def with_one_more(
    ontology: Ontology, case: SolvedCase, profile: Profile, pooled: Pooled, disease: int
) -> Profile | None:
    """The profile with a finding that these rows document of the disease; None if there is none to add.

    Not one that the profile already speaks of: its own terms, what they imply (a more general term
    adds nothing), and what lies under an excluded one. The choice depends on the case alone.
    """
    spoken: set[int] = set()
    for finding in profile.findings:
        term = ontology.index(finding.term)
        if term is not None:
            reach = ontology.descendants(term) if finding.status is Status.EXCLUDED else ontology.ancestors(term)
            spoken.update(reach.tolist())
            spoken.add(term)
    start, end = int(pooled.ptr[disease]), int(pooled.ptr[disease + 1])
    rows = np.arange(start, end)[~np.asarray(pooled.negative[start:end], dtype=np.bool_)]
    rows = rows[np.asarray(pooled.sex)[rows] == 0]
    terms = sorted({int(pooled.term[k]) for k in rows.tolist()} - spoken)
    if not terms:
        return None
    drawn = int.from_bytes(hashlib.sha256(f"one more {case.id}".encode()).digest()[:8], "big") % len(terms)
    return replace(profile, findings=(*profile.findings, Finding(ontology.ids[terms[drawn]])))


def sampled(case: SolvedCase, share: float) -> bool:
    """Whether this case belongs to the sample; a case's own id decides, so that every run takes the same."""
    number = int.from_bytes(hashlib.sha256(f"sample {case.id}".encode()).digest()[:8], "big")
    return number < share * 2**64
