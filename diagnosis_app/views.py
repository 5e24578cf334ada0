"""Pages that belong to no room: plain errors, and the two health checks."""

from __future__ import annotations

import sys

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from corpus_ingest import library
from diagnosis_app.accounts.guard import open_to_all, to_sign_in
from retrieval.errors import RetrievalError

_PROGRAMS = ("/api/v1/", "/mcp")  # who asks there reads JSON


def _say(request: HttpRequest, status: int, code: str, message: str, hint: str) -> HttpResponse:
    if request.path.startswith(_PROGRAMS):  # refused before the border of the API: the same shape
        return JsonResponse({"code": code, "message": message, "field": "", "hint": hint}, status=status)
    fragment = bool(request.headers.get("HX-Request") or request.headers.get("X-Clew-Page"))
    context = {"status": status, "code": code, "message": message, "hint": hint, "field": ""}
    return render(request, "errors/_fragment.html" if fragment else "errors/page.html", context, status=status)


@open_to_all
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, SessionInterrupted):
        lost = _lost_database(exception)  # Django calls it an interrupted session, too
        # Otherwise: signed out in another window while this was answered.
        return _unavailable(request, lost) if lost else to_sign_in(request)
    return _say(
        request, 400, "bad_request", _("The server could not read this request."), _("Go back and try it once more.")
    )


@open_to_all
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _say(
        request,
        403,
        "forbidden",
        _("Your role does not allow this."),
        _("Ask an admin of your team if you need it for your work."),
    )


@open_to_all
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _say(request, 404, "not_found", _("There is nothing here."), _("Check the address, or open the worklist."))


@open_to_all
def server_error(request: HttpRequest) -> HttpResponse:
    """Must not fail itself: no context processor, no database, no knowledge."""
    lost = _lost_database(sys.exc_info()[1])  # Django calls this while it handles the error
    return _unavailable(request, lost) if lost else _plainly(request, 500, _broken())


def _unavailable(request: HttpRequest, error: BaseException) -> HttpResponse:
    response = _plainly(request, 503, _without_database(error))
    response.headers["Retry-After"] = "5"  # seconds
    return response


def _lost_database(error: BaseException | None) -> BaseException | None:
    """The database's own error behind this one, if it did not answer."""
    while error is not None and not isinstance(error, OperationalError | InterfaceError):
        error = error.__cause__ or error.__context__
    return error


def _plainly(request: HttpRequest, status: int, words: dict[str, str]) -> HttpResponse:
    if request.path.startswith(_PROGRAMS) or request.headers.get("X-Clew-Page"):
        return JsonResponse({**words, "field": ""}, status=status)
    return render(None, "errors/broken.html", {"status": status, **words}, status=status)


def _broken() -> dict[str, str]:
    return {
        "code": "internal",
        "message": _("Something broke on the server"),
        "hint": _(
            "It was written to the log, without patient text. "
            "What you typed in a case is kept in your browser and is sent when the page opens again."
        ),
    }


def _without_database(error: BaseException) -> dict[str, str]:
    """What a person can do about it; nothing of the statement that failed."""
    said = str(error).lower()
    if "full" in said or "no space" in said:
        remedy = _("The server's disk is full. Tell whoever runs it.")
    elif "readonly" in said or "read-only" in said:
        remedy = _("The server may not write to its database. Tell whoever runs it.")
    else:
        remedy = _("Try again in a few seconds.")
    return {
        "code": "unavailable",
        "message": _("The database did not answer."),
        "hint": f"{remedy} "
        + _("What you sent was stored whole or not at all; what you typed in a case is kept in your browser."),
    }


@open_to_all
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _say(
        request,
        403,
        "csrf",
        _("This page was opened too long ago, or cookies are blocked."),
        _("Reload the page and try again; what you typed in a case is kept."),
    )


@open_to_all
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@open_to_all
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and a knowledge snapshot is open."""
    checks = readiness()
    ready = all(state == "ok" for state in checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def readiness() -> dict[str, str]:
    """What the service needs, each "ok" or the code of what is wrong."""
    return {"database": _database(), "knowledge": _knowledge()}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "database.unreachable"
    return "ok"


def _knowledge() -> str:
    try:
        library.current()
    except RetrievalError as error:
        return error.code
    return "ok"
