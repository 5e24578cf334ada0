"""The verbs of an investigation: what may be done next. Plain values, all of them read-only.

A policy chooses one and `agents.environment` performs it; nothing else may. An action's key is made of its content,
so the same action chosen again, also by another worker, is the same step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from agents.contract import digest


class Verb(StrEnum):
    LOOKUP = "lookup"
    MATCH = "match"
    SEARCH = "search"
    ASK = "ask"
    CONCLUDE = "conclude"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Reads what is documented of a disease; `about` is a finding whose record decides something."""

    verb: ClassVar[Verb] = Verb.LOOKUP
    disease: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Finds published cases. `more` are terms beside the patient's own: they propose cases and are never compared."""

    verb: ClassVar[Verb] = Verb.MATCH
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """Finds passages about diseases and findings."""

    verb: ClassVar[Verb] = Verb.SEARCH
    diseases: tuple[str, ...]
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Puts a question to the clinician: does the patient have this finding?"""

    verb: ClassVar[Verb] = Verb.ASK
    finding: str


@dataclass(frozen=True, slots=True)
class Conclude:
    """Nothing more is looked for."""

    verb: ClassVar[Verb] = Verb.CONCLUDE


Action = Lookup | Match | Search | Ask | Conclude
_KINDS: Mapping[Verb, Callable[..., Action]] = {one.verb: one for one in (Lookup, Match, Search, Ask, Conclude)}


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done next, and why: a code with the facts that decided it. The page makes a sentence of them."""

    action: Action
    because: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def why(self) -> dict[str, Any]:
        return {"because": self.because, **self.facts}

    def as_json(self) -> dict[str, Any]:
        return {
            "verb": str(self.action.verb),
            "given": asdict(self.action),
            "because": self.because,
            "facts": self.facts,
        }


def key_of(action: Action) -> str:
    """The name of the step that performs it."""
    return f"{action.verb}-{digest([str(action.verb), asdict(action)])[:16]}"


def decision_of(said: Mapping[str, Any]) -> Decision:
    """Back from JSON. Raises `ValueError` for what is no action."""
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in said["given"].items()}
    try:
        return Decision(_KINDS[Verb(said["verb"])](**given), said["because"], said["facts"])
    except (TypeError, KeyError) as error:
        raise ValueError(f"no action: {said.get('verb')}") from error
