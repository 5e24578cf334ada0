"""Whether an answer fits the schema that it was asked for, whatever the server promised.

A strict part of JSON Schema (draft 2020-12) that vLLM's grammars know too. A schema with anything else is a mistake of
ours and raises TypeError: a keyword that one side reads and the other does not would be a hole. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

KNOWN = frozenset({
    "type", "properties", "required", "additionalProperties", "items", "enum",
    "minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum", "description", "title",
})  # fmt: skip
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
    "null": type(None),
}  # fmt: skip
# xgrammar lets raw control characters into strings of a bounded length (seen with 0.2.8), which is no JSON: each counts
# as the space that a reader would see.
_CONTROLS = dict.fromkeys(range(0x20), " ")
TOLD = 5  # problems named at once: more do not help to mend


class Misfit(ValueError):
    """The answer is no JSON or does not fit. Its words are for the model alone: they may repeat names of its fields."""


def fitting(text: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object that the text is, if it fits. Nothing else is mended than white space. Raises Misfit."""
    try:
        data = json.loads(text.translate(_CONTROLS), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Misfit("It is no valid JSON, or there was text around it.") from None
    problems = [problem for _, problem in zip(range(TOLD), misfits(data, schema), strict=False)]
    if problems:
        raise Misfit(" ".join(problems))
    if not isinstance(data, dict):
        raise Misfit("The whole has to be an object.")
    return data


def misfits(data: Any, schema: Mapping[str, Any], where: str = "$") -> Iterator[str]:
    """What does not fit, each with its place."""
    types = _types(schema)
    if not any(_is(data, one) for one in types):
        yield f"{where}: expected {' or '.join(types)}."
        return
    if "enum" in schema and not any(type(data) is type(one) and data == one for one in schema["enum"]):
        yield f"{where}: expected one of {', '.join(map(str, schema['enum']))}."
    if isinstance(data, dict):
        yield from _in_object(data, schema, where)
    elif isinstance(data, list):
        yield from _bounds(len(data), schema.get("minItems"), schema.get("maxItems"), where, " items")
        for number, item in enumerate(data):
            yield from misfits(item, schema["items"], f"{where}[{number}]")
    elif isinstance(data, str):
        yield from _bounds(len(data), schema.get("minLength"), schema.get("maxLength"), where, " characters")
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield from _bounds(data, schema.get("minimum"), schema.get("maximum"), where, "")


def understood(schema: Mapping[str, Any], where: str = "$") -> None:
    """Raises TypeError for a schema that asks for more than is checked here."""
    strange = schema.keys() - KNOWN
    if strange:
        raise TypeError(f"{where}: {', '.join(sorted(strange))} is not checked here")
    types = _types(schema)
    if not types or not set(types) <= _TYPES.keys():
        raise TypeError(f"{where}: type has to be one of {', '.join(_TYPES)}")
    if "object" in types:
        if schema.get("additionalProperties") is not False:
            raise TypeError(f"{where}: an object says additionalProperties: false")
        missing = set(schema.get("required", ())) - schema.get("properties", {}).keys()
        if missing:
            raise TypeError(f"{where}: {', '.join(sorted(missing))} is required and not described")
        for name, part in schema.get("properties", {}).items():
            understood(part, f"{where}.{name}")
    if "array" in types:
        if "items" not in schema:
            raise TypeError(f"{where}: an array says what its items are")
        understood(schema["items"], f"{where}[]")


def _in_object(data: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> Iterator[str]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in data:
            yield f"{where}: {name} is missing."
    for name, value in data.items():
        if name in properties:
            yield from misfits(value, properties[name], f"{where}.{name}")
        else:
            yield f"{where}: {name[:40]} is not asked for."


def _types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    stated = schema.get("type", ())
    return (stated,) if isinstance(stated, str) else tuple(stated)


def _is(data: Any, name: str) -> bool:
    if isinstance(data, bool):  # to Python it is a number too
        return name == "boolean"
    if name == "integer" and isinstance(data, float):
        return data.is_integer()
    return isinstance(data, _TYPES[name])


def _bounds(size: float, least: float | None, most: float | None, where: str, unit: str) -> Iterator[str]:
    if least is not None and size < least:
        yield f"{where}: at least {least:g}{unit}."
    if most is not None and size > most:
        yield f"{where}: at most {most:g}{unit}."


def _no_number(text: str) -> None:
    raise ValueError(text)  # NaN and Infinity are no JSON
