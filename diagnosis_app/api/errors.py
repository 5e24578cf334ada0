"""Every failure of the API in one JSON shape: {"code", "message", "field", "hint"}.

A caller branches on `code` (docs/errors.md lists them all) and shows `message` and `hint`. When
several fields are wrong at once, `problems` holds one such object for each. An unexpected failure
says only that there was one: no class name, no file, and never a word of the request.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from diagnosis_app.errors import ClinicError, Hidden, Invalid, InvalidMany, TooLarge, Unavailable
from retrieval.errors import MalformedAge, MalformedId, NotAFinding, RetrievalError, UnknownDisease, UnknownTerm

log = logging.getLogger(__name__)


class NotJson(Invalid):
    """The body is not the JSON that the operation reads."""

    code = "input.not_json"
    status = 400


class WrongMediaType(Invalid):
    code = "input.media_type"
    status = 415


class LengthMissing(Invalid):
    """A body without a stated length cannot be bounded before it is read."""

    code = "input.length_missing"
    status = 411


class WrongMethod(Invalid):
    code = "method_not_allowed"
    status = 405


class Unauthenticated(ClinicError):
    """No token, or one that is unknown, revoked or its owner's no longer."""

    code = "unauthenticated"
    status = 401


class Internal(ClinicError):
    """Our fault. The details are in the server's log, without the request's content."""

    code = "internal"
    status = 500


def respond(error: ClinicError, headers: Mapping[str, str] | None = None) -> HttpResponse:
    response = JsonResponse(error.as_json(), status=error.status, headers=dict(headers or {}))
    if error.status == Unauthenticated.status:
        response["WWW-Authenticate"] = 'Bearer realm="Clew"'
    if error.retryable:
        response["Retry-After"] = str(error.wait)
    return response


def from_exception(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """The answer to anything that an operation raised."""
    return respond(as_clinic_error(error if isinstance(error, Exception) else error()))


def as_clinic_error(error: BaseException) -> ClinicError:
    if isinstance(error, HttpError) and isinstance(error.__cause__, ClinicError | RequestDataTooBig):
        error = error.__cause__  # ninja wraps whatever its parser raises
    if isinstance(error, ClinicError):
        return error
    if isinstance(error, RetrievalError):
        return from_retrieval(error)
    if isinstance(error, ValidationError):
        return from_validation(error.errors)
    if isinstance(error, AuthenticationError):
        return Unauthenticated(
            "This needs a token.",
            hint="Make one under Account, and send it as: Authorization: Bearer TOKEN",
            field="Authorization",
        )
    if isinstance(error, RequestDataTooBig):
        return too_large()
    if isinstance(error, Http404):
        return Hidden()
    if isinstance(error, OperationalError | InterfaceError):
        _log(error)
        return Unavailable(
            "The database did not answer.",
            hint="Try again in a few seconds. What you sent was stored whole or not at all.",
        )
    if isinstance(error, HttpError | SuspiciousOperation):
        return NotJson("The request cannot be read.", hint="Send JSON as UTF-8, with Content-Type: application/json.")
    _log(error)
    lost = isinstance(error, DatabaseError)
    return Internal(
        "Something failed on our side." + (" Nothing was changed." if lost else ""),
        hint="Try again. If it stays, tell the operator the time: the log names the place.",
    )


def from_retrieval(error: RetrievalError, *, field: str = "") -> ClinicError:
    """Wrong ids are the caller's to mend; a missing or damaged snapshot is ours."""
    if isinstance(error, MalformedId | MalformedAge | NotAFinding | UnknownTerm):
        return Invalid(error.message, hint=error.hint, field=field, code=error.code)
    if isinstance(error, UnknownDisease):
        return Hidden(error.message, hint=error.hint, field=field, code=error.code)
    return Unavailable(error.message, hint=error.hint, field=field, code=error.code)


def not_found() -> Hidden:
    return Hidden("There is nothing at this address.", hint="GET /api/v1/openapi.json lists every operation.")


def too_large() -> TooLarge:
    return TooLarge("The body is too large.", hint="Send at most 5 MB; a note holds at most 200,000 characters.")


# ---- what pydantic found, in our words; never the value it found it in

_SENTENCES = {
    "missing": ("is missing", "Add it."),
    "extra_forbidden": ("is not a field here", "Remove it, or check its spelling."),
    "json_invalid": ("is not JSON", "Check the quotes and commas."),
    "string_type": ("is not a text", "Write it in double quotes."),
    "string_unicode": ("holds a broken character (half of a surrogate pair)", "Send whole characters."),
    "model_type": ("is not an object", "It should begin with {."),
    "model_attributes_type": ("is not an object", "It should begin with {."),
    "dict_type": ("is not an object", "It should begin with {."),
    "list_type": ("is not a list", "It should begin with [."),
    "tuple_type": ("is not a list", "It should begin with [."),
    "int_type": ("is not a whole number", "Write it without quotes and without a point."),
    "bool_parsing": ("is not true or false", "Write true or false."),
}


def from_validation(items: list[dict[str, Any]]) -> InvalidMany:
    return InvalidMany([_problem(item) for item in items[:50]])


def _problem(item: Mapping[str, Any]) -> Invalid:
    path = [str(part) for part in item["loc"] if part not in {"query", "path", "header"}]
    if path and path[0] == "body":
        path = path[2:]  # "body" and the name of our argument
    field = ".".join(path) or "body"
    if item["type"] in _SENTENCES:
        what, hint = _SENTENCES[item["type"]]
    elif item["type"] == "value_error":
        what, _, remedy = str(item["ctx"]["error"]).partition(". ")
        hint = f"{remedy}." if remedy else ""
    else:
        what = f"cannot be used: {item['msg'][:1].lower()}{item['msg'][1:]}"
        hint = "Correct the value and send it again."
    return Invalid(f"{field} {what}.", field=field, hint=hint)


def _log(error: BaseException) -> None:
    """Where it failed, not with what: the message of an exception may repeat the request."""
    place = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s in the API\n%s", type(error).__name__, place)
