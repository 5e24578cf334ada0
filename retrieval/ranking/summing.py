"""Adds up the terms of the score for every disease of one table, each with its weight.

One `Summing` belongs to one list of diseases. What it returns holds every term apart, so that what
is shown is what was summed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retrieval.model import Contribution, ContributionKind, Profile
from retrieval.ranking.answers import After, Answer
from retrieval.ranking.fusion import EXCLUDED, GENE, HAS_CASES, Weights
from retrieval.ranking.genes import GeneEvidence, Genes
from retrieval.ranking.reading import Counted, Reading
from retrieval.ranking.scorer import Column, Part, Parts, Scorer
from retrieval.ranking.taken_together import Fit, Nearest, NearestCases, ProfileFit

if TYPE_CHECKING:
    from retrieval.cases.bank import CaseBank
    from retrieval.ontology.graph import Ontology

PROFILE_NOTE = "profile"
DECLARED = 4  # the column of `raw_terms` after those that have a weight


@dataclass(frozen=True)
class Sum:
    """Everything that adds up to the scores of one patient, by position."""

    total: np.ndarray
    findings: np.ndarray  # of it, what the documented findings say, one by one and together
    parts: Parts  # weighted
    raw: Parts  # as the likelihood says them
    fit: Fit
    nearest: Nearest
    genes: Genes
    prevalence: np.ndarray

    @property
    def profile(self) -> np.ndarray:
        return self.fit.profile

    def raw_terms(self, scorer: Scorer) -> np.ndarray:
        """Of every disease (findings, onset, profile, nearest) before their weights, and what is declared."""
        raw = self.raw
        illness = tuple(part for part in raw.onset if part.counted is None)
        others = tuple(part for part in raw.onset if part.counted is not None)
        nearest, declared = np.zeros(len(self.total)), EXCLUDED * scorer.totals(Parts((), raw.excluded, (), ()))
        nearest[self.nearest.position] = self.nearest.similarity
        declared[self.nearest.position] += HAS_CASES
        findings = scorer.totals(Parts(raw.present, (), others, raw.sex))
        return np.stack([findings, scorer.totals(Parts((), (), illness, ())), self.profile, nearest, declared], axis=-1)


class Summing:
    def __init__(
        self,
        ontology: Ontology,
        scorer: Scorer,
        weights: Weights,
        *,
        nearest: NearestCases,
        genes: GeneEvidence,
        prevalence: np.ndarray,
        bank: CaseBank,
    ) -> None:
        self.scorer, self.weights = scorer, weights
        self._ontology = ontology
        self._fit = ProfileFit(ontology, scorer.documented, bank.terms.weight, scorer.observed)
        self._nearest, self._genes, self._bank = nearest, genes, bank
        self._prevalence = prevalence

    def of(
        self,
        reading: Reading,
        profile: Profile,
        hidden: np.ndarray | None = None,
        known: Mapping[int, int] | None = None,
    ) -> Sum:
        """All terms. `hidden` masks published cases that may not be seen; `known` says, of diseases of which
        something else is known without them, what is (`Fit.known`)."""
        raw = self.scorer.parts(reading)
        parts = weighted(raw, self.weights)
        terms = _terms(reading.present)
        fit = self._fit(terms)
        for position, weight in (known or {}).items():
            fit.known[position] = weight
        nearest = self._nearest(terms, fit.known, hidden)
        genes = self._genes.weigh(profile, hidden)
        findings = self.scorer.totals(parts) + self.weights.profile * fit.profile
        total = findings + GENE * genes.values + self._prevalence
        total[nearest.position] += self._of_nearest(nearest)
        return Sum(total, findings, parts, raw, fit, nearest, genes, self._prevalence)

    def further(self, found: Sum, positions: Sequence[int]) -> list[list[Contribution | None]]:
        """The terms that are not about a single finding, for some diseases."""
        return [
            [self._profile(found, at) for at in positions],
            [self._similar(found, at) for at in positions],
            [self._gene(found, at) for at in positions],
            [_prevalent(found, at) for at in positions],
        ]

    def change(self, found: Sum, after: After, reading: Reading, answer: Answer) -> np.ndarray:
        """By how much one more answer would move every score."""
        change: np.ndarray = (self.weights.finding if answer.present else EXCLUDED) * after.change(answer)
        if not answer.present:
            return change
        terms = np.array([*_terms(reading.present), answer.term])
        fit = self._fit(terms)
        change += self.weights.profile * (fit.profile - found.profile)
        nearest = self._nearest(terms, fit.known)
        change[nearest.position] += self._of_nearest(nearest)
        change[found.nearest.position] -= self._of_nearest(found.nearest)
        return change

    # --- inside ----------------------------------------------------------

    def _of_nearest(self, nearest: Nearest) -> np.ndarray:
        value: np.ndarray = self.weights.nearest * nearest.similarity + HAS_CASES
        return value

    def _profile(self, found: Sum, at: int) -> Contribution | None:
        likeness = float(found.profile[at])
        if likeness == 0.0:
            return None
        return Contribution(
            ContributionKind.PROFILE, self.weights.profile * likeness, note=PROFILE_NOTE, likeness=likeness
        )

    def _similar(self, found: Sum, at: int) -> Contribution | None:
        nearest = found.nearest
        k = int(np.searchsorted(nearest.position, at))
        if k == len(nearest.position) or nearest.position[k] != at:
            return None
        likeness = float(nearest.similarity[k])
        value = self.weights.nearest * likeness + HAS_CASES
        if value == 0.0:
            return None
        case = int(nearest.case[k])
        return Contribution(
            ContributionKind.SIMILAR,
            value,
            cases=(self._bank.id(case),),
            references=tuple(publication.id for publication in self._bank.publications(case)),
            likeness=likeness,
        )

    def _gene(self, found: Sum, at: int) -> Contribution | None:
        one = found.genes.contribution(at)
        return one._replace(value=GENE * one.value) if one is not None else None


def weighted(parts: Parts, weights: Weights) -> Parts:
    """Findings and sex in the unit of the findings; exclusions and the onset of the illness in their own."""
    return Parts(
        present=tuple(_times(part, weights.finding) for part in parts.present),
        excluded=tuple(_times(part, EXCLUDED) for part in parts.excluded),
        onset=tuple(_times(part, weights.onset if part.counted is None else weights.finding) for part in parts.onset),
        sex=tuple(_times(part, weights.finding) for part in parts.sex),
        unexplained=parts.unexplained * weights.finding,
    )


def _times(part: Part, weight: float) -> Part:
    column, value = part.column, part.value * weight
    if column is not None:
        own = value if column.value is part.value else column.value * weight
        column = Column(column.position, own, column.row, column.through, column.kind)
    return Part(part.counted, part.position, value, column, part.elsewhere * weight, part.row)


def _prevalent(found: Sum, at: int) -> Contribution | None:
    value = float(found.prevalence[at])
    return Contribution(ContributionKind.PREVALENCE, value) if value else None


def _terms(present: Sequence[Counted]) -> np.ndarray:
    return np.array([counted.term for counted in present], dtype=np.int64)
