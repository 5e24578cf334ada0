"""Ranks every disease for one patient, and can say why.

Pure arithmetic over arrays that a snapshot holds: no file, no clock, no chance. The same profile
and the same snapshot give the same numbers, whatever the order of the findings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from retrieval.model import Profile, ScoredDisease
from retrieval.ranking.background import background
from retrieval.ranking.documented import Documented
from retrieval.ranking.explain import Explanation, Sources, explanation, scored
from retrieval.ranking.opposites import opposite_pairs
from retrieval.ranking.reading import NotUsed, Reading, read_profile
from retrieval.ranking.scorer import Parts, Scorer
from retrieval.ranking.stability import Stability, leave_one_out

if TYPE_CHECKING:
    from retrieval.diseases import DiseaseTable
    from retrieval.ontology.graph import Ontology

# A finding is specific when at most this share of the ranked diseases has it (information content
# of at least 2.3): seizures, delay and short stature are not, a cleft palate is.
SPECIFIC_AT_MOST = 0.1
# Fewer specific findings than this leave too many diseases that fit equally well.
SPECIFIC_NEEDED = 3

# Reasons of the outcome "insufficient".
NO_FINDINGS = "no_findings"
TOO_FEW_FINDINGS = "too_few_findings"
TOO_FEW_SPECIFIC = "too_few_specific_findings"

DECIMALS = 9  # scores that differ by less are tied

Outcome = Literal["ranked", "insufficient"]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The differential: the first candidates in full, and the score of every ranked disease."""

    candidates: tuple[ScoredDisease, ...]
    total: int  # diseases ranked
    outcome: Outcome
    reasons: tuple[str, ...]
    used: int  # findings that were weighed
    specific: int  # present findings among them that are specific
    not_used: tuple[NotUsed, ...]
    ties: tuple[int, ...]  # per candidate, how many other diseases have its score
    scores: np.ndarray = field(repr=False, compare=False)  # by position in `DiseaseTable.ranked`, rounded

    def expected_rank(self, position: int) -> float:
        """The rank in a benchmark: tied diseases share the mean of their places."""
        return expected_rank(self.scores, position)


def expected_rank(scores: np.ndarray, position: int) -> float:
    """The mean of the places that the disease shares with those of equal score, from 1."""
    mine = scores[position]
    return float(1 + np.sum(scores > mine) + (np.sum(scores == mine) - 1) / 2)


class Ranker:
    """One snapshot's ranking. Build once, open many times; safe to share between threads."""

    def __init__(self, ontology: Ontology, diseases: DiseaseTable, arrays: Mapping[str, np.ndarray]) -> None:
        self._ontology = ontology
        self._diseases = diseases
        self._background = arrays["background"]
        self._opposites = arrays["opposites"]
        self._sources = Sources(diseases)
        self._ranked = np.asarray(diseases.ranked)
        self._scorer = self._over(Documented(arrays, diseases.pooled), self._ranked)
        self.prior = -float(np.log(max(len(self._ranked), 1)))  # uniform over the ranked diseases

    @staticmethod
    def build(ontology: Ontology, diseases: DiseaseTable) -> dict[str, np.ndarray]:
        """The arrays a snapshot stores."""
        arrays = Documented.build(ontology, diseases.pooled, np.asarray(diseases.ranked))
        documented = Documented(arrays, diseases.pooled)
        return arrays | {
            "background": background(documented, ontology.size),
            "opposites": opposite_pairs(ontology),
        }

    def rank(self, profile: Profile, *, limit: int = 50) -> Ranking:
        """All ranked diseases by score; ties by id; the first `limit` with their contributions."""
        reading = read_profile(self._ontology, profile)
        parts = self._scorer.parts(reading)
        scores = self._scores(self._scorer, parts)
        order = self._order(scores)
        shown = order[: max(limit, 0)]
        ranks = range(1, len(shown) + 1)
        candidates = scored(
            self._diseases, self._ontology, self._scorer, parts, shown, ranks, self.prior, self._sources
        )
        reasons, specific = self._sufficiency(reading)
        return Ranking(
            candidates=candidates,
            total=len(self._ranked),
            outcome="insufficient" if reasons else "ranked",
            reasons=reasons,
            used=len(reading.present) + len(reading.excluded),
            specific=specific,
            not_used=reading.not_used,
            ties=self._ties(scores, order, len(shown)),
            scores=scores,
        )

    def explain(self, profile: Profile, disease_id: str) -> Explanation:
        """Why a disease stands where it stands; also for one that is not ranked (its rank is then 0)."""
        disease = self._diseases.disease(disease_id)
        index = self._diseases.index(disease_id)
        assert index is not None  # noqa: S101  `disease` raises for what has no index
        reading = read_profile(self._ontology, profile)
        parts = self._scorer.parts(reading)
        scores = self._scores(self._scorer, parts)
        order = self._order(scores)
        place = np.flatnonzero(self._ranked[order] == index)
        rivals = [int(position) for position in order[:11] if self._ranked[position] != index][:10]
        if len(place):
            scorer, position, rank = self._scorer, int(order[place[0]]), int(place[0]) + 1
        else:
            only = np.array([index])
            alone = Documented.build(self._ontology, self._diseases.pooled, only)
            scorer, position, rank = self._over(Documented(alone, self._diseases.pooled), only), 0, 0
            parts = scorer.parts(reading)
        (candidate,) = self._scored(scorer, parts, np.array([position]), [rank])
        return explanation(self._ontology, self._diseases, self._scorer, reading, candidate, disease, index, rivals)

    def stability(self, profile: Profile) -> Stability:
        """Does the leader stay when any one finding is left out?"""
        reading = read_profile(self._ontology, profile)
        return leave_one_out(
            self._ontology,
            reading,
            lambda rest: self._order(self._scores(self._scorer, self._scorer.parts(rest))),
            lambda position: self._named(int(position)),
        )

    def scores(self, profile: Profile, *, instead: Mapping[int, Documented] | None = None) -> np.ndarray:
        """The score of every ranked disease, by position in `DiseaseTable.ranked`.

        `instead` names positions for which other documented findings are taken (each a table of
        that disease alone): what a ranking would be without some publications.
        """
        reading = read_profile(self._ontology, profile)
        scores = self._scores(self._scorer, self._scorer.parts(reading))
        for position, documented in (instead or {}).items():
            alone = self._over(documented, self._ranked[[position]])
            scores[position] = self._scores(alone, alone.parts(reading))[0]
        return scores

    def forget(self) -> None:
        """Drops what is remembered from earlier profiles (to measure a first answer)."""
        self._scorer.forget()
        self._sources.forget()

    # --- inside ----------------------------------------------------------

    def _over(self, documented: Documented, diseases: np.ndarray) -> Scorer:
        low = np.asarray(self._diseases.disease_onset_low)[diseases]
        high = np.asarray(self._diseases.disease_onset_high)[diseases]
        return Scorer(self._ontology, documented, self._background, self._opposites, low, high)

    def _scored(
        self, scorer: Scorer, parts: Parts, positions: np.ndarray, ranks: Sequence[int]
    ) -> tuple[ScoredDisease, ...]:
        return scored(self._diseases, self._ontology, scorer, parts, positions, ranks, self.prior, self._sources)

    def _scores(self, scorer: Scorer, parts: Parts) -> np.ndarray:
        return np.round(self.prior + scorer.totals(parts), DECIMALS)

    def _order(self, scores: np.ndarray) -> np.ndarray:
        # `ranked` is in order of id, so a stable sort breaks ties by id.
        return np.argsort(-scores, kind="stable")

    def _ties(self, scores: np.ndarray, order: np.ndarray, shown: int) -> tuple[int, ...]:
        descending = -scores[order]
        first = np.searchsorted(descending, descending[:shown], side="left")
        last = np.searchsorted(descending, descending[:shown], side="right")
        return tuple((last - first - 1).tolist())

    def _named(self, position: int) -> tuple[str, str]:
        index = int(self._ranked[position])
        return self._diseases.ids[index], self._diseases.name(index)

    def _sufficiency(self, reading: Reading) -> tuple[tuple[str, ...], int]:
        """Reasons why no differential should be read from these findings, and how many are specific."""
        own = [counted for counted in reading.present if not counted.covers]
        specific = sum(self._background[counted.term] <= SPECIFIC_AT_MOST for counted in own)
        if not own:
            return (NO_FINDINGS,), 0
        if len(own) < SPECIFIC_NEEDED:
            return (TOO_FEW_FINDINGS,), int(specific)
        return ((TOO_FEW_SPECIFIC,) if specific < SPECIFIC_NEEDED else ()), int(specific)
