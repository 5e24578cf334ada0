"""Who may do what through the API: every operation has a verb, and one table decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver

from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import TABLE, Verb
from diagnosis_app.api import site
from diagnosis_app.api.bearer import Token
from diagnosis_app.audit.models import Entry
from tests.diagnosis_app.api.asking import NOWHERE, Asking, answer, failure
from tests.people import Clinic

pytestmark = pytest.mark.django_db


def operations() -> Iterator[tuple[str, str, Any]]:
    """(method, path, operation) of everything that the API can be asked."""
    for router in site.api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, path, operation


EVERY = [pytest.param(method, path, op, id=f"{method} {path}") for method, path, op in operations()]
OF_A_CASE = [one for one in EVERY if "_id" in str(one.values[1]) and "case" in str(one.values[1])]


def somewhere(path: str, values: dict[str, str]) -> str:
    """The path with a value for each of its parameters."""
    return re.sub(r"{(?:\w+:)?(\w+)}", lambda match: values[match[1]], path)


NOTHING = {
    **{"case_id": NOWHERE, "run_id": NOWHERE, "number": "1", "term_id": "HP:0001250", "disease_id": "OMIM:154700"},
    **{"one": "OMIM:154700", "other": "OMIM:101600", "published_id": "nobody", "ingestion_id": NOWHERE},
    **{
        "batch_id": NOWHERE,
        "local_id": NOWHERE,
        "mark_id": "1",
        "key": "ask-1",
        "disease": "OMIM:154700",
        "login": "nobody",
    },
    "evidence": "f" * 64,
}
BODIES: dict[str, Any] = {  # what is read before the object is looked for
    "store_draft": {"revision": 1, "case": {}},
    "answer_question": {"answer": "unknown"},
    "give_verdict": {"verdict": "plausible"},
    "ask_second_reader": {"reader": "nobody"},
    "mark_wrong_citation": {"disease": "OMIM:154700", "evidence": "f" * 64, "reason": "other"},
    "add_local_case": {"disease": "OMIM:154700", "consent": "patient", "reference": "1", "shown": "x"},
    "withdraw_local_case": {"reason": "mistake"},
}


@pytest.mark.parametrize(("method", "path", "operation"), EVERY)
def test_every_operation_has_a_verb_of_the_policy(method: str, path: str, operation: Any) -> None:
    (door,) = operation.auth_callbacks
    assert isinstance(door, Token)
    assert door.verb in TABLE
    assert operation.openapi_extra["x-clew-verb"] == door.verb


@pytest.mark.parametrize(("method", "path", "operation"), EVERY)
def test_every_operation_refuses_who_has_no_token(method: str, path: str, operation: Any) -> None:
    failure(Asking(token="clew_nobody").ask(method, somewhere(path, NOTHING)), 401, "unauthenticated")


@pytest.mark.parametrize(("method", "path", "operation"), EVERY)
def test_every_operation_refuses_the_roles_that_the_table_does_not_name(
    clinic: Clinic, method: str, path: str, operation: Any
) -> None:
    for role in set(Role) - TABLE[operation.auth_callbacks[0].verb]:
        failure(Asking(clinic.person(role)).ask(method, somewhere(path, NOTHING)), 403, "forbidden")


@pytest.mark.parametrize(("method", "path", "operation"), OF_A_CASE)
def test_an_object_of_another_team_does_not_exist(
    ask: Asking, stranger: Asking, method: str, path: str, operation: Any
) -> None:
    case = ask.made()
    answer(ask.post(f"/cases/{case['id']}/versions"), 201)
    values = NOTHING | {"case_id": case["id"]}
    if "run_id" in path:
        values["run_id"] = answer(ask.post(f"/cases/{case['id']}/runs"), 201)["id"]
    body = BODIES.get(operation.operation_id)
    before = answer(ask.get(f"/cases/{case['id']}"))
    theirs = failure(stranger.ask(method, somewhere(path, values), body), 404, "not_found")
    nobodys = failure(ask.ask(method, somewhere(path, NOTHING), body), 404, "not_found")
    assert theirs == nobodys, "the two answers tell them apart"
    assert answer(ask.get(f"/cases/{case['id']}")) == before


def test_no_address_of_the_api_leads_around_the_border() -> None:
    patterns = [pattern for pattern in walk(get_resolver()) if pattern[0].startswith("api/")]
    assert len(patterns) > 15
    for route, pattern in patterns:
        view = pattern.callback
        marked = getattr(view, "clew_api", False) or getattr(view, "clew_verb", None)
        assert marked, f"{route} has no mark"
        if route.startswith("api/v1/"):
            assert not getattr(view, "clew_open", False)


def walk(resolver: Any, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry
        else:
            yield from walk(entry, route)


def test_a_revoked_token_opens_nothing(clinic: Clinic) -> None:
    from diagnosis_app.accounts.actions import tokens
    from diagnosis_app.accounts.policy import actor_for

    person = clinic.person()
    asking = Asking(person)
    answer(asking.get("/cases"))
    tokens.revoke(actor_for(person, "page"), person, person.tokens.get().pk)
    failure(asking.get("/cases"), 401, "unauthenticated")


def test_a_person_who_left_opens_nothing(clinic: Clinic) -> None:
    asking = Asking(clinic.person())
    clinic.person().memberships.all().delete()
    failure(asking.get("/cases"), 403, "forbidden")
    clinic.person().is_active = False
    clinic.person().save()
    failure(asking.get("/cases"), 401, "unauthenticated")


def test_every_read_of_a_case_leaves_a_row_that_names_the_door(ask: Asking) -> None:
    case = ask.made()
    before = Entry.objects.filter(verb=Verb.CASE_READ).count()
    answer(ask.get(f"/cases/{case['id']}"))
    answer(ask.get(f"/cases/{case['id']}/versions"))
    rows = Entry.objects.filter(verb=Verb.CASE_READ, object=f"case:{case['id']}")
    assert rows.count() - before == 2
    assert {row.via for row in rows} == {"api"}
