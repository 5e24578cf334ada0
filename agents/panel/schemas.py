"""The shapes that replies must have. Every list and every string is bounded, and nothing further may be in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]
QUOTE = 400  # characters of words copied from a text
NAME = 120
REASON = 300


def obj(**properties: Schema) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def many(items: Schema, most: int) -> dict[str, Any]:
    return {"type": "array", "items": dict(items), "maxItems": most}


def text(most: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most}


def one_of(values: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def ids(values: Sequence[str], most: int) -> dict[str, Any]:
    """A list of the ids that were given; where none was, an empty list."""
    return many(one_of(values), most) if values else many(text(1), 0)
