"""A tool: what it takes, what it gives, the verb it performs, and how it is performed and described.

Each declares its verb; one whose owner's role lacks it is neither listed nor performed. What a tool does is the same
function that the API performs for the same question. A tool must not write: a test holds the verbs to those that read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, ValidationError

from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import errors
from diagnosis_app.api.bearer import actor_of
from diagnosis_app.errors import ClinicError


class Arguments(BaseModel):
    """What a tool takes: nothing that is not written here, and nothing turned into something else."""

    model_config = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in short: a sentence in our own words, and the essentials as JSON. Words of documents stand only there,
    each in its field."""

    sentence: str
    essentials: Mapping[str, Any]


@dataclass(frozen=True)
class Tool:
    name: str
    title: str
    description: str
    verb: Verb
    takes: type[Arguments]
    gives: type[BaseModel]
    perform: Callable[[HttpRequest, Any], BaseModel | dict[str, Any]]
    say: Callable[[Any], Said]

    @cached_property
    def listed(self) -> dict[str, Any]:
        """How `tools/list` tells of it. Do not change it."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": self.takes.model_json_schema(),
            "outputSchema": self.gives.model_json_schema(mode="serialization"),
            "annotations": {
                "title": self.title,
                "readOnlyHint": True,
                "destructiveHint": False,
                "idempotentHint": True,
                "openWorldHint": False,
            },
        }

    def call(self, request: HttpRequest, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The result of `tools/call`. A failure is a result too: whoever called reads it and can mend the arguments."""
        try:
            actor_of(request).require(self.verb)  # before anything of the arguments is read
            given = self.gives.model_validate(self.perform(request, self._taken(arguments)))
        except Exception as error:
            return _failed(errors.as_clinic_error(error))
        said = self.say(given)
        return {
            "content": [_text(said.sentence), _text(_json(said.essentials))],
            "structuredContent": given.model_dump(mode="json"),
            "isError": False,
        }

    def _taken(self, arguments: Mapping[str, Any]) -> Arguments:
        try:
            return self.takes.model_validate(dict(arguments))
        except ValidationError as error:
            wrong: list[Any] = error.errors(include_url=False, include_input=False)
            raise errors.from_validation(wrong) from None


def _failed(error: ClinicError) -> dict[str, Any]:
    said = f"{error.message} {error.hint}".strip()
    return {"content": [_text(said), _text(_json(error.as_json()))], "isError": True}


def _text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
