"""The API as one object, and the border every request of it crosses.

The border answers in JSON whatever happens: a wrong address, a wrong method, a body that is too
large or of another kind never reach Django's pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, NoReturn

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from diagnosis_app.accounts.guard import authenticates_itself
from diagnosis_app.api import (
    alerts,
    batches,
    cases,
    compare,
    errors,
    evaluation,
    ingestions,
    knowledge,
    local_cases,
    next_steps,
    passages,
    phenopackets,
    ranking,
    reports,
    review,
    runs,
    similar,
    terms,
)

VERSION = "1.0.0"
PREFIX = "/api/v1/"
MEDIA_TYPE = "application/json"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

DESCRIPTION = """\
The same words, the same permissions and the same arithmetic as the pages.

Send a token with every request: `Authorization: Bearer TOKEN`. Make one under Account; it acts with
your roles. Bodies are JSON in UTF-8, at most 5 MB. Every failure has the shape of `Failure`.

Supports a clinician's own judgement; not for emergencies, not for patients."""


class StrictJson(Parser):
    """UTF-8 JSON and nothing else: no NaN, no Infinity, no field twice, no nesting that exhausts the stack."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return json.loads(request.body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
        except _Twice:
            raise errors.NotJson(
                "A field stands twice in one object of the body.", hint="Keep one of the two.", field="body"
            ) from None
        except UnicodeDecodeError as error:
            raise errors.NotJson(
                f"The body is not UTF-8: byte {error.start + 1} does not fit.", hint="Encode it as UTF-8.", field="body"
            ) from None
        except json.JSONDecodeError as error:
            raise errors.NotJson(
                f"The body is not JSON: line {error.lineno}, column {error.colno}.",
                hint="Check the quotes and commas there.",
                field="body",
            ) from None
        except (RecursionError, ValueError):
            raise errors.NotJson(
                "The body is not JSON that can be read.",
                hint="Write numbers plainly (no NaN, no Infinity) and nest less deeply.",
                field="body",
            ) from None


def _refuse(_: str) -> NoReturn:
    raise ValueError


class _Twice(ValueError):
    """One of the two values would be lost without a word."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice
    return found


api = NinjaAPI(
    title="Clew",
    version=VERSION,
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    parser=StrictJson(),
)
api.add_exception_handler(Exception, errors.from_exception)
for _handled in (HttpError, ValidationError, Http404):
    api.add_exception_handler(_handled, errors.from_exception)
for _part in (
    terms, ranking, knowledge, ingestions, cases, batches, alerts, next_steps, similar, passages, phenopackets, runs,
    compare, reports, review, local_cases, evaluation,
):  # fmt: skip
    api.add_router("", _part.operations.router)


@cache
def schema() -> dict[str, Any]:
    """The OpenAPI description of every operation. Made once: it takes half a second. Do not change it."""
    return dict(api.get_openapi_schema(path_prefix=PREFIX))


def urls() -> list[URLPattern]:
    """The operations, each behind the border; every other address below answers 404 in JSON."""
    patterns = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern)]
    inside = [_guarded(pattern) for pattern in patterns if pattern.name != "api-root"]
    return [*inside, path("", _nothing, name="api-root"), re_path(r"^.*$", _nothing, name="nothing")]


def _guarded(pattern: URLPattern) -> URLPattern:
    pattern.callback = border(pattern.callback)
    return pattern


def border(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            check_body(request)
            response = view(request, *args, **kwargs)
        except Exception as error:
            return errors.from_exception(request, error)
        if response.status_code != errors.WrongMethod.status:
            return response
        allowed = response.headers.get("Allow", "")
        wrong = errors.WrongMethod(f"{request.method} is not possible here.", hint=f"Possible: {allowed}.")
        return errors.respond(wrong, {"Allow": allowed})

    return csrf_exempt(authenticates_itself(guarded))


def check_body(request: HttpRequest) -> None:
    """What the headers alone tell: its length and its kind. Nothing of it has been read yet."""
    if request.method not in _WITH_BODY:
        return
    if request.headers.get("Transfer-Encoding") and not request.headers.get("Content-Length"):
        raise errors.LengthMissing(
            "The length of the body is not stated.",
            hint="Send Content-Length instead of chunks.",
            field="Content-Length",
        )
    length = request.headers.get("Content-Length") or "0"
    if length.isdigit() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise errors.too_large()
    if length != "0" and request.content_type != MEDIA_TYPE:
        raise errors.WrongMediaType(
            "The body is not declared as JSON.", hint=f"Send Content-Type: {MEDIA_TYPE}.", field="Content-Type"
        )


@csrf_exempt
@authenticates_itself
def _nothing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    return errors.respond(errors.not_found())
