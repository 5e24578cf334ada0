"""Deny by default: a view runs only if it declares the verb it performs.

`@performs(Verb.X)` marks a view; `@open_to_all` marks the few that need nobody signed in. The
middleware refuses every view without a mark, so a forgotten one is a closed door, and the test
over all routes names it. Object checks happen in the actions (`Actor.require`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.places import first_place
from diagnosis_app.accounts.policy import Actor, Verb, actor_for
from diagnosis_app.errors import ClinicError, Forbidden
from diagnosis_app.middleware import plain_answer

SEEN_COOKIE = "clew_seen"  # somebody signed in with this browser and has not signed out
View = TypeVar("View", bound=Callable[..., Any])


def performs(verb: Verb) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.clew_verb = verb  # type: ignore[attr-defined]
        return view

    return mark


def open_to_all(view: View) -> View:
    view.clew_open = True  # type: ignore[attr-defined]
    return view


def authenticates_itself(view: View) -> View:
    """For the API, whose operations carry their own token check and verb."""
    view.clew_api = True  # type: ignore[attr-defined]
    return view


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a page request, read once a request."""
    actor = getattr(request, "clew_actor", None)
    if actor is None:
        actor = actor_for(request.user, "page")
        request.clew_actor = actor  # type: ignore[attr-defined]
    return actor


class DenyByDefault:
    """Middleware: no mark, no entry; not signed in, to the sign-in page and back again.

    It is synchronous on purpose: under ASGI Django calls it in a thread, also before an
    asynchronous view, so that reading session and memberships never touches the event loop.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if getattr(view, "clew_api", False):
            return None
        if any("\x00" in str(part) for part in (*args, *kwargs.values())):
            raise Http404  # no database of ours can hold it, so it names nothing
        if getattr(view, "clew_open", False):
            return None
        verb = getattr(view, "clew_verb", None)
        if verb is None:
            raise ImproperlyConfigured(f"{view!r} declares no verb: add @performs or @open_to_all.")
        user = request.user
        if not isinstance(user, User):
            return to_sign_in(request)
        if user.must_choose_password and verb != Verb.ACCOUNT_OWN:
            return _to_own_password(request)
        try:
            actor_of(request).require(verb)
        except ClinicError as error:  # Django asks no process_exception for what a process_view raises
            if request.path == "/" and not _is_fragment(request):
                return HttpResponseRedirect(first_place(actor_of(request)))
            return plain_answer(request, error)
        return None


def _is_fragment(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request") or request.headers.get("X-Clew-Page"))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """A page goes there and comes back. A fragment is told: the page around it keeps what was typed."""
    if _is_fragment(request):
        return HttpResponse(status=401, headers={"X-Clew-Sign-In": reverse("signin")})
    query = {"next": _return_address(request)}
    if SEEN_COOKIE in request.COOKIES:
        query["expired"] = "1"
    return HttpResponseRedirect(f"{reverse('signin')}?{urlencode(query)}")


def _return_address(request: HttpRequest) -> str:
    """This page; after a refused POST, the page it was sent from."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    parts = urlsplit(request.headers.get("Referer", ""))
    return parts.path if parts.netloc == request.get_host() and parts.path else "/"


def _to_own_password(request: HttpRequest) -> HttpResponse | None:
    if not _is_fragment(request):
        return HttpResponseRedirect(reverse("account"))
    words, hint = _("Choose your own password first."), _("Open your account page.")
    return plain_answer(request, Forbidden(words, hint=hint, code="account.choose_password"))
