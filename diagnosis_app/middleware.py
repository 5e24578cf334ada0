"""What every response goes through: a strict content policy, and errors in plain words."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext as _

from diagnosis_app.errors import ClinicError, Hidden
from retrieval.errors import RetrievalError

# Everything comes from this host; styles may be inline because bar widths are data.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'"
)


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class PlainErrors:
    """Renders a `ClinicError` or `RetrievalError` that reached the border: a page or a fragment."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return _wrong_method(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return plain_answer(request, error)


def _wrong_method(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Django says it with an empty page; this says what to do."""
    allowed = response.headers["Allow"]
    error = ClinicError(
        _("This address does not answer %s.") % request.method,
        hint=_("It answers %s. Open the page again from the worklist.") % allowed,
        code="method_not_allowed",
    )
    error.status = response.status_code
    said = plain_answer(request, error) or response
    said.headers["Allow"] = allowed
    return said


def plain_answer(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The page or fragment for an error that a person can act on; None for any other."""
    if isinstance(error, Http404):
        error = Hidden()
    if isinstance(error, RetrievalError):
        status, code, message, hint, field = 503, error.code, error.message, error.hint, ""
    elif isinstance(error, ClinicError):
        status, code, message, hint, field = error.status, error.code, error.message, error.hint, error.field
    else:
        return None
    context = {"status": status, "code": code, "message": message, "hint": hint, "field": field}
    fragment = bool(request.headers.get("HX-Request") or request.headers.get("X-Clew-Page"))
    template = "errors/_fragment.html" if fragment else "errors/page.html"
    return render(request, template, context, status=status)
