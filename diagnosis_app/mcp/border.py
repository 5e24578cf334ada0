"""The one address of the Model Context Protocol: a POST in, JSON out. Nothing is kept between two requests.

What is refused before a message is understood (method, origin, token, size, kind) is refused in the shape of the API;
what is wrong with the message, or comes too fast, is an error of JSON-RPC with the same object as its `data`. Streams
are not offered, so GET and DELETE have no meaning here.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port, validate_host
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import AuthenticationError

from diagnosis_app.accounts.guard import authenticates_itself
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.api import errors
from diagnosis_app.api.bearer import Token
from diagnosis_app.api.site import StrictJson, check_body
from diagnosis_app.errors import ClinicError, TooFast
from diagnosis_app.mcp.errors import INTERNAL_ERROR, PARSE_ERROR, TOO_FAST, ForeignOrigin, ProtocolError
from diagnosis_app.mcp.message import AGREED, id_of, read, version_of
from diagnosis_app.mcp.methods import answer

VERB = Verb.KNOWLEDGE_READ  # the least that every tool needs; each tool asks for its own
_DOOR = Token(VERB, via="mcp")


@csrf_exempt
@authenticates_itself
def mcp(request: HttpRequest) -> HttpResponse:
    try:
        if request.method != "POST":
            return _wrong_method(request)
        _check_origin(request)
        check_body(request)
        if _DOOR(request) is None:
            raise AuthenticationError
    except TooFast as error:
        return _answered(request, refused=error)
    except Exception as error:
        return errors.from_exception(request, error)
    return _answered(request)


def _answered(request: HttpRequest, refused: ClinicError | None = None) -> HttpResponse:
    id, version = None, ""
    try:
        body = StrictJson().parse_body(request)
        id = id_of(body)
        if refused is not None:
            raise refused
        message = read(body)
        version = version_of(message, request.headers)
        if message.id is None:
            return HttpResponse(status=202)  # a notification: nothing here waits for one
        result = answer(request, message, version)
    except Exception as error:
        return _failed(id, errors.as_clinic_error(error), version)
    return JsonResponse({"jsonrpc": "2.0", "id": id, "result": result})


def _failed(id: str | int | None, error: ClinicError, version: str) -> HttpResponse:
    number = error.number if isinstance(error, ProtocolError) else INTERNAL_ERROR
    if isinstance(error, errors.NotJson):
        number = PARSE_ERROR
    elif isinstance(error, TooFast):
        number = TOO_FAST
    said = {"code": number, "message": f"{error.message} {error.hint}".strip(), "data": error.as_json()}
    response = JsonResponse({"jsonrpc": "2.0", "id": id, "error": said}, status=error.status)
    if isinstance(error, ProtocolError) and version in AGREED:
        response.status_code = 200  # to an older client 404 would mean that its session is over
    if error.retryable:
        response["Retry-After"] = str(error.wait)
    return response


def _wrong_method(request: HttpRequest) -> HttpResponse:
    wrong = errors.WrongMethod(f"{request.method} is not possible here.", hint="Possible: POST.")
    return errors.respond(wrong, {"Allow": "POST"})


def _check_origin(request: HttpRequest) -> None:
    """A browser names the page that asks. Programs name none."""
    origin = request.headers.get("Origin")
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return
    try:
        parts = urlsplit(origin)
    except ValueError:
        parts = urlsplit("")
    host, _port = split_domain_port(parts.netloc)
    if parts.scheme not in {"http", "https"} or not host or not validate_host(host, settings.ALLOWED_HOSTS):
        raise ForeignOrigin(
            "A page of another site asks.", field="Origin", hint="Ask from a program, or add its host to CLEW_HOSTS."
        )
