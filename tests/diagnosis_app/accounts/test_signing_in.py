"""Signing in and out: what it says, where it leads, how it slows down guessing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from diagnosis_app.accounts import throttle
from diagnosis_app.accounts.guard import SEEN_COOKIE
from diagnosis_app.accounts.models import Role, SignInFailure, User
from diagnosis_app.audit.models import Entry
from tests.people import PASSWORD, Clinic

pytestmark = pytest.mark.django_db


def sign_in(client: Client, name: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/signin/", {"name": name, "password": password, **more})


def verbs() -> list[str]:
    return list(Entry.objects.order_by("seq").values_list("verb", flat=True))


def test_name_and_password_lead_to_the_worklist(client: Client, user: User) -> None:
    answer = sign_in(client, user.username)
    assert answer.status_code == 302 and answer["Location"] == "/"
    assert client.get("/account/").status_code == 200
    assert verbs() == ["account.sign_in"]


@pytest.mark.parametrize(
    ("role", "place"), [(Role.CLINICIAN, "/"), (Role.ADMIN, "/people/"), (Role.AUDITOR, "/audit/"),
                        (Role.CURATOR, "/knowledge/")],
)  # fmt: skip
def test_everybody_begins_where_their_role_works(client: Client, clinic: Clinic, role: Role, place: str) -> None:
    assert sign_in(client, clinic.person(role).username)["Location"] == place
    if role is not Role.CLINICIAN:
        assert client.get("/")["Location"] == place


def test_every_refusal_says_the_same(client: Client, user: User, make_user: Any, team: Any) -> None:
    gone = make_user("gone", team, Role.CLINICIAN)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    tries = [(user.username, "wrong"), ("nobody-here", PASSWORD), ("gone", PASSWORD), ("", ""), ("a\x00b", "x"),
             (user.username, "x" * 5000), (user.username.upper(), "\x00")]  # fmt: skip
    said = set()
    for name, password in tries:
        answer = sign_in(client, name, password)
        assert answer.status_code == 422
        said.add(answer.context["error"].message + answer.context["error"].hint)
        assert b"correct horse" not in answer.content
    assert len(said) == 1
    assert verbs() == ["account.sign_in_failed"] * len(tries)
    assert {row.object for row in Entry.objects.all()} == {"", f"user:{user.pk}", f"user:{gone.pk}"}


def test_a_name_typed_into_the_trail_is_never_kept(client: Client) -> None:
    sign_in(client, "my-secret-password", "x")
    rows = repr(list(Entry.objects.values())) + repr(list(SignInFailure.objects.values()))
    assert "my-secret-password" not in rows


def test_after_five_failures_one_has_to_wait_and_is_told_how_long(client: Client, user: User) -> None:
    for _ in range(throttle.NAME_AND_ADDRESS):
        assert sign_in(client, user.username, "wrong").status_code == 422
    answer = sign_in(client, user.username, PASSWORD)
    assert answer.status_code == 429 and int(answer["Retry-After"]) in range(1, throttle.FIRST_WAIT + 1)
    assert "Try again in" in answer.context["error"].message
    assert "_auth_user_id" not in client.session


def test_waiting_helps_and_success_forgives(client: Client, user: User) -> None:
    for _ in range(throttle.NAME_AND_ADDRESS):
        sign_in(client, user.username, "wrong")
    SignInFailure.objects.update(at=timezone.now() - timedelta(seconds=throttle.FIRST_WAIT + 1))
    assert sign_in(client, user.username).status_code == 302
    assert SignInFailure.objects.count() == 0


def test_the_wait_grows_with_every_further_failure(client: Client, user: User) -> None:
    now = timezone.now()
    waits = []
    for _ in range(throttle.NAME_AND_ADDRESS + 8):
        SignInFailure.objects.create(account=throttle._key(user.username), address="1.2.3.4", at=now)
        waits.append(throttle.waiting(user.username, "1.2.3.4", now))
    assert waits[:4] == [0, 0, 0, 0] and waits[4:8] == [30, 60, 120, 240] and waits[-1] == throttle.LONGEST_WAIT


def test_a_strangers_failures_elsewhere_do_not_lock_a_colleague_out_at_once(user: User) -> None:
    now = timezone.now()
    for _ in range(throttle.NAME_AND_ADDRESS):
        throttle.reserve(user.username, "6.6.6.6")
    assert throttle.waiting(user.username, "6.6.6.6", now) > 0
    assert throttle.waiting(user.username, "10.0.0.1", now) == 0
    assert throttle.waiting(user.username.upper() + " ", "6.6.6.6", now) > 0


def test_one_address_cannot_try_many_names(user: User) -> None:
    waits = [throttle.reserve(f"name-{i}", "6.6.6.6") for i in range(throttle.ADDRESS + 1)]
    assert waits[:-1] == [0] * throttle.ADDRESS and waits[-1] > 0


def test_failures_of_another_day_are_deleted(user: User) -> None:
    SignInFailure.objects.create(account="x", address="y", at=timezone.now() - timedelta(days=2))
    throttle.reserve("somebody", "1.1.1.1")
    assert SignInFailure.objects.count() == 1


@pytest.mark.parametrize(
    "target", ["/people/?x=1&y=2", "/cases/new/"],
)  # fmt: skip
def test_it_leads_back_to_where_one_was(client: Client, user: User, target: str) -> None:
    assert sign_in(client, user.username, next=target)["Location"] == target


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "http:///evil.example", "javascript:alert(1)",
     "\x01https://evil.example", "/signin/", "people/", "https:evil.example", "/\t/evil.example"],
)  # fmt: skip
def test_it_never_leads_to_another_host(client: Client, user: User, target: str) -> None:
    answer = sign_in(client, user.username, next=target)
    assert answer["Location"] == "/"
    assert client.get("/signin/", {"next": target})["Location"] == "/"


def test_a_page_asked_for_without_a_session_is_remembered(client: Client) -> None:
    answer = client.get("/people/?x=1")
    assert answer["Location"] == "/signin/?next=%2Fpeople%2F%3Fx%3D1"
    assert b"Sign in to open this page" in client.get(answer["Location"]).content


def test_the_page_says_that_a_session_has_ended(client: Client, user: User) -> None:
    sign_in(client, user.username)
    client.cookies.pop("clew_session")
    answer = client.get("/account/")
    assert "expired=1" in answer["Location"]
    assert b"Your session has ended" in client.get(answer["Location"]).content


def test_after_signing_out_nothing_speaks_of_an_ended_session(client: Client, user: User) -> None:
    sign_in(client, user.username)
    answer = client.post("/signout/")
    assert b"You are signed out" in client.get(answer["Location"]).content
    assert client.cookies[SEEN_COOKIE].value == ""
    client.cookies.pop(SEEN_COOKIE)
    assert "expired" not in client.get("/account/")["Location"]
    assert verbs() == ["account.sign_in", "account.sign_out"]


def test_a_fragment_is_told_and_not_redirected(client: Client) -> None:
    for header in ({"HX-Request": "true"}, {"X-Clew-Page": "1"}):
        answer = client.get("/account/", headers=header)
        assert answer.status_code == 401 and answer["X-Clew-Sign-In"] == "/signin/" and answer.content == b""


def test_a_refused_post_leads_back_to_the_page_it_came_from(client: Client) -> None:
    answer = client.post("/account/tokens/", {}, headers={"Referer": "http://testserver/account/"})
    assert "next=%2Faccount%2F" in answer["Location"]
    answer = client.post("/account/tokens/", {}, headers={"Referer": "http://evil.example/account/"})
    assert "next=%2F&" in answer["Location"] + "&"


def test_the_session_gets_a_new_key_at_sign_in(client: Client, user: User) -> None:
    client.get("/signin/")
    before = client.session.session_key
    sign_in(client, user.username)
    assert client.session.session_key != before


def test_signing_in_needs_the_pages_own_form(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, user.username).status_code == 403


def test_signing_out_is_never_a_link(signed_in: Client) -> None:
    assert signed_in.get("/signout/").status_code == 405
    assert signed_in.get("/account/").status_code == 200
