"""Which models a server has: a question that costs nothing, for whoever looks whether the connection is right."""

from __future__ import annotations

from dataclasses import dataclass

from agents.llm.failures import Unreachable
from agents.llm.line import Line, asked


@dataclass(frozen=True, slots=True)
class Served:
    name: str
    length: int | None = None  # tokens of prompt and answer together; vLLM says it


def models(line: Line, *, seconds: float) -> tuple[Served, ...]:
    """Raises a `ModelError` where there is no usable answer."""
    with asked(line, "/models", None, seconds=seconds) as answer:
        data = answer.json()
    rows = data.get("data") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise Unreachable("What answers at the model's address is no OpenAI-compatible server.")
    return tuple(
        Served(row["id"], row["max_model_len"] if isinstance(row.get("max_model_len"), int) else None)
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("id"), str)
    )
