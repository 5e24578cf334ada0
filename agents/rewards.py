"""What a step of an episode was worth, in parts that can be told apart: format, retrieval, reasoning, accuracy.

Only an episode whose diagnosis is known has rewards. The judge knows the diagnosis, the policy never does: nothing of
this module may reach a situation or a text that a policy reads.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.contract import CandidateRecord, Evidence, EvidenceKind

if TYPE_CHECKING:
    from retrieval.diseases import DiseaseTable


@dataclass(frozen=True, slots=True)
class Reward:
    """Each part is 0 where it does not apply."""

    format: float = 0.0  # 1: an action that may be done. An answer that is none earns nothing at all
    retrieval: float = 0.0  # 1: the first evidence of its kind about the true disease; more would pay for repetition
    reasoning: float = 0.0  # by how much the step raised 1 / rank of the true disease; over an episode it telescopes
    accuracy: float = 0.0  # 1 / rank of the true disease where the episode concludes

    def __add__(self, other: Reward) -> Reward:
        return Reward(
            self.format + other.format,
            self.retrieval + other.retrieval,
            self.reasoning + other.reasoning,
            self.accuracy + other.accuracy,
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part counts. `reasoning` is a difference of potentials, which leaves the best policy as it is
    (Ng, Harada & Russell 1999); `format` and `retrieval` are small, so that steps are not done for their own sake."""

    format: float = 0.1
    retrieval: float = 0.1
    reasoning: float = 0.5
    accuracy: float = 1.0

    def of(self, reward: Reward) -> float:
        return (
            self.format * reward.format
            + self.retrieval * reward.retrieval
            + self.reasoning * reward.reasoning
            + self.accuracy * reward.accuracy
        )


class Judge:
    """Knows the diagnosis of one case."""

    def __init__(self, diseases: DiseaseTable, diagnoses: Collection[str]) -> None:
        known = [index for one in diagnoses if (index := diseases.index(one)) is not None]
        self._true = frozenset(diseases.ids[index] for index in known)

    def standing(self, candidates: Sequence[CandidateRecord]) -> float:
        """1 / rank of the true disease; 0 where it is not among the candidates."""
        return max((1.0 / one.rank for one in candidates if one.disease in self._true), default=0.0)

    def read(self, evidence: Collection[Evidence]) -> frozenset[EvidenceKind]:
        """The kinds of evidence that speak of the true disease; the ranking speaks of all, and is none."""
        return frozenset(one.kind for one in evidence if one.body.get("disease") in self._true)
