"""A router that takes no operation without its verb.

    operations = Operations("Terms")

    @operations.get("/terms", verb=Verb.KNOWLEDGE_READ, answers=Terms)
    def search_terms(request, text: str) -> Terms: ...

The verb is checked with the token, before anything of the request is read. Every operation
documents the failures it can have, all in the one shape of `Failure`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, get_type_hints

from django.http import HttpRequest, HttpResponseBase
from ninja import Router, Status
from ninja.params.models import Query as QueryParam

from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api.bearer import Token
from diagnosis_app.api.words import Failure
from diagnosis_app.errors import Invalid, InvalidMany

Operation = TypeVar("Operation", bound=Callable[..., Any])
READS = (401, 403, 404, 422, 429, 503)
WRITES = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)


class Operations:
    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def get(self, path: str, *, verb: Verb, answers: Any) -> Callable[[Operation], Operation]:
        return self._take("GET", path, verb, answers, 200, READS)

    def get_file(self, path: str, *, verb: Verb, media: str) -> Callable[[Operation], Operation]:
        """For an answer that is not JSON: the operation returns it as a response of `media`."""
        kept = {"type": "string", "format": "binary"}
        written = {"responses": {200: {"content": {media: {"schema": kept}}}}}
        return self._take("GET", path, verb, None, 200, READS, written)

    def post(self, path: str, *, verb: Verb, answers: Any, status: int = 200) -> Callable[[Operation], Operation]:
        return self._take("POST", path, verb, answers, status, WRITES)

    def put(self, path: str, *, verb: Verb, answers: Any) -> Callable[[Operation], Operation]:
        return self._take("PUT", path, verb, answers, 200, WRITES)

    def delete(self, path: str, *, verb: Verb, answers: Any) -> Callable[[Operation], Operation]:
        return self._take("DELETE", path, verb, answers, 200, WRITES)

    def _take(
        self,
        method: str,
        path: str,
        verb: Verb,
        answers: Any,
        status: int,
        failures: tuple[int, ...],
        written: Mapping[str, Any] | None = None,
    ) -> Callable[[Operation], Operation]:
        def mark(function: Operation) -> Operation:
            signature = _resolved(function)
            queries = {one.name for one in signature.parameters.values() if isinstance(one.default, QueryParam)}

            @wraps(function)
            def answer(request: HttpRequest, **values: Any) -> Any:
                _refuse_unknown(request, queries)
                result = function(request, **values)
                return result if isinstance(result, HttpResponseBase) else Status(status, result)

            answer.__signature__ = signature  # type: ignore[attr-defined]
            name = function.__name__
            self.router.api_operation(
                [method],
                path,
                auth=Token(verb),
                response={status: answers, **dict.fromkeys(failures, Failure)},
                operation_id=name,
                url_name=name,
                summary=name.replace("_", " ").capitalize(),
                openapi_extra={"x-clew-verb": str(verb), **(written or {})},
            )(answer)
            return function

        return mark


def _refuse_unknown(request: HttpRequest, known: set[str]) -> None:
    """A misspelt parameter would otherwise be ignored, and the answer be another than the one asked for."""
    unknown = sorted(set(request.GET) - known)
    if unknown:
        accepted = f"Known: {', '.join(sorted(known))}." if known else "This operation takes none."
        raise InvalidMany([Invalid("This parameter is not known.", field=name[:80], hint=accepted) for name in unknown])


def _resolved(function: Callable[..., Any]) -> inspect.Signature:
    """The signature with types for names: ninja looks names up in the module of the wrapper."""
    signature, hints = inspect.signature(function), get_type_hints(function, include_extras=True)
    named = [one.replace(annotation=hints[one.name]) for one in signature.parameters.values()]
    return signature.replace(parameters=named, return_annotation=inspect.Signature.empty)
