"""How the pages' scripts and the server talk: JSON in, JSON out, errors in one shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse, UnreadablePostError
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _

from diagnosis_app.accounts.guard import actor_of
from diagnosis_app.errors import ClinicError, Hidden, Invalid, TooLarge
from retrieval.errors import RetrievalError


def answers_json(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Errors of the clinic become JSON with code, message, field and hint."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            _same_person(request)
            return view(request, *args, **kwargs)
        except Http404:
            return JsonResponse(Hidden().as_json(), status=404)
        except ClinicError as error:
            return JsonResponse(error.as_json(), status=error.status)
        except RetrievalError as error:
            body = {"code": error.code, "message": error.message, "field": "", "hint": error.hint}
            return JsonResponse(body, status=503)

    return answer


def read_json(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body)
    except RequestDataTooBig:
        raise TooLarge(
            _("This is more than 5 MB."), field="note", hint=_("Shorten the note to what describes this patient.")
        ) from None
    except (RawPostDataException, UnreadablePostError):  # sent as a form, or broken off
        raise Invalid(
            _("The request did not arrive as JSON."), hint=_("Reload the page; what you typed is kept.")
        ) from None
    except (ValueError, RecursionError):
        raise Invalid(_("The request is not valid JSON."), hint=_("Reload the page; what you typed is kept.")) from None
    if not isinstance(data, dict):
        raise Invalid(_("The request is not a JSON object."), hint=_("Reload the page; what you typed is kept."))
    return data


def _same_person(request: HttpRequest) -> None:
    """A page opened by one person must not write in the name of another who signed in since."""
    opened_by = request.headers.get("X-Clew-User")
    if opened_by and opened_by != str(actor_of(request).user_id):
        raise ClinicError(
            _("Somebody else has signed in with this browser."),
            hint=_("Sign in again as yourself; what you typed is kept for you."),
            code="other_person",
        )
