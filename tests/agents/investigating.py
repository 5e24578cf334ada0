"""Investigations from beginning to end over a small world, with a clinician who answers as told."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agents import checkpoints, runner
from agents.actions import Decision
from agents.contract import Answer, Budget, Outcome, RunRequest, Waiting
from agents.llm.asking import Model
from agents.memory import MemoryRecord
from agents.performing import Outside
from agents.policies.rules import Rules
from agents.policies.situation import Policy, Situation
from retrieval.model import Finding, Profile, Status

# Three signs that many diseases of connective tissue share: nobody leads clearly, no published case is like it.
TALL = Profile((Finding("HP:0001166"), Finding("HP:0001083"), Finding("HP:0002616")))
# Apert syndrome as it is described, but fingers that are not grown together, which nearly all patients' are.
NOT_APERT = Profile(
    (
        *(
            Finding(term)
            for term in ("HP:0000262", "HP:0011318", "HP:0010055", "HP:0000520", "HP:0011800", "HP:0000316")
        ),
        Finding("HP:0006101", Status.EXCLUDED),
    )
)


@dataclass
class Watched:
    """The policy that needs no model, with all that it saw and decided."""

    name: str = "rules"
    seen: list[tuple[Situation, Decision]] = field(default_factory=list)

    def decide(self, situation: Situation) -> Decision:
        decision = Rules().decide(situation)
        self.seen.append((situation, decision))
        return decision


def asked_of(profile: Profile, *, run_id: str = "run-1", asks: bool = False, steps: int = 24) -> RunRequest:
    return RunRequest(run_id, "", "c" * 64, profile, Budget(steps), asks=asks)


@dataclass
class Investigation:
    """One run: its record, its checkpoints, and what it came to."""

    world: Any
    request: RunRequest
    record: MemoryRecord = field(default_factory=MemoryRecord)
    policy: Policy = field(default_factory=Watched)
    outside: Outside | None = None
    model: Model | None = None
    seconds: float = math.inf
    place: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="clew-test-")))

    def go(self) -> Outcome | Waiting:
        """As a worker would: until it ends, or until it has to wait."""
        with checkpoints.sqlite_file(self.place / "checkpoints.sqlite3") as saver:
            control = runner.Control()
            return runner.run(
                self.request,
                self.world,
                self.record,
                saver,
                control,
                outside=self.outside,
                policy=self.policy,
                model=self.model,
                seconds=self.seconds,
            )

    def elsewhere(self) -> Investigation:
        """The same run where its checkpoints are not: on another host."""
        return replace(self, place=Path(tempfile.mkdtemp(prefix="clew-test-")))

    def through(self, answers: Mapping[str, Answer] | Sequence[Answer] = (), otherwise: Answer = Answer.UNKNOWN) -> Any:
        """To its end. The answers are by finding, or in their order."""
        given = list(answers) if not isinstance(answers, Mapping) else []
        while isinstance(stands := self.go(), Waiting):
            asked = next(one for one in self.record.questions() if one.key == stands.key)
            said = answers.get(asked.term, otherwise) if isinstance(answers, Mapping) else None
            self.record.answer(asked.key, said or (given.pop(0) if given else otherwise))
        return stands

    @property
    def actions(self) -> list[str]:
        return [step.action for step in self.record.steps()]

    def of(self, action: str) -> list[Any]:
        return [step for step in self.record.steps() if step.action == action]
