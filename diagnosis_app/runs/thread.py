"""Folds the events of a run into what the page shows. Pure: the same events give the same page.

A page that loads folds all events at once; a page that is open folds each as it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from agents.contract import EventType

QUEUED, RUNNING, WAITING, ENDED = "queued", "running", "waiting", "ended"
LATER, NOW, DONE, FAILED = "later", "now", "done", "failed"
# The voices of the reasoning model. What they do is no step of the budget: they have one of their own, of tokens.
PANEL = ("reader", "proposer", "policy", "weigher", "archivist", "sceptic", "planner", "second", "writer")


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it was stored."""

    seq: int
    type: str
    payload: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class StepShown:
    key: str
    action: str
    state: str = LATER
    why: Mapping[str, Any] = field(default_factory=dict)
    got: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None
    error: Mapping[str, Any] = field(default_factory=dict)
    thought: str = ""  # of the model, as far as it was told: checked by nobody
    attempt: str = ""  # whose thought it is


@dataclass(frozen=True, slots=True)
class Thread:
    """The run as far as it was told. `seq` is the last event that is in it."""

    steps: tuple[StepShown, ...]
    state: str = QUEUED
    seq: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    resumed: int = 0
    asked: tuple[Mapping[str, Any], ...] = ()  # questions without an answer
    continued: int = 0  # how often another version went on with it
    leaders: tuple[Mapping[str, Any], ...] = ()
    outcome: str = ""

    @classmethod
    def planned(cls, plan: Iterable[str]) -> Thread:
        return cls(tuple(StepShown(action, action) for action in plan))

    @property
    def under_way(self) -> bool:
        return self.state != ENDED

    @property
    def done(self) -> int:
        """Steps of the budget; reading the case is not one, nor is what the model is asked."""
        return sum(step.state in (DONE, FAILED) and step.action not in ("intake", *PANEL) for step in self.steps)

    @property
    def seconds(self) -> float:
        """Working time, as the finished steps took it."""
        return round(sum(step.seconds or 0.0 for step in self.steps), 1)

    def after(self, told: Told) -> Thread:
        if told.seq <= self.seq:
            return self
        return replace(self._with(told), seq=told.seq)

    def through(self, events: Iterable[Told]) -> Thread:
        thread = self
        for told in events:
            thread = thread.after(told)
        return thread

    def _with(self, told: Told) -> Thread:
        payload = told.payload
        match told.type:
            case EventType.STARTED:
                return replace(self, state=RUNNING, started_at=told.at)
            case EventType.RESUMED:
                lost = payload.get("after") != "answer"
                return replace(self, state=RUNNING, resumed=self.resumed + lost)
            case EventType.CONTINUED:
                return replace(self, continued=self.continued + 1)
            case EventType.ASKED:
                asked = {"key": payload["key"], "action": "ask", "why": {"label": payload["label"]}}
                return replace(self._put(asked, state=NOW), asked=(*self.asked, payload))
            case EventType.WAITING:
                return replace(self, state=WAITING)
            case EventType.ANSWERED:
                rest = tuple(one for one in self.asked if one["key"] != payload["key"])
                return replace(self, state=QUEUED, asked=rest)
            case EventType.STEP_STARTED:
                return self._put(payload, state=NOW)
            case EventType.THOUGHT:
                return self._thinking(payload)
            case EventType.STEP_DONE:
                return self._put(payload, state=DONE, got=payload["got"], seconds=payload["seconds"])
            case EventType.STEP_FAILED:
                seconds, error = payload["seconds"], payload.get("error", {})
                return self._put(payload, state=FAILED, got=payload["got"], seconds=seconds, error=error)
            case EventType.RANKED:
                return replace(self, leaders=tuple(payload["leaders"]))
            case EventType.ENDED:
                return self._ended(told)
        return self  # an event of a later version: nothing of it is shown here

    def _put(self, payload: Mapping[str, Any], **changes: Any) -> Thread:
        key, action = payload["key"], payload["action"]
        known = {step.key: step for step in self.steps}
        step = replace(known.get(key, StepShown(key, action)), action=action, why=payload["why"], **changes)
        known[key] = step
        # A step that was not planned stands before those still to come.
        begun = [one for one in known.values() if one.state != LATER]
        later = [one for one in known.values() if one.state == LATER]
        return replace(self, steps=(*begun, *later))

    def _thinking(self, payload: Mapping[str, Any]) -> Thread:
        """What comes after the step has ended, or of a step that never began, is part of nothing. Another worker that
        asks again begins anew."""
        text, attempt = str(payload["text"]), str(payload.get("attempt", ""))

        def after(step: StepShown) -> StepShown:
            if step.key != payload["key"] or step.state != NOW:
                return step
            before = step.thought if step.attempt == attempt else ""
            return replace(step, thought=before + text, attempt=attempt)

        return replace(self, steps=tuple(after(step) for step in self.steps))

    def _ended(self, told: Told) -> Thread:
        """What was never begun is not shown as still to come."""
        steps = tuple(replace(step, state=FAILED) if step.state == NOW else step for step in self.steps)
        begun = tuple(step for step in steps if step.state != LATER)
        return replace(self, state=ENDED, ended_at=told.at, outcome=told.payload["outcome"], steps=begun)
