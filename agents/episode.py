"""One patient, step by step: `reset`, and `step(action)` with what is seen then, its reward, and whether it ended.

For benchmarks and for training. It drives the very graph that a run drives, held before each decision, so that an
action is done, told, weighed and challenged as the product does it, through `agents.environment`. It decides nothing,
knows no diagnosis (a `Judge` does, beside it), and is no way to investigate a person: that is `agents.runner`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from agents.actions import Conclude, Decision
from agents.contract import Budget, EvidenceKind, RunRequest
from agents.environment import Environment
from agents.errors import OutOfSteps
from agents.graph import build
from agents.memory import MemoryRecord
from agents.performing import Outside
from agents.policies.situation import Policy, Situation
from agents.rewards import Judge, Reward
from agents.saying import permitted
from agents.state import Context
from agents.virtual_clinic import VirtualClinic

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

    from retrieval.knowledge import Knowledge

NAME = "episode"
LIMIT = 1000  # visits of nodes; the budget of steps ends an episode, not this


@dataclass(frozen=True, slots=True)
class Stepped:
    """What came of an action."""

    observation: Situation
    reward: Reward
    done: bool


class Episode:
    """`reset` may be called again: the same patient then begins anew."""

    def __init__(
        self,
        knowledge: Knowledge,
        clinic: VirtualClinic,
        judge: Judge | None = None,
        *,
        outside: Outside | None = None,
        budget: Budget | None = None,
        case_digest: str = "",
    ) -> None:
        self._knowledge, self._clinic, self._judge, self._outside = knowledge, clinic, judge, outside
        self._request = RunRequest(NAME, knowledge.id, case_digest, clinic.start, budget or Budget(), asks=True)
        self.done = True

    def reset(self) -> Situation:
        """The first differential. `done` is true at once where too little is known for any."""
        self._clinic.begin()
        self.record = MemoryRecord()
        self.environment = Environment(self._request, self._knowledge, self.record, self._outside)
        self._handed = _Handed()
        self._graph = build(InMemorySaver())
        self._read: frozenset[EvidenceKind] = frozenset()
        self._go({})
        return self._situation()

    def step(self, action: Decision | None) -> Stepped:
        """Does what was decided. `None` stands for an answer that is no action: it ends the episode, unpaid."""
        if self.done:
            raise ValueError("the episode has ended: reset it")
        before = self._situation()
        if action is None or not permitted(action.action, before):
            self.done = True
            return Stepped(before, Reward(), True)
        if before.steps_left <= 0 and not isinstance(action.action, Conclude):
            action = Decision(Conclude(), "no_steps_left")
        stood = self._standing()
        self._handed.decision = action
        self._go(None)
        after = self._situation()
        read = self._judge.read(self.record.evidence().values()) if self._judge else frozenset()
        reward = Reward(
            format=1.0,
            retrieval=float(bool(read - self._read)),
            reasoning=self._standing() - stood,
            accuracy=self._standing() if self.done else 0.0,
        )
        self._read |= read
        return Stepped(after, reward if self._judge else Reward(format=1.0), self.done)

    def play(self, policy: Policy) -> Iterator[tuple[Decision, Stepped]]:
        """From the beginning to the end, as a policy decides; the caller may stop in between."""
        observation = self.reset()
        while not self.done:
            decision = policy.decide(observation)
            stepped = self.step(decision)
            yield decision, stepped
            observation = stepped.observation

    # --- inside ------------------------------------------------------------------

    def _go(self, given: dict[str, Any] | None) -> None:
        """To the next decision or to the end; a question is answered by the clinic on the way."""
        try:
            self._invoke(given)
            while (asked := self._unanswered()) is not None:
                self.record.answer(asked.key, self._clinic.answer(asked.term))
                self._invoke(Command(resume=asked.key))
            self.done = not self._graph.get_state(self._config).next
        except OutOfSteps:
            self.done = True

    def _invoke(self, given: Any) -> None:
        context = Context(self.environment, self._handed)
        self._graph.invoke(given, self._config, context=context, durability="exit", interrupt_before=["decide"])

    @property
    def _config(self) -> RunnableConfig:
        return {"configurable": {"thread_id": NAME}, "recursion_limit": LIMIT}

    def _unanswered(self) -> Any:
        return next((one for one in self.record.questions() if one.answer is None), None)

    def _situation(self) -> Situation:
        state = self._graph.get_state(self._config).values
        return self.environment.situation(state.get("targets", []), state.get("round", 0))

    def _standing(self) -> float:
        return self._judge.standing(self.record.candidates()) if self._judge else 0.0


class _Handed:
    """Decides what it was handed: whoever plays the episode decides."""

    name = "handed"

    def __init__(self) -> None:
        self.decision: Decision | None = None

    def decide(self, situation: Situation) -> Decision:
        if self.decision is None:
            raise ValueError("no action was handed over")
        decision, self.decision = self.decision, None
        return decision
