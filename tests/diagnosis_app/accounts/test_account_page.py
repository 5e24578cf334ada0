"""One's own password and tokens."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from diagnosis_app.accounts.models import Membership, Role, Token, User
from diagnosis_app.accounts.policy import Verb
from diagnosis_app.accounts.tokens import actor_for_token
from diagnosis_app.audit.models import Entry
from tests.people import PASSWORD, Clinic

pytestmark = pytest.mark.django_db
NEW = "a quite different sentence"


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> Any:
    return client.post("/account/password/", {"old": old, "new": new, "again": again})


def make_token(client: Client, name: str = "nightly") -> str:
    answer = client.post("/account/tokens/", {"name": name})
    assert answer.status_code == 200
    found = re.search(r"clew_[\w-]{43}", answer.content.decode())
    assert found
    return found[0]


def test_a_changed_password_ends_the_other_sessions(signed_in: Client, user: User) -> None:
    other = Client()
    other.force_login(user)
    assert change(signed_in).status_code == 302
    assert signed_in.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert User.objects.get(pk=user.pk).check_password(NEW)
    assert Entry.objects.filter(verb="account.password", object=f"user:{user.pk}").count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"old": "wrong"}, "old"),
        ({"again": "something else"}, "again"),
        ({"new": "short", "again": "short"}, "new"),
        ({"new": "password1234", "again": "password1234"}, "new"),
        ({"new": PASSWORD, "again": PASSWORD}, "new"),
        ({"new": "x" * 1001, "again": "x" * 1001}, "new"),
        ({"new": "rare-clinic-clinician", "again": "rare-clinic-clinician"}, "new"),
    ],
)
def test_a_refused_password_names_its_field_and_changes_nothing(
    signed_in: Client, user: User, typed: dict[str, str], field: str
) -> None:
    answer = change(signed_in, **typed)
    assert answer.status_code == 422 and list(answer.context["wrong"]) == [field]
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert NEW.encode() not in answer.content


def test_a_one_time_password_opens_only_the_account_page(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(must_choose_password=True)
    client.force_login(user)
    assert client.get("/")["Location"] == "/account/"
    assert client.get("/terms/", headers={"X-Clew-Page": "1"}).status_code == 403
    assert client.post("/account/tokens/", {"name": "x"}).status_code == 422
    assert b"Choose your own password" in client.get("/account/").content
    assert change(client).status_code == 302
    assert client.get("/account/").status_code == 200
    assert client.get("/people/").status_code == 403


def test_a_token_is_shown_once_and_only_its_hash_is_kept(signed_in: Client, user: User) -> None:
    text = make_token(signed_in)
    assert text not in signed_in.get("/account/").content.decode()
    row = Token.objects.get()
    assert text not in repr(Token.objects.values()) and len(row.digest) == 64
    assert text.startswith(row.prefix)
    assert text not in repr(list(Entry.objects.values()))


def test_a_token_acts_with_the_roles_its_owner_has_now(signed_in: Client, user: User, clinic: Clinic) -> None:
    text = make_token(signed_in)
    actor = actor_for_token(text)
    assert actor and actor.via == "api" and actor.user_id == user.pk and actor.may(Verb.CASE_READ)
    Membership.objects.filter(user=user).update(role=Role.AUDITOR)
    actor = actor_for_token(text)
    assert actor and not actor.may(Verb.CASE_READ) and actor.may(Verb.AUDIT_READ)


@pytest.mark.parametrize("text", ["", "clew_", "clew_" + "x" * 43, "x" * 48, "clew_" + "x" * 10_000, "clew_\ud800\x00"])
def test_a_false_token_is_nobody(signed_in: Client, text: str) -> None:
    make_token(signed_in)
    assert actor_for_token(text) is None


def test_a_token_dies_with_revocation_deactivation_and_reset(signed_in: Client, user: User) -> None:
    text = make_token(signed_in)
    for change_, back in (
        ({"is_active": False}, {"is_active": True}),
        ({"must_choose_password": True}, {"must_choose_password": False}),
    ):
        User.objects.filter(pk=user.pk).update(**change_)
        assert actor_for_token(text) is None
        User.objects.filter(pk=user.pk).update(**back)
    assert actor_for_token(text)
    answer = signed_in.post(f"/account/tokens/{Token.objects.get().pk}/revoke/")
    assert answer.status_code == 302 and actor_for_token(text) is None
    assert signed_in.post(f"/account/tokens/{Token.objects.get().pk}/revoke/").status_code == 302
    assert Entry.objects.filter(verb="token.revoke").count() == 1


def test_a_colleagues_token_does_not_exist_here(signed_in: Client, clinic: Clinic) -> None:
    other = Client()
    other.force_login(clinic.person(Role.ADMIN))
    text = make_token(other)
    assert signed_in.post(f"/account/tokens/{Token.objects.get().pk}/revoke/").status_code == 404
    assert actor_for_token(text)


def test_last_use_is_written_at_most_once_a_minute(signed_in: Client) -> None:
    text = make_token(signed_in)
    actor_for_token(text)
    first = Token.objects.get().last_used_at
    assert first
    actor_for_token(text)
    assert Token.objects.get().last_used_at == first
    Token.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
    actor_for_token(text)
    last = Token.objects.get().last_used_at
    assert last and last >= first


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_token_needs_a_usable_name(signed_in: Client, name: str) -> None:
    answer = signed_in.post("/account/tokens/", {"name": name})
    assert answer.status_code == 422 and answer.context["token_problem"].field == "name"
    assert not Token.objects.exists()


def test_nobody_collects_tokens_without_end(signed_in: Client) -> None:
    for number in range(20):
        make_token(signed_in, f"script {number}")
    assert signed_in.post("/account/tokens/", {"name": "one more"}).status_code == 422
