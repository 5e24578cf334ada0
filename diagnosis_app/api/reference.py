"""The reference of the API as a page of ours, made from the schema: no outside script, readable by anyone.

It knows nothing that the schema does not say; who may do what is read from the policy table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diagnosis_app.accounts.guard import performs
from diagnosis_app.accounts.policy import TABLE, Verb
from diagnosis_app.api.site import PREFIX, schema

_DEEPEST = 6  # levels of a body that are written out


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str  # path or query
    required: bool
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Described:
    """One operation as the page shows it."""

    name: str
    method: str
    path: str
    summary: str
    words: str
    verb: str
    roles: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: str
    answer: str
    status: str
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    operations: tuple[Described, ...]


@require_safe
@performs(Verb.KNOWLEDGE_READ)
def reference(request: HttpRequest) -> HttpResponse:
    described = schema()
    context = {"parts": parts_of(described), "info": described["info"], "root": request.build_absolute_uri(PREFIX)}
    return render(request, "api/reference.html", context)


@require_safe
@performs(Verb.KNOWLEDGE_READ)
def schema_file(request: HttpRequest) -> HttpResponse:
    """The schema for tools, for somebody signed in; tokens read /api/v1/openapi.json."""
    return JsonResponse(schema(), json_dumps_params={"indent": 2})


def parts_of(schema: Mapping[str, Any]) -> list[Part]:
    parts: dict[str, list[Described]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            described = _described(path, method, operation, schema["components"]["schemas"])
            parts.setdefault(operation["tags"][0], []).append(described)
    return [Part(name, tuple(operations)) for name, operations in parts.items()]


def _described(path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Described:
    responses = {str(status): response for status, response in operation["responses"].items()}
    status = next(one for one in responses if one.startswith("2"))
    body = operation.get("requestBody")
    return Described(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        words=" ".join(operation.get("description", "").split()),
        verb=operation["x-clew-verb"],
        roles=tuple(sorted(str(role.label) for role in TABLE[Verb(operation["x-clew-verb"])])),
        parameters=tuple(_parameters(operation.get("parameters", ()))),
        body=_shape(body["content"]["application/json"]["schema"], schemas) if body else "",
        answer=_answer(responses[status]["content"], schemas),
        status=status,
        failures=tuple(one for one in responses if not one.startswith("2")),
    )


def _answer(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """The form of JSON; of anything else, what it is."""
    if "application/json" in content:
        return _shape(content["application/json"]["schema"], schemas)
    return ", ".join(content)


def _parameters(parameters: Any) -> Iterator[Parameter]:
    for one in parameters:
        schema = one["schema"]
        words = schema.get("description", "")
        if "default" in schema and schema["default"] not in ("", None):
            words = f"{words} {json.dumps(schema['default'])} if not given.".strip()
        yield Parameter(one["name"], one["in"], bool(one["required"]), _scalar(schema), words)


def _shape(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    return "\n".join(_lines(schema, schemas, 0, ""))


def _lines(schema: Mapping[str, Any], schemas: Mapping[str, Any], level: int, lead: str) -> Iterator[str]:
    """The form of a value in the manner of JSON, with types where the values would stand."""
    pad, said = "  " * level, schema.get("description", "") if lead else ""
    said = f"  // {said}" if said else ""
    schema = _resolved(schema, schemas)
    if "properties" in schema and level < _DEEPEST:
        yield f"{pad}{lead}{{{said}"
        required = schema.get("required", ())
        for name, value in schema["properties"].items():
            optional = "" if name in required else "?"
            yield from _lines(value, schemas, level + 1, f'"{name}"{optional}: ')
        yield f"{pad}}}"
    elif schema.get("type") == "array" and "items" in schema and _is_object(schema["items"], schemas):
        yield f"{pad}{lead}[{said}"
        yield from _lines(schema["items"], schemas, level + 1, "")
        yield f"{pad}]"
    else:
        yield f"{pad}{lead}{_scalar(schema, schemas)}{said}"


def _scalar(schema: Mapping[str, Any], schemas: Mapping[str, Any] | None = None) -> str:
    schema = _resolved(schema, schemas or {})
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_scalar(one, schemas) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(json.dumps(one) for one in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("type") == "array":
        return f"[{_scalar(schema.get('items', {}), schemas)}]"
    return str(schema.get("format") or schema.get("type") or "any")


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    while True:
        if "$ref" in schema:
            schema = schemas.get(schema["$ref"].rsplit("/", 1)[-1], {})
        elif len(schema.get("allOf", ())) == 1:
            schema = schema["allOf"][0]
        else:
            return schema


def _is_object(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> bool:
    return "properties" in _resolved(schema, schemas)
