"""Why a list is another one: facts that differ between two snapshots, as plain data that a row can hold.

`words` says them in sentences; `causes` finds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    # of what is documented of a disease
    ANNOTATION_ADDED = "annotation_added"
    ANNOTATION_CHANGED = "annotation_changed"
    ANNOTATION_GONE = "annotation_gone"
    ANNOTATIONS = "annotations"  # of findings that the patient was not asked about: how well the profile fits
    ONSET = "onset"
    INHERITANCE = "inheritance"
    GENE_ADDED = "gene_added"
    GENE_GONE = "gene_gone"
    PREVALENCE = "prevalence"
    # published patients
    CASE_ADDED = "case_added"
    CASE_GONE = "case_gone"
    # which entries are one disease, and which diseases there are
    MERGED = "merged"
    SPLIT = "split"
    DISEASE_NEW = "disease_new"
    DISEASE_GONE = "disease_gone"
    RANKED_NOW = "ranked_now"
    NOT_RANKED_NOW = "not_ranked_now"
    # of everything at once
    ONTOLOGY = "ontology"  # where a term stands in HPO
    BACKGROUND = "background"  # how common a finding is over all diseases
    WEIGHTS = "weights"  # the fitted weights and their calibration
    ENOUGH_NOW = "enough_now"
    NOT_ENOUGH_NOW = "not_enough_now"


# What does not speak of one disease. It is named only where the rest does not explain the new order.
INDIRECT = frozenset({Kind.BACKGROUND, Kind.ONTOLOGY, Kind.WEIGHTS})


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact and by how much it moved the score of its disease; no disease where it concerns them all."""

    kind: Kind
    disease: str = ""
    name: str = ""
    change: float = 0.0
    about: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "disease": self.disease,
            "name": self.name,
            "change": round(self.change, 3),
            "about": dict(self.about),
        }
