"""Every route of the table in `test_policy_over_every_route`, tried by whom it should be closed to, and by whom not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import TABLE, Verb
from retrieval.cases import CaseBank
from tests.people import Clinic
from tests.security.one_of_everything import (
    World,
    one_of_everything,
    state,
)
from tests.security.test_policy_over_every_route import (
    BODIES,
    CLOSED,
    CLOSED_OPERATIONS,
    OF_EVERYBODY,
    OPERATIONS,
    PAGES,
    PROTOCOLS,
    WITH_OBJECT,
    Route,
    bearer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clinic: Clinic, other_clinic: Clinic, published: CaseBank) -> Iterator[World]:
    yield from one_of_everything(clinic, other_clinic)


def address(name: str, route: Route, world: World, objects: dict[str, Any] | None = None) -> str:
    kwargs = route.objects(world) if objects is None else objects
    return reverse(f"api:{name}" if name in OPERATIONS else name, kwargs=kwargs)


def elsewhere(route: Route, world: World) -> dict[str, Any]:
    """Ids that nobody has."""
    strange = {
        "case_id": uuid4(),
        "run_id": uuid4(),
        "search_id": uuid4(),
        "batch_id": uuid4(),
        "alert_id": 10**9,
        "user_id": 10**9,
        "token_id": 10**9,
        "number": 1,
        "attachment_id": uuid4(),
        "upload_id": "0" * 32,
        "local_id": uuid4(),
    }
    return {name: strange.get(name, value) for name, value in route.objects(world).items()}


def ask(client: Client, name: str, route: Route, path: str, *, method: str = "", **more: Any) -> Any:
    in_json = name in OPERATIONS or name in BODIES
    body = {"data": BODIES.get(name, {}), "content_type": "application/json"} if in_json else {}
    method = method or route.method
    return getattr(client, method.lower())(path, **(body if method not in {"GET", "DELETE"} else {}), **more)


def without(verb: Verb) -> list[Role]:
    return [role for role in Role if role not in TABLE.get(verb, frozenset())]


# --- pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLOSED)
def test_a_stranger_is_sent_to_sign_in(client: Client, world: World, name: str) -> None:
    path = address(name, PAGES[name], world)
    answer = ask(client, name, PAGES[name], path)
    assert answer.status_code == 302 and answer["Location"].startswith("/signin/?next=")
    fragment = ask(client, name, PAGES[name], path, headers={"X-Clew-Page": "1"})
    assert fragment.status_code == 401 and not fragment.content


@pytest.mark.parametrize("name", CLOSED)
def test_a_colleague_without_the_role_is_refused(client: Client, world: World, name: str) -> None:
    route = PAGES[name]
    assert route.verb
    for role in without(route.verb):
        client.force_login(world.clinic.person(role))
        answer = ask(client, name, route, address(name, route, world))
        if name == "worklist":  # the brand's link leads everybody to a place of their own
            assert answer.status_code == 302 and not answer["Location"].startswith("/signin/")
        else:
            assert answer.status_code == 403, role
            assert b"Your role does not allow this" in answer.content


@pytest.mark.parametrize("name", WITH_OBJECT)
def test_an_object_of_another_team_does_not_exist(client: Client, world: World, name: str) -> None:
    route = PAGES[name]
    assert route.verb
    for role in TABLE[route.verb]:
        client.force_login(world.other.person(role))
        theirs = ask(client, name, route, address(name, route, world))
        nobodys = ask(client, name, route, address(name, route, world, elsewhere(route, world)))
        assert theirs.status_code == nobodys.status_code == 404, role
        assert _plain(theirs, client) == _plain(nobodys, client), "the two answers can be told apart"


@pytest.mark.parametrize("name", WITH_OBJECT)
def test_a_foreign_object_is_closed_to_every_other_role_too(client: Client, world: World, name: str) -> None:
    route = PAGES[name]
    assert route.verb
    for role in without(route.verb):
        client.force_login(world.other.person(role))
        theirs = ask(client, name, route, address(name, route, world))
        nobodys = ask(client, name, route, address(name, route, world, elsewhere(route, world)))
        assert theirs.status_code == nobodys.status_code == 403, role


@pytest.mark.parametrize("name", CLOSED)
def test_whoever_has_the_role_gets_in(client: Client, world: World, name: str) -> None:
    """Otherwise the tests above would pass for a route that is simply broken."""
    route = PAGES[name]
    assert route.verb
    role = _role_for(route.verb)
    client.force_login(world.clinic.person(role))
    more: dict[str, Any] = {"data": {"team": world.clinic.team.pk}} if name.startswith("person_") else {}
    answer = ask(client, name, route, address(name, route, world), **more)
    if name == "knowledge_document":  # the tests' knowledge holds no text; the page says so, to whoever may read
        assert answer.status_code == 404 and b"This text is not here any more" in answer.content
        return
    assert answer.status_code in {200, 302, 409, 422}, answer.content[:300]
    assert not answer.headers.get("Location", "").startswith("/signin/")


@pytest.mark.parametrize("name", [name for name in PAGES if PAGES[name].method == "POST"])
def test_what_changes_something_is_never_a_link(client: Client, world: World, name: str) -> None:
    route = PAGES[name]
    role = next(iter(sorted(TABLE[route.verb]))) if route.verb else Role.CLINICIAN
    client.force_login(world.clinic.person(role))
    before = state()
    for method in ("GET", "HEAD"):
        assert ask(client, name, route, address(name, route, world), method=method).status_code == 405
    assert state() == before


@pytest.mark.parametrize("name", [name for name, route in PAGES.items() if route.method == "GET" and not route.also])
def test_what_only_shows_takes_no_post(client: Client, world: World, name: str) -> None:
    route = PAGES[name]
    if name in {"healthz", "readyz"}:
        return
    role = next(iter(sorted(TABLE[route.verb]))) if route.verb else Role.CLINICIAN
    client.force_login(world.clinic.person(role))
    assert ask(client, name, route, address(name, route, world), method="POST").status_code == 405


@pytest.mark.parametrize("name", [name for name, route in PAGES.items() if "POST" in {route.method, *route.also}])
def test_a_form_of_another_site_is_refused(world: World, name: str) -> None:
    route, client = PAGES[name], Client(enforce_csrf_checks=True)
    role = next(iter(sorted(TABLE[route.verb]))) if route.verb else Role.CLINICIAN
    client.force_login(world.clinic.person(role))
    before = state()
    answer = ask(client, name, route, address(name, route, world), method="POST")
    assert answer.status_code == 403 and b"csrf" in answer.content
    assert state() == before


# --- the API -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLOSED_OPERATIONS)
def test_the_api_asks_for_a_token_and_takes_no_session(client: Client, world: World, name: str) -> None:
    route = OPERATIONS[name]
    path = address(name, route, world)
    assert ask(client, name, route, path).status_code == 401
    client.force_login(world.clinic.person())
    assert ask(client, name, route, path).status_code == 401
    for false in ("Bearer clew_" + "x" * 43, "Bearer ", "Basic Y2xldzpjbGV3"):
        assert ask(client, name, route, path, headers={"Authorization": false}).status_code == 401


@pytest.mark.parametrize("name", CLOSED_OPERATIONS)
def test_the_api_refuses_a_colleague_without_the_role(client: Client, world: World, name: str) -> None:
    route = OPERATIONS[name]
    assert route.verb
    for role in without(route.verb):
        answer = ask(client, name, route, address(name, route, world), **bearer(world.clinic.person(role)))
        assert answer.status_code == 403 and answer.json()["code"] == "forbidden", role


@pytest.mark.parametrize("name", [name for name in CLOSED_OPERATIONS if OPERATIONS[name].has_object])
def test_the_api_hides_objects_of_another_team(client: Client, world: World, name: str) -> None:
    route = OPERATIONS[name]
    assert route.verb
    key = bearer(world.other.person(_role_for(route.verb)))
    theirs = ask(client, name, route, address(name, route, world), **key)
    if name in OF_EVERYBODY:
        assert theirs.status_code == 200
        return
    nobodys = ask(client, name, route, address(name, route, world, elsewhere(route, world)), **key)
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json() == nobodys.json()


@pytest.mark.parametrize("name", [name for name in CLOSED_OPERATIONS if OPERATIONS[name].has_object])
def test_the_api_lets_the_role_in(client: Client, world: World, name: str) -> None:
    route = OPERATIONS[name]
    assert route.verb
    key = bearer(world.clinic.person(_role_for(route.verb)))
    answer = ask(client, name, route, address(name, route, world), **key)
    assert answer.status_code in {200, 201, 409, 422}, answer.content[:300]


# --- protocols -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_asks_for_a_token_takes_no_session_and_refuses_who_has_no_role(
    client: Client, clinic: Clinic, name: str
) -> None:
    body: dict[str, Any] = {
        "data": {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        "content_type": "application/json",
    }
    assert client.post(reverse(name), **body).status_code == 401
    client.force_login(clinic.person())
    assert client.post(reverse(name), **body).status_code == 401
    for false in ("Bearer clew_" + "x" * 43, "Bearer ", "Basic Y2xldzpjbGV3"):
        assert client.post(reverse(name), **body, headers={"Authorization": false}).status_code == 401
    key = bearer(clinic.person())
    assert client.post(reverse(name), **body, **key).status_code == 200
    clinic.person().memberships.all().delete()
    assert client.post(reverse(name), **body, **key).status_code == 403


def _role_for(verb: Verb) -> Role:
    """A role that may do it: a clinician where that is one."""
    return Role.CLINICIAN if Role.CLINICIAN in TABLE[verb] else min(TABLE[verb])


def _plain(answer: Any, client: Client) -> str:
    """The page without what differs between any two answers."""
    text = str(answer.content.decode())
    csrf = answer.context["csrf_token"] if answer.context and "csrf_token" in answer.context else ""
    return text.replace(str(csrf), "") if csrf else text
