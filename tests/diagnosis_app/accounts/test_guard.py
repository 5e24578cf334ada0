"""The guard in front of every view: no mark, no entry; also for asynchronous views, as the web process runs them."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import AsyncClient, Client
from django.urls import include, path

from diagnosis_app.accounts.guard import actor_of, authenticates_itself, open_to_all, performs
from diagnosis_app.accounts.models import Role, User
from diagnosis_app.accounts.policy import Actor, Verb, actor_for
from diagnosis_app.errors import Forbidden, Hidden
from tests.people import Clinic


def unmarked(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open door")


@performs(Verb.CASE_READ)
def marked(request: HttpRequest) -> HttpResponse:
    return HttpResponse(actor_of(request).name)


@performs(Verb.CASE_READ)
async def waiting(request: HttpRequest) -> HttpResponse:
    return HttpResponse(actor_of(request).name)


@performs(Verb.CASE_READ)
async def flowing(request: HttpRequest) -> StreamingHttpResponse:
    async def parts() -> Any:
        yield actor_of(request).name.encode()

    return StreamingHttpResponse(parts())


@open_to_all
def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse("public")


@authenticates_itself
def outside(request: HttpRequest) -> HttpResponse:
    return HttpResponse("checks its own token")


urlpatterns = [
    path("try/unmarked/", unmarked),
    path("try/marked/", marked),
    path("try/waiting/", waiting),
    path("try/flowing/", flowing),
    path("try/public/", public),
    path("try/outside/", outside),
    path("", include("diagnosis_app.urls")),
]
here = pytest.mark.urls(__name__)
pytestmark = pytest.mark.django_db


@here
def test_a_view_without_a_mark_is_a_closed_door(signed_in: Client) -> None:
    with pytest.raises(ImproperlyConfigured, match="declares no verb"):
        signed_in.get("/try/unmarked/")
    signed_in.raise_request_exception = False
    answer = signed_in.get("/try/unmarked/")
    assert answer.status_code == 500 and b"open door" not in answer.content and b"Traceback" not in answer.content


@here
def test_marks_open_what_they_say(client: Client, user: User) -> None:
    assert client.get("/try/public/").content == b"public"
    assert client.get("/try/outside/").status_code == 200
    assert client.get("/try/marked/").status_code == 302
    client.force_login(user)
    assert client.get("/try/marked/").content == user.display_name.encode()


@here
@pytest.mark.parametrize("address", ["/try/marked/", "/try/waiting/", "/try/flowing/"])
def test_the_guard_stands_before_asynchronous_views_too(clinic: Clinic, address: str) -> None:
    async def ask(user: User | None) -> Any:
        client = AsyncClient()
        if user:
            await client.aforce_login(user)
        answer = await client.get(address)
        body = b"".join([part async for part in answer.streaming_content]) if answer.streaming else answer.content
        return answer.status_code, body

    assert async_to_sync(ask)(None)[0] == 302
    assert async_to_sync(ask)(clinic.person(Role.AUDITOR))[0] == 403
    assert async_to_sync(ask)(clinic.person()) == (200, clinic.person().display_name.encode())


class Thing:
    def __init__(self, team_id: int) -> None:
        self.team_id = team_id


def test_the_policy_denies_what_it_does_not_name(clinic: Clinic, other_clinic: Clinic) -> None:
    actor, own, foreign = clinic.actor(), Thing(clinic.team.pk), Thing(other_clinic.team.pk)
    actor.require(Verb.CASE_READ, own)
    with pytest.raises(Hidden):
        actor.require(Verb.CASE_READ, foreign)
    with pytest.raises(Forbidden):
        actor.require(Verb.AUDIT_READ, own)
    with pytest.raises(Hidden):
        actor.require(Verb.AUDIT_READ, foreign)
    assert not actor.may(Verb.SIGN_IN) and actor.teams(Verb.CASE_READ) == {clinic.team.pk}


def test_nobody_and_the_deactivated_may_do_nothing(clinic: Clinic) -> None:
    user = clinic.person()
    user.is_active = False
    for actor in (actor_for(user, "page"), Actor(None, "nobody", "page", frozenset())):
        assert not any(actor.may(verb) for verb in Verb)
        with pytest.raises(Forbidden):
            actor.require(Verb.KNOWLEDGE_READ)
