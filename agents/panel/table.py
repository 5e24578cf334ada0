"""The table at which the panel sits: the model, the fence of this run, and how a member is asked once and filed.

Asking is a step of the run: what was asked for, what was kept of the answer and what was set aside, the reasoning, the
tokens. A step that is done is never asked again, by whichever worker. Where no answer comes the step says why, and the
run goes on without it; after a failure that another try will not mend soon, nothing more is asked in this run.
"""

from __future__ import annotations

import math
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agents.contract import EventType, digest
from agents.errors import Stopped
from agents.llm.asking import Model, Prompt
from agents.llm.failures import (
    Forbidden,
    ModelError,
    NoSuchModel,
    OtherModel,
    OverBudget,
    Overloaded,
    Refused,
    Resting,
    TimedOut,
    Unreachable,
)
from agents.panel.briefing import Briefing
from agents.panel.fence import Fence, hostile
from agents.prompts import JOBS, rules, template

if TYPE_CHECKING:
    from agents.environment import Environment

CALL = 120.0  # seconds that one answer may take
SHORTEST = 5.0  # seconds below which none is worth asking for
SHARE = 0.8  # of the seconds of a run, for what is asked: the rest is for the end, where statements are checked
REASONING = 20_000  # characters of reasoning that are kept with a step
PIECE = 400  # characters that are told at once while it is thinking
_AWAY = (Unreachable, Refused, NoSuchModel, OtherModel, Overloaded, TimedOut, Forbidden, Resting, ModelError)
AWAY = frozenset(kind.code for kind in _AWAY)
SPENT = "model.budget"
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands of a reply, as facts for the thread, and how much of it stood on nothing."""

    got: Mapping[str, Any]
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody else's text for a prompt. `hostile` is why it is not in it."""

    text: str
    hostile: str = ""


Read = Callable[[Mapping[str, Any]], Kept]


@dataclass
class Table:
    model: Model
    fence: Fence = field(default_factory=Fence)
    stopping: Callable[[], bool] = lambda: False
    seconds: float = math.inf  # that are left to the run
    began: float = field(default_factory=time.monotonic)
    attempt: str = field(default_factory=lambda: secrets.token_hex(4))  # tells its thoughts from those of a lost worker

    def ask(
        self,
        environment: Environment,
        job: str,
        key: str,
        said: str,
        schema: Mapping[str, Any],
        read: Read,
        *,
        why: Mapping[str, Any] | None = None,
        think: bool = True,
    ) -> Mapping[str, Any] | None:
        """What a member's answer came to, now or when it was asked before; None where there is none."""
        done = environment.done(key)
        if done is not None:
            return None if "failed" in done.got else done.got
        if away(environment):
            return None
        with environment.step(job, why or {}, digest(said), key) as step:
            try:
                remaining = SHARE * self.seconds - (time.monotonic() - self.began)
                if remaining < SHORTEST:
                    raise OverBudget("The time of this run is nearly used up.")
                reply = self.model.ask(
                    composed(self.fence, Briefing(environment.knowledge, environment.profile), job, said),
                    schema,
                    tokens=left(environment),
                    seconds=min(CALL, remaining),
                    heard=self._listening(environment, job, key),
                    think=think,
                )
            except ModelError as error:
                named = {"answered": error.answered} if isinstance(error, OtherModel) else {}
                step.got = {"failed": error.code, **named, "model": error.usage.as_json()}
                return None
            data = storable(reply.data)
            kept = read(data)
            step.got = {
                **kept.got,
                "refused": kept.refused,
                "said": dict(data),
                "reasoning": storable(reply.reasoning)[:REASONING],
                "model": reply.usage.as_json(),
            }
            return step.got

    def show(self, text: str, label: str) -> Shown:
        """A text as data; nothing of it where it speaks to a machine."""
        why = hostile(text)
        return Shown("", why) if why else Shown(self.fence.around(text, label=label))

    def withhold(self, environment: Environment, job: str, key: str, why: Mapping[str, Any], what: str) -> None:
        """Files that a text was not shown to the model, and why."""
        with environment.step(job, why, what, key) as step:
            step.got = {"withheld": what}

    def _listening(self, environment: Environment, job: str, key: str) -> Callable[[str], None]:
        held: list[str] = []
        told = 0

        def heard(piece: str) -> None:
            nonlocal told
            if self.stopping():
                raise Stopped("The investigation was stopped while the model was thinking.")
            held.append(storable(piece))
            text = "".join(held)
            if len(text) >= PIECE and told * PIECE < REASONING:
                held.clear()
                payload = {"key": key, "action": job, "text": text, "attempt": self.attempt}
                environment.record.tell(EventType.THOUGHT, f"thought:{key}:{self.attempt}:{told}", payload)
                told += 1

        return heard


def storable(said: Any) -> Any:
    """What a model said without what no database keeps and no file can be written with: NUL and halves of letters."""
    if isinstance(said, str):
        return _UNSTORABLE.sub("", said)
    if isinstance(said, Mapping):
        return {name: storable(one) for name, one in said.items()}
    return [storable(one) for one in said] if isinstance(said, list | tuple) else said


def composed(fence: Fence, patient: Briefing, job: str, said: str) -> Prompt:
    """What is the same in every call stands first: the rules, the patient, the job."""
    chosen = template(job)
    system = rules().replace("{mark}", fence.mark)
    return Prompt(job, chosen.digest, system, f"{patient.text}\n\n{chosen.text}\n\n{said}".rstrip())


def asked(environment: Environment) -> list[Mapping[str, Any]]:
    """What came of every call so far."""
    return [one.got for one in environment.record.steps() if one.action in JOBS and one.got]


def left(environment: Environment) -> int:
    """Tokens that the run may still take."""
    spent = sum(_tokens(got.get("model") or {}) for got in asked(environment))
    return max(environment.request.budget.tokens - spent, 0)


def away(environment: Environment) -> str:
    """Why nothing more is asked in this run; empty where it is."""
    return next((str(got["failed"]) for got in asked(environment) if got.get("failed") in AWAY | {SPENT}), "")


def _tokens(usage: Mapping[str, Any]) -> int:
    return int(usage.get("prompt") or 0) + int(usage.get("completion") or 0)
