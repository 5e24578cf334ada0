"""Models that say what a test tells them to say, held to the same schemas as a real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jsonschema import validate

from agents.llm.asking import Heard, Prompt, Reply, Usage, unheard
from agents.llm.failures import ModelError, OverBudget

Answer = Callable[[Prompt, Mapping[str, Any]], Mapping[str, Any]]
CALL = Usage(prompt=900, cached=600, completion=100, seconds=0.5, calls=1)


def nothing(schema: Mapping[str, Any]) -> Any:
    """The emptiest answer that the schema allows."""
    match schema["type"]:
        case "object":
            return {name: nothing(one) for name, one in schema["properties"].items()}
        case "array":
            return [nothing(schema["items"]) for _ in range(schema.get("minItems", 0))]
        case "string":
            return schema["enum"][-1] if "enum" in schema else ""
    raise AssertionError(schema)


@dataclass(kw_only=True)
class InItsPlace:
    """In the place of a served model: counts tokens as one, keeps what it was asked, and answers within the schema."""

    name: str = "in its place"
    reasoning: str = ""
    prompts: list[Prompt] = field(default_factory=list)

    def answer(self, prompt: Prompt, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        raise NotImplementedError

    def thought(self, heard: Heard) -> str:
        """Tells what it thinks, and gives what of it goes with the reply."""
        heard(self.reasoning)
        return self.reasoning

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
        if tokens < CALL.tokens:
            raise OverBudget("Too few tokens are left.")
        self.prompts.append(prompt)
        data = self.answer(prompt, schema)
        reasoning = self.thought(heard)
        validate(data, schema)
        return Reply(data, reasoning, CALL, self.name)


@dataclass
class Scripted(InItsPlace):
    """By job; whoever is not told anything says as little as may be, and the policy stops."""

    answers: Mapping[str, Answer | ModelError] = field(default_factory=dict)
    name: str = field(default="scripted", kw_only=True)
    reasoning: str = field(default="Let me think.", kw_only=True)

    def answer(self, prompt: Prompt, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        said = self.answers.get(prompt.name)
        if isinstance(said, ModelError):
            raise said
        return said(prompt, schema) if said else dict(nothing(schema))

    def of(self, job: str) -> list[Prompt]:
        return [one for one in self.prompts if one.name == job]
