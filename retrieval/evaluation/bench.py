"""Asks one snapshot's ranker about solved cases, as the protocol demands.

Everything a process needs to do so is named by `OpenBench`, which can be sent to another process.
What comes back of a case are ranks and counts, never its findings. A case that cannot be ranked is
a miss with a reason; it is never left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Final, Literal

import numpy as np

from retrieval.errors import RetrievalError
from retrieval.evaluation import adding
from retrieval.evaluation.asking import Asked, ask, ranker_over
from retrieval.evaluation.blinding import Blinding
from retrieval.evaluation.decoys import Decoys
from retrieval.evaluation.solved import SolvedCase
from retrieval.model import Profile, Status
from retrieval.ranking.documented import Documented
from retrieval.ranking.ranker import Ranker, expected_rank
from retrieval.ranking.reading import rankable
from retrieval.snapshot import Snapshot, open_snapshot

Protocol = Literal["publication-blind", "as-is"]
BLIND: Final = "publication-blind"
AS_IS: Final = "as-is"

# Why a case is a miss; stable codes.
NOT_IN_KNOWLEDGE = "diagnosis_not_in_knowledge"
NOT_RANKED = "diagnosis_not_ranked"
NO_FINDINGS = "no_known_finding"
ERROR = "error"

CANNOT_BE_BLINDED = ("ORPHA",)  # kinds of reference that name no publication


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case. Ranks are expected ranks, infinite where the diagnosis is not listed."""

    rank: float = inf
    rank_omim: float = inf  # among the diseases that have an OMIM id
    without: float | None = None  # without the annotations that cannot be blinded; None: there are none
    without_omim: float | None = None
    near: float = inf  # the best of the same series or with a gene of the diagnosis
    findings: int = 0
    systems: tuple[str, ...] = ()  # organ systems of the present findings
    listed_genes: int = 0  # candidate genes that were given
    stated: float | None = None  # probability of the first candidate, if the ranking states one
    word: str = ""  # how that probability is spoken of
    before: float | None = None  # rank before and after one more documented finding
    after: float | None = None
    lowered: bool | None = None  # whether its own score fell
    seconds: float = 0.0
    failed: str = ""  # why it is a miss: a code, and the kind of an error


@dataclass(frozen=True, slots=True)
class OpenBench:
    """All that a process needs to rank cases; calling it opens the snapshot and returns the function."""

    snapshot: Path
    protocol: Protocol = BLIND
    prevalence: float = 0.0  # what a deployment declares the documented prevalence to be worth
    genes: int = 0
    seed: int = 0
    adding: float = 0.0  # share of the cases that are asked once more with one more finding
    without: bool = True  # also rank without the annotations that cannot be blinded

    def __call__(self) -> Callable[[SolvedCase], Outcome]:
        return Bench(open_snapshot(self.snapshot, prevalence=self.prevalence), self).outcome


class Bench:
    """One snapshot, asked about many cases."""

    def __init__(self, snapshot: Snapshot, how: OpenBench) -> None:
        self._how = how
        self._snapshot = snapshot
        self._ontology = snapshot.ontology
        self._diseases = snapshot.diseases
        self._full = _Side(snapshot, snapshot.ranker, Blinding(self._ontology, self._diseases))
        self._omim = self._diseases.has_omim[np.asarray(self._diseases.ranked)]

    @cached_property
    def _bare(self) -> _Side | None:
        """The same ranking over what is documented without rows that cannot be blinded; None if there are none."""
        blinding = Blinding(self._ontology, self._diseases, without=CANNOT_BE_BLINDED)
        if not blinding.without_any:
            return None
        ranker = ranker_over(self._snapshot, blinding.pooled(), self._how.prevalence)
        return _Side(self._snapshot, ranker, blinding)

    @cached_property
    def _decoys(self) -> Decoys:
        return Decoys(self._diseases)

    def outcome(self, case: SolvedCase) -> Outcome:
        """Ranks one case; whatever goes wrong with it is a miss that says why."""
        started = time.perf_counter()
        try:
            found = self._outcome(case)
        except RetrievalError as error:
            found = Outcome(failed=f"{ERROR} {error.code}")
        except Exception as error:  # a failure of ours must stay in the denominator, and the others must go on
            found = Outcome(failed=f"{ERROR} {type(error).__name__}")
        return replace(found, seconds=time.perf_counter() - started)

    def _outcome(self, case: SolvedCase) -> Outcome:
        profile = rankable(self._ontology, case.profile)
        present = [finding.term for finding in profile.findings if finding.status is Status.PRESENT]
        told: dict[str, object] = {"findings": len(present), "systems": self._systems(present)}
        if self._how.genes:
            profile = replace(profile, genes=self._decoys.candidates(case, self._how.genes, self._how.seed))
        true = [i for one in case.diagnoses if (i := self._diseases.index(one)) is not None]
        at = [place for i in true if (place := self._full.position.get(i)) is not None]
        if not profile.findings and not profile.genes:
            return Outcome(failed=NO_FINDINGS, **told)  # type: ignore[arg-type]
        hidden = case.publications if self._how.protocol == BLIND else ()
        asked = self._full.ask(profile, hidden)
        told |= {"listed_genes": len(profile.genes), "stated": asked.stated, "word": asked.word}
        if not at:  # the ranking still names a first candidate, and is held to what it says of it
            return Outcome(failed=NOT_RANKED if true else NOT_IN_KNOWLEDGE, **told)  # type: ignore[arg-type]
        found = Outcome(
            rank=_best(asked.scores, at),
            rank_omim=_best_among(asked.scores, at, self._omim),
            near=_best(asked.scores, self._near(true, at)),
            **told,  # type: ignore[arg-type]
        )
        if self._how.without and self._bare is not None:
            scores = self._bare.ask(profile, hidden).scores
            found = replace(found, without=_best(scores, at), without_omim=_best_among(scores, at, self._omim))
        return self._with_one_more(case, profile, hidden, at, asked, found)

    def _with_one_more(
        self, case: SolvedCase, profile: Profile, hidden: Collection[str], at: list[int], asked: Asked, found: Outcome
    ) -> Outcome:
        """A documented finding added: the rank before and after, and whether the disease's own score fell."""
        if not self._how.adding or not adding.sampled(case, self._how.adding):
            return found
        true = min(at, key=lambda place: expected_rank(asked.scores, place))
        instead = self._full.instead(hidden).get(true)
        index = int(self._diseases.ranked[true])
        pooled, row = (instead.pooled, 0) if instead is not None else (self._diseases.pooled, index)
        more = adding.with_one_more(self._ontology, case, profile, pooled, row)
        if more is None:
            return found
        scores = self._full.ask(more, hidden).scores
        return replace(
            found,
            before=expected_rank(asked.scores, true),
            after=expected_rank(scores, true),
            lowered=bool(scores[true] < asked.scores[true] - 1e-9),
        )

    def _systems(self, terms: Sequence[str]) -> tuple[str, ...]:
        """Ids of the organ systems that the findings belong to."""
        indices = [i for term in terms if (i := self._ontology.index(term)) is not None]
        return tuple(sorted({self._ontology.ids[one] for i in indices for one in self._ontology.systems(i)}))

    def _near(self, true: Sequence[int], at: Sequence[int]) -> list[int]:
        """Positions of the diagnosis, of diseases in its series and of those that share a gene with it."""
        found = set(at)
        for i in true:
            for link in self._diseases.genes(i):
                found.update(self._by_gene.get(link.symbol, ()))
            series = self._diseases.series(i)
            found.update(self._by_series.get(series, ()) if series else ())
        return sorted(found)

    @cached_property
    def _by_gene(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, i in enumerate(self._diseases.ranked.tolist()):
            for link in self._diseases.genes(i):
                found.setdefault(link.symbol, []).append(place)
        return found

    @cached_property
    def _by_series(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, i in enumerate(self._diseases.ranked.tolist()):
            series = self._diseases.series(i)
            if series:
                found.setdefault(series, []).append(place)
        return found


class _Side:
    """One ranker with its blinding."""

    def __init__(self, snapshot: Snapshot, ranker: Ranker, blinding: Blinding) -> None:
        self._ontology = snapshot.ontology
        self._blinding = blinding
        self._ranker = ranker
        self._bank = snapshot.cases
        self._last: tuple[frozenset[str], dict[int, Documented], np.ndarray | None] | None = None
        self.position = {int(i): place for place, i in enumerate(snapshot.diseases.ranked)}

    def instead(self, publications: Collection[str]) -> dict[int, Documented]:
        return self._hidden(publications)[0]

    def ask(self, profile: Profile, publications: Collection[str]) -> Asked:
        instead, hidden = self._hidden(publications)
        return ask(self._ontology, self._ranker, profile, instead, hidden)

    def _hidden(self, publications: Collection[str]) -> tuple[dict[int, Documented], np.ndarray | None]:
        """Cases of one paper follow each other, so the last answer is kept."""
        key = frozenset(publications)
        if self._last is None or self._last[0] != key:
            mask = self._bank.citing(publications) if publications and self._bank.size else None
            self._last = (key, self._blinding.instead(publications), mask)
        return self._last[1], self._last[2]


def _best(scores: np.ndarray, places: Sequence[int]) -> float:
    return min((expected_rank(scores, place) for place in places), default=inf)


def _best_among(scores: np.ndarray, places: Sequence[int], chosen: np.ndarray) -> float:
    """The best rank among the chosen diseases only; one that is not chosen is not listed."""
    among = np.where(chosen, scores, -inf)
    return min((expected_rank(among, place) for place in places if chosen[place]), default=inf)
