"""The knowledge as it would be without a case's own publications: what a whole investigation may see of it.

A benchmark of the ranking needs only scores, which `Ranker.asked` gives. An investigation also reads
profiles, explains and compares; here it does so without what it must not know. The scores are those of
`asked` with the same publications, to the last digit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from retrieval.diseases import DiseaseTable
from retrieval.evaluation.asking import with_findings
from retrieval.evaluation.blinding import Blinding
from retrieval.model import Contribution, Profile, ScoredDisease
from retrieval.ranking.documented import Documented
from retrieval.ranking.explain import Explanation, Sources, explanation, scored
from retrieval.ranking.ranker import Ranker, Ranking
from retrieval.ranking.reading import read_profile
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
    def ranker(self) -> Ranker:
        ontology, pooled, ranked = self._snapshot.ontology, self.diseases.pooled, self.diseases.ranked
        instead = {
            place: Documented(Documented.build(ontology, pooled, ranked[place : place + 1]), pooled)
            for place in self._blinding.hit(self._publications)
        }
        return BlindRanker(self._snapshot.ranker, self.diseases, instead, self.hidden)


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
        self._last: tuple[Profile, Weighed] | None = None

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

    # --- inside ----------------------------------------------------------

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
