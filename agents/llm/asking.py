"""What a model is asked and what comes back: plain frozen types, and the border behind which a model stands.

A prompt is composed elsewhere, by code; what is quoted in it is data. An answer fits its schema or there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Prompt:
    """`system` is the same in all prompts of one template, so that a server may keep it; what differs comes last."""

    name: str  # of the template
    digest: str  # of the template, as the run's manifest pins it
    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took. `cost` is None where the deployment declares no price."""

    prompt: int = 0  # tokens
    cached: int = 0  # of them, kept by the server from before
    completion: int = 0
    seconds: float = 0.0
    calls: int = 0
    cost: float | None = None

    @property
    def tokens(self) -> int:
        return self.prompt + self.completion

    def __add__(self, other: Usage) -> Usage:
        costs = [one.cost for one in (self, other) if one.cost is not None]
        return Usage(
            self.prompt + other.prompt,
            self.cached + other.cached,
            self.completion + other.completion,
            self.seconds + other.seconds,
            self.calls + other.calls,
            sum(costs) if costs else None,
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "prompt": self.prompt,
            "cached": self.cached,
            "completion": self.completion,
            "seconds": round(self.seconds, 3),
            "calls": self.calls,
            "cost": None if self.cost is None else round(self.cost, 6),
        }


@dataclass(frozen=True, slots=True)
class Reply:
    data: Mapping[str, Any]  # fits the schema that was asked for
    reasoning: str  # how the model came to it; kept with the step, and read by nothing
    usage: Usage
    model: str  # as the server names it


Heard = Callable[[str], None]  # is given the reasoning piece by piece, as it comes


def unheard(piece: str) -> None:
    """For whoever does not listen."""


class Model(Protocol):
    @property
    def name(self) -> str: ...

    def ask(
        self,
        prompt: Prompt,
        schema: Mapping[str, Any],
        *,
        tokens: int,
        seconds: float,
        heard: Heard = unheard,
        think: bool = True,
    ) -> Reply:
        """An answer that fits the schema, within so many tokens (prompt and answer together) and seconds.

        Raises `ModelError`; nothing is sent where the prompt alone is over `tokens`.
        """
        ...
