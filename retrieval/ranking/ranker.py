"""Ranks every disease for one patient, and can say why.

Pure arithmetic over arrays that a snapshot holds: no file, no clock, no chance. The same profile
and the same snapshot give the same numbers, whatever the order of the findings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from retrieval.cases.bank import CaseBank
from retrieval.genes import GeneTable
from retrieval.model import Profile, ScoredDisease
from retrieval.ranking.answers import After, Answer
from retrieval.ranking.background import background
from retrieval.ranking.discriminate import Comparison, compare
from retrieval.ranking.documented import Documented
from retrieval.ranking.eligibility import impossible
from retrieval.ranking.explain import Explanation, Sources, explanation, scored, spoken_of
from retrieval.ranking.fusion import ANNOTATIONS_ONLY, WITH_CASES, Artefact, artefact
from retrieval.ranking.genes import GeneEvidence
from retrieval.ranking.next_question import SHOWN, NextQuestions, next_questions
from retrieval.ranking.observed import CaseDiagnoses, Observed
from retrieval.ranking.opposites import opposite_pairs
from retrieval.ranking.prevalence import prevalence_terms
from retrieval.ranking.reading import NotUsed, Reading, read_profile
from retrieval.ranking.scorer import Scorer
from retrieval.ranking.stability import Stability, leave_one_out
from retrieval.ranking.summing import Sum, Summing
from retrieval.ranking.taken_together import NearestCases
from retrieval.ranking.weighed import Apart, Weighed

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
    none_of_these: float  # calibrated chance that the diagnosis is not among the ranked diseases
    none_leads: bool  # and it is higher than that of any candidate
    scores: np.ndarray = field(repr=False, compare=False)  # by position in `DiseaseTable.ranked`, rounded

    def expected_rank(self, position: int) -> float:
        """The rank in a benchmark: tied diseases share the mean of their places."""
        return expected_rank(self.scores, position)


def _documented_present(diseases: DiseaseTable) -> np.ndarray:
    """Per disease how many findings are documented as present."""
    present = np.concatenate([[0], np.cumsum(~np.asarray(diseases.pooled.negative))])
    found: np.ndarray = np.diff(present[np.asarray(diseases.pooled.ptr)])
    return found


def expected_rank(scores: np.ndarray, position: int) -> float:
    """The mean of the places that the disease shares with those of equal score, from 1."""
    mine = scores[position]
    return float(1 + np.sum(scores > mine) + (np.sum(scores == mine) - 1) / 2)


class Ranker:
    """One snapshot's ranking. Build once, open many times; safe to share between threads."""

    def __init__(
        self,
        ontology: Ontology,
        diseases: DiseaseTable,
        arrays: Mapping[str, np.ndarray],
        bank: CaseBank | None = None,
        *,
        fitted: Artefact | None = None,
        prevalence: float = 0.0,
    ) -> None:
        """`prevalence` is what a deployment declares the documented prevalence to be worth (0: nothing)."""
        self._ontology = ontology
        self._diseases = diseases
        self._background = arrays["background"]
        self._opposites = arrays["opposites"]
        self._sources = Sources(diseases)
        self._ranked = np.asarray(diseases.ranked)
        self._bank = bank if bank is not None else CaseBank.empty(ontology)
        self._diagnoses = CaseDiagnoses(self._bank, diseases, self._ranked)
        groups = self._diagnoses.groups()
        self.fitted = fitted or artefact(WITH_CASES if len(groups) else ANNOTATIONS_ONLY)
        self._gene_table = GeneTable(diseases, self._bank)
        observed = Observed.of(ontology, self._bank, list(groups.values()), np.array(list(groups), dtype=np.int64))
        self._scorer = self._over(Documented(arrays, diseases.pooled), self._ranked, observed)
        self._prevalence = prevalence_terms(diseases, self._ranked, prevalence)
        self._nearest = NearestCases(self._bank, self._diagnoses.grouped())
        self._summing = self._sums(self._scorer, self._nearest, self._ranked, self._prevalence)
        self._known = _documented_present(diseases)[self._ranked]
        self.prior = -float(np.log(max(len(self._ranked), 1)))  # uniform over the ranked diseases

    @property
    def version(self) -> str:
        """Which fitted weights and calibration speak."""
        return self.fitted.version

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
        found = self._summing.of(reading, profile)
        scores = self._scores(found)
        probabilities = self._probabilities(self._plain(reading, found), scores)
        return self._ranking(
            reading,
            scores,
            probabilities,
            limit,
            lambda shown: self._scored(
                self._summing, found, shown, range(1, len(shown) + 1), probabilities=probabilities
            ),
        )

    def explain(self, profile: Profile, disease_id: str) -> Explanation:
        """Why a disease stands where it stands; also for one that is not ranked (its rank is then 0)."""
        disease = self._diseases.disease(disease_id)
        index = self._diseases.index(disease_id)
        assert index is not None  # noqa: S101  `disease` raises for what has no index
        reading = read_profile(self._ontology, profile)
        found = self._summing.of(reading, profile)
        scores = self._scores(found)
        order = self._order(scores)
        place = np.flatnonzero(self._ranked[order] == index)
        rivals = [int(position) for position in order[:11] if self._ranked[position] != index][:10]
        if len(place):
            at, rank = np.array([order[place[0]]]), int(place[0]) + 1
            probabilities = self._probabilities(self._plain(reading, found), scores)
            (candidate,) = self._scored(self._summing, found, at, [rank], probabilities=probabilities)
        else:
            alone = self._alone(index)
            (candidate,) = self._scored(alone, alone.of(reading, profile), np.array([0]), [0])
        return explanation(self._ontology, self._diseases, self._scorer, reading, candidate, disease, index, rivals)

    def spoken_of(self, profile: Profile) -> frozenset[str]:
        """The findings of the profile with all that is broader or narrower, and the opposites of what is present."""
        reading = read_profile(self._ontology, profile)
        return frozenset(self._ontology.ids[one] for one in spoken_of(self._ontology, self._scorer, reading))

    def cannot_have(self, profile: Profile) -> frozenset[str]:
        """Findings of the other sex, and those that do not exist yet at the patient's age."""
        found = impossible(self._ontology, read_profile(self._ontology, profile))
        return frozenset(self._ontology.ids[one] for one in found)

    def stability(self, profile: Profile) -> Stability:
        """Does the leader stay when any one finding is left out?"""
        reading = read_profile(self._ontology, profile)
        return leave_one_out(
            self._ontology,
            reading,
            lambda rest: self._order(self._scores(self._summing.of(rest, profile))),
            lambda position: self._named(int(position)),
        )

    def next_questions(
        self,
        profile: Profile,
        *,
        probabilities: np.ndarray | None = None,
        skip: Collection[str] = (),
        limit: int = SHOWN,
    ) -> NextQuestions:
        """What to ask or examine next, with the effect of either answer.

        `probabilities` by position in `DiseaseTable.ranked`; without them the scores give them. `skip`
        names findings that were asked and could not be answered.
        """
        reading = read_profile(self._ontology, profile)
        found = self._summing.of(reading, profile)
        scores = self._scores(found)
        after = After(self._ontology, self._scorer, reading, found.raw)

        def rescored(answer: Answer) -> np.ndarray:
            moved: np.ndarray = np.round(scores + self._summing.change(found, after, reading, answer), DECIMALS)
            return moved

        return next_questions(
            self._ontology,
            self._diseases,
            self._scorer,
            reading,
            scores,
            self._probabilities(self._plain(reading, found), scores) if probabilities is None else probabilities,
            rescored,
            skip=[index for one in skip if (index := self._ontology.index(one)) is not None],
            limit=limit,
        )

    def compare(self, profile: Profile, one: str, other: str) -> Comparison:
        """What tells two diseases apart, and what of it is known of this patient. Raises `UnknownDisease`."""
        pair = np.array([self._diseases.index(self._diseases.disease(id).id) for id in (one, other)])
        documented = Documented(Documented.build(self._ontology, self._diseases.pooled, pair), self._diseases.pooled)
        reading = read_profile(self._ontology, profile)
        return compare(self._ontology, self._diseases, self._over(documented, pair), reading)

    def scores(
        self,
        profile: Profile,
        *,
        instead: Mapping[int, Documented] | None = None,
        hidden: np.ndarray | None = None,
    ) -> np.ndarray:
        """The score of every ranked disease, by position in `DiseaseTable.ranked`.

        As `asked` with the same arguments.
        """
        return self.asked(profile, instead=instead, hidden=hidden)[0]

    def asked(
        self,
        profile: Profile,
        *,
        instead: Mapping[int, Documented] | None = None,
        hidden: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """(scores, probabilities) of every ranked disease, as they would be without some publications.

        `instead` names positions for which other documented findings are taken (each a table of that
        disease alone), `hidden` masks cases of the bank.
        """
        weighed = self.weighed(profile, instead=instead, hidden=hidden)
        scores = self._round(self.prior + weighed.total())
        return scores, self._probabilities(weighed, scores)

    def weighed(
        self,
        profile: Profile,
        *,
        instead: Mapping[int, Documented] | None = None,
        hidden: np.ndarray | None = None,
    ) -> Weighed:
        """All terms, also before their weights, as `asked` adds them up: what a fit reads."""
        reading = read_profile(self._ontology, profile)
        apart = {}
        for position, alone in self._apart(instead or {}, hidden):
            other = (instead or {}).get(position)
            known = int((~np.asarray(other.pooled.negative)).sum()) if other else int(self._known[position])
            apart[position] = Apart(alone.of(reading, Profile()), alone.scorer, known)
        weights = {position: int(one.found.fit.known[0]) for position, one in apart.items()}
        found = self._summing.of(reading, profile, hidden, weights)
        return Weighed(reading, found, self._scorer, self._known, apart)

    def _apart(self, instead: Mapping[int, Documented], hidden: np.ndarray | None) -> Iterator[tuple[int, Summing]]:
        """The diseases of which something else is known once publications are left out, each by itself."""
        hit = self._diagnoses.position[hidden] if hidden is not None else np.zeros(0, dtype=np.int64)
        for position in sorted({*instead, *hit[hit >= 0].tolist()}):
            yield position, self._alone(int(self._ranked[position]), instead.get(position), position, hidden)

    def forget(self) -> None:
        """Drops what is remembered from earlier profiles (to measure a first answer)."""
        self._scorer.forget()
        self._sources.forget()

    # --- inside ----------------------------------------------------------

    def _ranking(
        self,
        reading: Reading,
        scores: np.ndarray,
        probabilities: np.ndarray,
        limit: int,
        in_full: Callable[[np.ndarray], tuple[ScoredDisease, ...]],
    ) -> Ranking:
        """The differential of these scores; `in_full` gives the candidates at the first positions."""
        order = self._order(scores)
        shown = order[: max(limit, 0)]
        reasons, specific = self._sufficiency(reading)
        none_of_these = max(0.0, 1.0 - float(probabilities.sum()))
        return Ranking(
            candidates=in_full(shown),
            total=len(self._ranked),
            outcome="insufficient" if reasons else "ranked",
            reasons=reasons,
            used=len(reading.present) + len(reading.excluded),
            specific=specific,
            not_used=reading.not_used,
            ties=self._ties(scores, order, len(shown)),
            scores=scores,
            none_of_these=none_of_these,
            none_leads=none_of_these > float(probabilities.max(initial=0.0)),
        )

    def _over(self, documented: Documented, diseases: np.ndarray, observed: Observed | None = None) -> Scorer:
        low = np.asarray(self._diseases.disease_onset_low)[diseases]
        high = np.asarray(self._diseases.disease_onset_high)[diseases]
        return Scorer(self._ontology, documented, self._background, self._opposites, low, high, observed)

    def _alone(
        self,
        index: int,
        documented: Documented | None = None,
        position: int | None = None,
        hidden: np.ndarray | None = None,
    ) -> Summing:
        """One disease by itself; at its position in the list with those of its cases that may be seen."""
        only = np.array([index])
        if documented is None:
            documented = Documented(
                Documented.build(self._ontology, self._diseases.pooled, only), self._diseases.pooled
            )
        cases = self._diagnoses.cases(position) if position is not None else np.zeros(0, dtype=np.int64)
        seen = cases[~hidden[cases]] if hidden is not None else cases
        groups = [seen] if len(seen) else []
        observed = Observed.of(self._ontology, self._bank, groups, np.arange(len(groups)))
        scorer = self._over(documented, only, observed)
        return self._sums(scorer, NearestCases.nothing(self._bank), only, np.zeros(1))

    def _sums(self, scorer: Scorer, nearest: NearestCases, diseases: np.ndarray, prevalence: np.ndarray) -> Summing:
        genes = GeneEvidence(self._gene_table, self._diseases, diseases)
        return Summing(
            self._ontology,
            scorer,
            self.fitted.weights,
            nearest=nearest,
            genes=genes,
            prevalence=prevalence,
            bank=self._bank,
        )

    def _scored(
        self,
        summing: Summing,
        found: Sum,
        positions: np.ndarray,
        ranks: Sequence[int],
        *,
        probabilities: np.ndarray | None = None,
    ) -> tuple[ScoredDisease, ...]:
        return scored(
            self._diseases,
            self._ontology,
            summing.scorer,
            found.parts,
            positions,
            ranks,
            self.prior,
            self._sources,
            summing.further(found, positions.tolist()),
            probabilities,
        )

    def _plain(self, reading: Reading, found: Sum) -> Weighed:
        return Weighed(reading, found, self._scorer, self._known, {})

    def _probabilities(self, weighed: Weighed, scores: np.ndarray) -> np.ndarray:
        """Calibrated, by position; what is missing to 1 is the chance that it is none of these."""
        if not len(scores):
            return np.zeros(0)
        return self.fitted.calibration.probabilities(scores, weighed.first(int(np.argmax(scores))))

    def _round(self, scores: np.ndarray) -> np.ndarray:
        rounded: np.ndarray = np.round(scores, DECIMALS)
        return rounded

    def _scores(self, found: Sum) -> np.ndarray:
        return self._round(self.prior + found.total)

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
