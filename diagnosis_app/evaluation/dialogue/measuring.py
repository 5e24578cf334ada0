"""Plays one solved case with each policy, without its own publications, and says where the truth stood after each turn.

A turn is a question that was put, answered or not. Whoever stops earlier keeps its rank for the later turns. A case
that fails is a miss at every turn, with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from agents.episode import Episode
from agents.performing import Outside
from agents.policies.situation import Policy
from agents.virtual_clinic import SHOWN, Mode, VirtualClinic
from diagnosis_app.evaluation.dialogue.policies import playing
from retrieval.errors import RetrievalError
from retrieval.evaluation.bench import BLIND, ERROR, NO_FINDINGS, NOT_IN_KNOWLEDGE, NOT_RANKED, Protocol
from retrieval.evaluation.blind_world import BlindWorld
from retrieval.evaluation.blinding import Blinding
from retrieval.evaluation.solved import SolvedCase
from retrieval.model import Profile
from retrieval.ranking.ranker import expected_rank
from retrieval.snapshot import Snapshot, open_snapshot

TURNS = 5


@dataclass(frozen=True, slots=True)
class Played:
    """What became of one case under one policy."""

    ranks: tuple[float, ...] = (inf,) * (TURNS + 1)  # expected ranks after 0, 1, … turns; infinite where not listed
    turns: int = 0
    answered: int = 0
    free: int = 0  # questions whose answer costs nothing
    burdens: dict[str, int] = field(default_factory=dict)  # of the other questions
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Talked:
    """One case under every policy."""

    by: dict[str, Played] = field(default_factory=dict)
    begun: bool = False  # enough was shown for an investigation to begin
    held_back: int = 0  # present findings that were not shown
    failed: str = ""

    @classmethod
    def back(cls, entry: dict[str, Any]) -> Talked:
        """From JSON."""
        by = {name: Played(**{**one, "ranks": tuple(one["ranks"])}) for name, one in entry.pop("by").items()}
        return cls(by=by, **entry)

    def of(self, policy: str) -> Played:
        """A miss at every turn where the case, or the policy, failed."""
        return self.by.get(policy) or Played(failed=self.failed)


@dataclass(frozen=True, slots=True)
class OpenDialogues:
    """All that a process needs; calling it opens the snapshot and returns the function."""

    snapshot: Path
    protocol: Protocol = BLIND
    prevalence: float = 0.0
    shown: int = SHOWN
    mode: Mode = Mode.PRESENT
    answerable: bool = False  # only what the record answers may be asked
    model: Callable[[], Policy] | None = None

    def __call__(self) -> Callable[[SolvedCase], Talked]:
        return Dialogues(open_snapshot(self.snapshot, prevalence=self.prevalence), self).talked


class Dialogues:
    def __init__(self, snapshot: Snapshot, how: OpenDialogues) -> None:
        self._snapshot, self._how = snapshot, how
        self._blinding = Blinding(snapshot.ontology, snapshot.diseases)
        self._position = {int(i): place for place, i in enumerate(snapshot.diseases.ranked)}
        self._last: tuple[frozenset[str], BlindWorld] | None = None

    def talked(self, case: SolvedCase) -> Talked:
        """Whatever goes wrong with a case is a miss that says why."""
        try:
            return self._talked(case)
        except Exception as error:  # a failure of ours must stay in the denominator, and the others must go on
            return Talked(failed=_failed(error))

    def _talked(self, case: SolvedCase) -> Talked:
        clinic = self._clinic(case)
        true = [i for one in case.diagnoses if (i := self._snapshot.diseases.index(one)) is not None]
        at = [place for i in true if (place := self._position.get(i)) is not None]
        if not clinic.start.findings:
            return Talked(failed=NO_FINDINGS)
        if not at:
            return Talked(failed=NOT_RANKED if true else NOT_IN_KNOWLEDGE)
        world = self._world(case.publications if self._how.protocol == BLIND else ())
        if self._how.answerable:
            world = world.asking_only(clinic.answerable)
        begun = world.ranker.rank(clinic.start, limit=1).outcome == "ranked"
        policies = playing(case.id, self._how.model)
        by = {name: self._played(case, world, policy, at) for name, policy in policies.items()}
        return Talked(by, begun, clinic.held_back)

    def _played(self, case: SolvedCase, world: BlindWorld, policy: Policy, at: Sequence[int]) -> Played:
        clinic = self._clinic(case)
        episode = Episode(world, clinic, outside=Outside(hidden=world.hidden), case_digest=case.digest())
        ranks = [_rank(world, clinic.start, at)]
        try:
            for _, stepped in episode.play(policy):
                if clinic.bill.turns == len(ranks):
                    ranks.append(_rank(world, stepped.observation.profile, at))
                if clinic.bill.turns == TURNS:
                    break
        except Exception as error:  # of one policy: the others play on
            return Played(failed=_failed(error))
        ranks += [ranks[-1]] * (TURNS + 1 - len(ranks))
        bill = clinic.bill
        return Played(tuple(ranks), bill.turns, bill.answered, bill.free, dict(sorted(bill.burdens.items())))

    def _clinic(self, case: SolvedCase) -> VirtualClinic:
        return VirtualClinic(self._snapshot.ontology, case, shown=self._how.shown, mode=self._how.mode)

    def _world(self, publications: Collection[str]) -> BlindWorld:
        """Cases of one paper follow each other, so the last one is kept."""
        key = frozenset(publications)
        if self._last is None or self._last[0] != key:
            self._last = (key, BlindWorld(self._snapshot, self._blinding, publications))
        return self._last[1]


def _rank(world: BlindWorld, profile: Profile, at: Sequence[int]) -> float:
    scores = world.ranker.rank(profile, limit=0).scores
    return min(expected_rank(scores, place) for place in at)


def _failed(error: Exception) -> str:
    return f"{ERROR} {error.code if isinstance(error, RetrievalError) else type(error).__name__}"
