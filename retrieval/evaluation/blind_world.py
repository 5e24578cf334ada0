"""The knowledge as it would be without a case's own publications: what a whole investigation may see of it.

A benchmark of the ranking needs only scores, which `Ranker.asked` gives. An investigation also reads
profiles, explains, compares and asks; here it does so without what it must not know. The scores are those of
`asked` with the same publications, to the last digit.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from retrieval.diseases import DiseaseTable
from retrieval.evaluation.asking import with_findings
from retrieval.evaluation.blinding import Blinding
from retrieval.model import Contribution, Finding, Profile, ScoredDisease, Status
from retrieval.ranking import eligibility
from retrieval.ranking.answers import Answer
from retrieval.ranking.chances import Chances
from retrieval.ranking.documented import Documented
from retrieval.ranking.explain import Explanation, Sources, explanation, scored
from retrieval.ranking.next_question import LEADERS, SHOWN, NextQuestions, next_questions
from retrieval.ranking.ranker import Ranker, Ranking
from retrieval.ranking.reading import Reading, read_profile
from retrieval.ranking.scorer import Scorer
from retrieval.ranking.weighed import Weighed
from retrieval.snapshot import Snapshot


class BlindWorld:
    """A snapshot without some publications. Everything that does not cite them is the snapshot's own."""

    def __init__(self, snapshot: Snapshot, blinding: Blinding, publications: Collection[str]) -> None:
        self._snapshot = snapshot
        self._blinding, self._publications = blinding, frozenset(publications)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._snapshot, name)

    @cached_property
    def hidden(self) -> np.ndarray | None:
        """Mask of the published cases that may not be seen."""
        bank = self._snapshot.cases
        return bank.citing(self._publications) if self._publications and bank.size else None

    @cached_property
    def diseases(self) -> DiseaseTable:
        return with_findings(self._snapshot.diseases, self._blinding.pooled_without(self._publications))

    @cached_property
    def ranker(self) -> BlindRanker:
        ontology, pooled, ranked = self._snapshot.ontology, self.diseases.pooled, self.diseases.ranked
        instead = {
            place: Documented(Documented.build(ontology, pooled, ranked[place : place + 1]), pooled)
            for place in self._blinding.hit(self._publications)
        }
        return BlindRanker(self._snapshot.ranker, self.diseases, instead, self.hidden)

    def asking_only(self, findings: Collection[str]) -> BlindWorld:
        """The same world, in which nothing else may be asked: what choosing is worth where all is answered."""
        other = BlindWorld(self._snapshot, self._blinding, self._publications)
        other.__dict__.update(self.__dict__, ranker=self.ranker.asking_only(findings))
        return other


@dataclass(frozen=True, slots=True)
class _Asking:
    """The leading candidates as they are known here, the first of them first."""

    reading: Reading
    leading: np.ndarray  # their positions among all
    scorer: Scorer  # over them alone
    scores: np.ndarray
    probabilities: np.ndarray


class BlindRanker(Ranker):
    """Ranks and explains as the ranker it is made of would, if some rows and cases did not exist."""

    def __init__(
        self,
        seeing: Ranker,
        diseases: DiseaseTable,
        instead: Mapping[int, Documented],
        hidden: np.ndarray | None,
    ) -> None:
        self.__dict__.update(seeing.__dict__)
        self._seeing_diseases = self._diseases
        self._diseases = diseases
        self._blind_sources = Sources(diseases)
        self._instead, self._hidden = instead, hidden
        self._only: frozenset[int] | None = None  # findings that may be asked; None for all
        self._last: tuple[Profile, Weighed] | None = None
        self._last_asked: tuple[object, NextQuestions] | None = None

    def asking_only(self, findings: Collection[str]) -> BlindRanker:
        other = copy.copy(self)
        other._only = frozenset(self._indices(findings))
        other._last_asked = None
        return other

    def rank(self, profile: Profile, *, limit: int = 50) -> Ranking:
        reading = read_profile(self._ontology, profile)
        weighed = self._as_weighed(profile)
        scores = self._round(self.prior + weighed.total())
        probabilities = self._probabilities(weighed, scores)
        return self._ranking(
            reading,
            scores,
            probabilities,
            limit,
            lambda shown: tuple(
                self._candidate(weighed, int(place), rank, probabilities) for rank, place in enumerate(shown, 1)
            ),
        )

    def explain(self, profile: Profile, disease_id: str) -> Explanation:
        disease = self._diseases.disease(disease_id)
        index = self._diseases.index(disease_id)
        assert index is not None  # noqa: S101  `disease` raises for what has no index
        reading = read_profile(self._ontology, profile)
        weighed = self._as_weighed(profile)
        scores = self._round(self.prior + weighed.total())
        order = self._order(scores)
        found = np.flatnonzero(self._ranked[order] == index)
        if not len(found):
            return super().explain(profile, disease_id)
        place = int(order[found[0]])
        candidate = self._candidate(weighed, place, int(found[0]) + 1, self._probabilities(weighed, scores))
        apart = weighed.apart.get(place)
        diseases = self._diseases if place in self._instead else self._seeing_diseases
        scorer = apart.scorer if apart else self._scorer
        rivals = [] if apart else [int(other) for other in order[:11] if other != place][:10]
        return explanation(self._ontology, diseases, scorer, reading, candidate, disease, index, rivals)

    def next_questions(
        self,
        profile: Profile,
        *,
        probabilities: np.ndarray | None = None,
        skip: Collection[str] = (),
        limit: int = SHOWN,
    ) -> NextQuestions:
        """As the ranker would ask. Who leads after an answer is said among the first candidates.

        An investigation asks twice, to decide and to tell: the last answer is remembered.
        """
        key = (profile, tuple(skip), limit)
        if probabilities is None and self._last_asked is not None and self._last_asked[0] == key:
            return self._last_asked[1]
        found = self._next_questions(profile, probabilities, skip, limit)
        self._last_asked = (key, found) if probabilities is None else None
        return found

    def _next_questions(
        self, profile: Profile, probabilities: np.ndarray | None, skip: Collection[str], limit: int
    ) -> NextQuestions:
        asking = self._asking(profile)

        def rescored(answer: Answer) -> np.ndarray:
            status = Status.PRESENT if answer.present else Status.EXCLUDED
            longer = replace(profile, findings=(*profile.findings, Finding(self._ontology.ids[answer.term], status)))
            weighed = self.weighed(longer, instead=self._instead, hidden=self._hidden)
            scores = self._round(self.prior + weighed.total())
            first: np.ndarray = scores[asking.leading]
            return first

        return next_questions(
            self._ontology,
            self._diseases,
            asking.scorer,
            asking.reading,
            asking.scores,
            asking.probabilities if probabilities is None else probabilities[asking.leading],
            rescored,
            skip=self._indices(skip),
            among=self._only,
            limit=limit,
        )

    def may_ask(self, profile: Profile, skip: Collection[str] = ()) -> tuple[str, ...]:
        """Every finding that the first candidates document and that may be asked, in order of id."""
        asking = self._asking(profile)
        allowed = eligibility.may_be_asked(self._ontology, asking.scorer, asking.reading, self._indices(skip))
        own = Chances(self._ontology, asking.scorer, asking.reading, np.arange(len(asking.leading))).own
        found = {int(one) for one in np.unique(own) if allowed[one]}
        return tuple(sorted(self._ontology.ids[one] for one in (found if self._only is None else found & self._only)))

    # --- inside ----------------------------------------------------------

    def _asking(self, profile: Profile) -> _Asking:
        weighed = self._as_weighed(profile)
        scores = self._round(self.prior + weighed.total())
        leading = self._order(scores)[:LEADERS]
        own = self._ranked[leading]
        pooled = self._diseases.pooled
        scorer = self._over(Documented(Documented.build(self._ontology, pooled, own), pooled), own)
        probabilities = self._probabilities(weighed, scores)[leading]
        return _Asking(weighed.reading, leading, scorer, scores[leading], probabilities)

    def _indices(self, terms: Collection[str]) -> list[int]:
        return [index for one in terms if (index := self._ontology.index(one)) is not None]

    def _as_weighed(self, profile: Profile) -> Weighed:
        """An investigation explains one candidate after the other: the last profile is remembered."""
        if self._last is None or self._last[0] != profile:
            self._last = (profile, self.weighed(profile, instead=self._instead, hidden=self._hidden))
        return self._last[1]

    def _candidate(self, weighed: Weighed, place: int, rank: int, probabilities: np.ndarray) -> ScoredDisease:
        apart = weighed.apart.get(place)
        if apart is None:
            found, at, scorer, sources = weighed.found, place, self._scorer, self._sources
        else:
            found, at, scorer = apart.found, 0, apart.scorer
            sources = self._blind_sources if place in self._instead else self._sources
        (one,) = scored(
            self._seeing_diseases,
            self._ontology,
            scorer,
            found.parts,
            np.array([at]),
            [rank],
            self.prior,
            sources,
            self._further(weighed, place),
            probabilities[place : place + 1] if apart else probabilities,
        )
        index = int(self._ranked[place])
        genes = tuple(link.symbol for link in self._diseases.genes(index))
        table = self._diseases
        return replace(one, id=table.ids[index], ids=table.all_ids(index), name=table.name(index), genes=genes)

    def _further(self, weighed: Weighed, place: int) -> list[list[Contribution | None]]:
        """The terms that are not about a single finding: the profile of the disease as it is known here, the rest
        as it is for all."""
        rows = self._summing.further(weighed.found, [place])
        apart = weighed.apart.get(place)
        if apart is not None:
            rows[0] = self._summing.further(apart.found, [0])[0]
        return rows
