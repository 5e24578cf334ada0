"""The score as a sum of few named terms: what each is worth, and where that was measured.

    score = prior + FINDING · (findings, sex) + ONSET · onset + EXCLUDED · exclusions
          + PROFILE · profile + NEAREST · nearest case + HAS_CASES + genes (+ prevalence, if declared)

The weights are fitted by `manage.py fit-ranker` and lie in two small files beside this module: one
for knowledge with published cases, one for annotations alone. What may not be learned from
published cases is declared here instead.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from retrieval.model import ContributionKind
from retrieval.ranking.calibration import Calibration

# That somebody published cases of a disease says nothing of this patient, but half of all published
# cases have a disease with further cases: a fit would learn it as a prior. It is declared instead;
# the weights are fitted with it in place. docs/decisions/0017-the-ranker.md shows what other values cost.
HAS_CASES = 0.0
# Published cohort tables exclude the disease's own features, so nothing about exclusions can be learned
# from them. Their likelihood counts by this much: at most 0.2 an exclusion and 0.45 together, small beside
# the findings, and always against. docs/what-was-tried.md shows what other values cost on such tables.
EXCLUDED = 0.3
# A list of genes is in log-odds of its own (see `genes`), as is the fitted sum.
GENE = 1.0

WITH_CASES = "with_cases"
ANNOTATIONS_ONLY = "annotations_only"


@dataclass(frozen=True, slots=True)
class Weights:
    finding: float
    onset: float
    profile: float
    nearest: float = 0.0

    def as_dict(self) -> dict[str, float]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Artefact:
    """One fitted ranker: weights and calibration, with where they come from."""

    name: str
    weights: Weights
    calibration: Calibration
    fitted: Mapping[str, Any]  # cases, publications, knowledge, command: for people
    digest: str = ""

    @property
    def version(self) -> str:
        return f"{self.name}-{self.digest[:8]}"


@dataclass(frozen=True, slots=True)
class Further:
    """A term of the sum that is not about a single finding: a value for every disease."""

    kind: ContributionKind
    values: np.ndarray  # float64, by position


@cache
def artefact(name: str) -> Artefact:
    """One of the two that come with the code."""
    text = resources.files("retrieval.ranking").joinpath("artefacts", f"{name}.json").read_text(encoding="utf-8")
    return read(text)


def read(text: str) -> Artefact:
    raw = json.loads(text)
    return Artefact(
        name=raw["name"],
        weights=Weights(**raw["weights"]),
        calibration=Calibration.read(raw["calibration"]),
        fitted=raw["fitted"],
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )
