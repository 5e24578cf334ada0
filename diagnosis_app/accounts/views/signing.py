"""The sign-in page and signing out."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from diagnosis_app.accounts.actions import signing
from diagnosis_app.accounts.guard import SEEN_COOKIE, actor_of, open_to_all
from diagnosis_app.accounts.models import User
from diagnosis_app.accounts.places import first_place
from diagnosis_app.accounts.policy import actor_for

_SEEN_DAYS = 30


@open_to_all
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def signin(request: HttpRequest) -> HttpResponse:
    target = own_address(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.method != "POST":
        if isinstance(request.user, User):
            return redirect(target or first_place(actor_of(request)))
        return render(request, "accounts/signin.html", _context(request, target))
    name = request.POST.get("name", "")
    try:
        user = signing.sign_in(
            request, name, request.POST.get("password", ""), str(request.META.get("REMOTE_ADDR") or "")
        )
    except (signing.Wait, signing.Refused) as error:
        context = _context(request, target) | {"name": name[:150], "error": error}
        response = render(request, "accounts/signin.html", context, status=error.status)
        if isinstance(error, signing.Wait):
            response.headers["Retry-After"] = str(error.seconds)
        return response
    login(request, user)
    return _remembered(redirect(target or first_place(actor_for(user, "page"))))


@open_to_all
@require_POST
def signout(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        signing.record_sign_out(actor_of(request), request.user)
    logout(request)
    response = redirect(f"{reverse('signin')}?left=1")
    response.delete_cookie(SEEN_COOKIE)
    return response


def own_address(request: HttpRequest, target: str) -> str:
    """The address to return to if it is a path of this host, else nothing."""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    parts = urlsplit(target) if safe else urlsplit("")
    if not parts.path.startswith("/") or parts.path == reverse("signin"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _context(request: HttpRequest, target: str) -> dict[str, object]:
    return {"next": target, "expired": "expired" in request.GET, "left": "left" in request.GET, "name": ""}


def _remembered(response: HttpResponseRedirect) -> HttpResponse:
    """Marks this browser, so that a later sign-in page can say that a session ended. Holds no secret."""
    response.set_cookie(SEEN_COOKIE, "1", max_age=_SEEN_DAYS * 86400, httponly=True, samesite="Lax")
    return response
