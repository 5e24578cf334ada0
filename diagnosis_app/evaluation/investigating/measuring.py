"""Carries one solved case through the whole investigation, without its own publications, and says where it ended.

Nobody answers: what is measured is what the rules do by themselves. A case that fails is a miss with a reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from agents import checkpoints, runner
from agents.contract import CandidateRecord, Outcome, RunRequest, Waiting
from agents.memory import MemoryRecord
from agents.objections import OBJECTION
from agents.performing import Outside
from retrieval.errors import RetrievalError
from retrieval.evaluation.bench import BLIND, ERROR, NO_FINDINGS, NOT_IN_KNOWLEDGE, NOT_RANKED, Protocol
from retrieval.evaluation.blind_world import BlindWorld
from retrieval.evaluation.blinding import Blinding
from retrieval.evaluation.solved import SolvedCase
from retrieval.ranking.ranker import expected_rank
from retrieval.ranking.reading import rankable
from retrieval.snapshot import Snapshot, open_snapshot

NAME = "benchmark"


@dataclass(frozen=True, slots=True)
class Went:
    """What became of one case. Ranks are expected ranks, infinite where the diagnosis is not listed."""

    rank: float = inf  # after the investigation
    rank_before: float = inf  # of the instant ranking
    outcome: str = ""
    reasons: tuple[str, ...] = ()
    steps: int = 0
    objections: int = 0
    sent_back: int = 0
    kept: int = 0  # statements that were verified
    removed: int = 0
    seconds: float = 0.0  # of the investigation alone
    failed: str = ""

    @property
    def felled(self) -> bool:
        """The true disease stands lower than before."""
        return self.rank > self.rank_before


@dataclass(frozen=True, slots=True)
class OpenInvestigations:
    """All that a process needs; calling it opens the snapshot and returns the function."""

    snapshot: Path
    protocol: Protocol = BLIND
    prevalence: float = 0.0

    def __call__(self) -> Callable[[SolvedCase], Went]:
        return Investigations(open_snapshot(self.snapshot, prevalence=self.prevalence), self.protocol).went


class Investigations:
    def __init__(self, snapshot: Snapshot, protocol: Protocol) -> None:
        self._snapshot, self._protocol = snapshot, protocol
        self._blinding = Blinding(snapshot.ontology, snapshot.diseases)
        self._position = {int(i): place for place, i in enumerate(snapshot.diseases.ranked)}
        self._last: tuple[frozenset[str], BlindWorld] | None = None

    def went(self, case: SolvedCase) -> Went:
        """Whatever goes wrong with a case is a miss that says why."""
        try:
            return self._went(case)
        except RetrievalError as error:
            return Went(failed=f"{ERROR} {error.code}")
        except Exception as error:  # a failure of ours must stay in the denominator, and the others must go on
            return Went(failed=f"{ERROR} {type(error).__name__}")

    def _went(self, case: SolvedCase) -> Went:
        profile = rankable(self._snapshot.ontology, case.profile)
        if not profile.findings:
            return Went(failed=NO_FINDINGS)
        true = [i for one in case.diagnoses if (i := self._snapshot.diseases.index(one)) is not None]
        at = [place for i in true if (place := self._position.get(i)) is not None]
        world = self._world(case.publications if self._protocol == BLIND else ())
        scores = world.ranker.rank(profile, limit=0).scores
        record, started = MemoryRecord(), time.perf_counter()
        request = RunRequest(NAME, self._snapshot.id, case.digest(), profile)
        with checkpoints.in_memory() as saver:
            ended = runner.run(
                request, world, record, saver, runner.Control(), outside=Outside(hidden=world.hidden)
            )  # fmt: skip
        went = _told(record, ended, time.perf_counter() - started)
        if not at:
            return replace(went, failed=NOT_RANKED if true else NOT_IN_KNOWLEDGE)
        after = self._after(scores, record.candidates())
        return replace(went, rank=_best(after, at), rank_before=_best(scores, at))

    def _world(self, publications: Collection[str]) -> BlindWorld:
        """Cases of one paper follow each other, so the last one is kept."""
        key = frozenset(publications)
        if self._last is None or self._last[0] != key:
            self._last = (key, BlindWorld(self._snapshot, self._blinding, publications))
        return self._last[1]

    def _after(self, scores: np.ndarray, candidates: Sequence[CandidateRecord]) -> np.ndarray:
        """The scores of all diseases with what was held against some."""
        found = scores.copy()
        for one in candidates:
            held = sum(term.value for term in one.contributions if term.kind == OBJECTION)
            index = self._snapshot.diseases.index(one.disease)
            if held and index is not None:
                found[self._position[index]] += held
        return found


def _told(record: MemoryRecord, ended: Outcome | Waiting, seconds: float) -> Went:
    if isinstance(ended, Waiting):
        raise ValueError("nobody was there to be asked")
    steps = record.steps()
    claims = [claim for several in record.claims().values() for claim in several]
    return Went(
        outcome=str(ended.code),
        reasons=ended.reasons,
        steps=len(steps),
        objections=sum(_held(one) for one in record.candidates()),
        sent_back=sum(bool(_got(step, "sent_back")) for step in steps),
        kept=sum(claim.verified for claim in claims),
        removed=sum(not claim.verified for claim in claims),
        seconds=seconds,
        failed=f"{ERROR} {ended.error.code}" if ended.error else "",
    )


def _held(one: CandidateRecord) -> int:
    return sum(term.kind == OBJECTION for term in one.contributions)


def _got(step: Any, name: str) -> Any:
    return step.got.get(name)


def _best(scores: np.ndarray, places: Sequence[int]) -> float:
    return min((expected_rank(scores, place) for place in places), default=inf)
