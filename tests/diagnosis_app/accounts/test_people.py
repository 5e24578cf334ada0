"""An admin and the people of their teams; people of other teams do not exist."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from diagnosis_app.accounts.models import Membership, Role, Token, User
from diagnosis_app.accounts.tokens import actor_for_token
from diagnosis_app.audit.models import Entry
from tests.people import PASSWORD, Clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, clinic: Clinic) -> Client:
    client.force_login(clinic.person(Role.ADMIN))
    return client


def add(admin: Client, clinic: Clinic, name: str = "i.halvorsen", **more: Any) -> Any:
    typed = {"name": name, "full_name": "Ingrid Halvorsen", "team": clinic.team.pk, "roles": ["clinician"]}
    return admin.post("/people/add/", typed | more)


def once(answer: Any) -> str:
    found = re.search(r"\b[a-z2-9]{4}(-[a-z2-9]{4}){3}\b", answer.content.decode())
    assert answer.status_code == 200 and found
    return found[0]


def roles(user: User, clinic: Clinic) -> set[str]:
    return set(user.memberships.filter(team=clinic.team).values_list("role", flat=True))


def test_an_added_person_signs_in_once_with_the_password_shown(admin: Client, clinic: Clinic) -> None:
    password = once(add(admin, clinic, roles=["clinician", "auditor"]))
    added = User.objects.get(username="i.halvorsen")
    assert roles(added, clinic) == {"clinician", "auditor"} and added.must_choose_password
    theirs = Client()
    assert theirs.post("/signin/", {"name": "i.halvorsen", "password": password}).status_code == 302
    assert theirs.get("/")["Location"] == "/account/"
    assert password not in repr(list(Entry.objects.values())) + admin.get("/people/").content.decode()
    row = Entry.objects.get(verb="people.add")
    assert (row.object, row.team_id, row.detail) == (
        f"user:{added.pk}", clinic.team.pk, {"roles": ["auditor", "clinician"]},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": "<script>"}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "RARE-CLINIC-CLINICIAN"}, "name"),
        ({"full_name": "x" * 121}, "full_name"),
        ({"roles": []}, "roles"),
        ({"roles": ["king"]}, "roles"),
    ],
)
def test_a_refused_person_names_the_field_and_keeps_what_was_typed(
    admin: Client, clinic: Clinic, typed: dict[str, Any], field: str
) -> None:
    people = User.objects.count()
    answer = add(admin, clinic, **typed)
    assert answer.status_code == 422 and field in answer.context["wrong"]
    assert answer.context["wrong"][field].hint
    assert answer.context["typed"]["full_name"] == typed.get("full_name", "Ingrid Halvorsen")
    assert User.objects.count() == people


def test_nobody_is_added_to_a_team_of_others(admin: Client, clinic: Clinic, other_clinic: Clinic) -> None:
    assert add(admin, clinic, team=other_clinic.team.pk).status_code == 404
    assert add(admin, clinic, team="x").status_code == 404


def test_people_of_other_teams_are_not_there(admin: Client, clinic: Clinic, other_clinic: Clinic) -> None:
    listed = admin.get("/people/").content.decode()
    assert "rare-clinic-clinician" in listed and "other-clinic" not in listed
    stranger = other_clinic.person()
    for action in ("", "roles/", "deactivate/", "reactivate/", "password/"):
        address = f"/people/{stranger.pk}/{action}"
        answer = admin.post(address, {"team": clinic.team.pk, "roles": ["admin"]}) if action else admin.get(address)
        missing = admin.post(f"/people/999999/{action}") if action else admin.get("/people/999999/")
        assert answer.status_code == missing.status_code == 404
    assert User.objects.get(pk=stranger.pk).check_password(PASSWORD)


def test_roles_change_and_the_change_is_in_the_trail(admin: Client, clinic: Clinic) -> None:
    person = clinic.person()
    admin.post(f"/people/{person.pk}/roles/", {"team": clinic.team.pk, "roles": ["curator", "auditor"]})
    assert roles(person, clinic) == {"curator", "auditor"}
    assert Entry.objects.get(verb="people.roles").detail == {
        "before": ["clinician"], "after": ["auditor", "curator"],
    }  # fmt: skip
    admin.post(f"/people/{person.pk}/roles/", {"team": clinic.team.pk, "roles": ["curator", "auditor"]})
    assert Entry.objects.filter(verb="people.roles").count() == 1


def test_an_admin_cannot_take_their_own_admin_role_nor_shut_themselves_out(admin: Client, clinic: Clinic) -> None:
    oneself = clinic.person(Role.ADMIN)
    for address, typed in (
        ("roles/", {"team": clinic.team.pk, "roles": ["clinician"]}),
        ("roles/", {"team": clinic.team.pk, "roles": []}),
        ("deactivate/", {}),
        ("password/", {}),
    ):
        assert admin.post(f"/people/{oneself.pk}/{address}", typed).status_code == 409
    assert roles(oneself, clinic) == {"admin"} and User.objects.get(pk=oneself.pk).is_active
    admin.post(f"/people/{oneself.pk}/roles/", {"team": clinic.team.pk, "roles": ["admin", "clinician"]})
    assert roles(oneself, clinic) == {"admin", "clinician"}


def test_another_admin_can_take_the_role_away(admin: Client, clinic: Clinic, make_user: Any) -> None:
    second = make_user("second", clinic.team, Role.ADMIN)
    answer = admin.post(f"/people/{second.pk}/roles/", {"team": clinic.team.pk, "roles": ["clinician"]})
    assert answer.status_code == 302 and roles(second, clinic) == {"clinician"}


def test_everybody_keeps_at_least_one_role(admin: Client, clinic: Clinic) -> None:
    answer = admin.post(f"/people/{clinic.person().pk}/roles/", {"team": clinic.team.pk, "roles": []})
    assert answer.status_code == 422 and roles(clinic.person(), clinic) == {"clinician"}


def test_a_deactivated_persons_sessions_and_tokens_die_at_once(admin: Client, clinic: Clinic) -> None:
    person, theirs = clinic.person(), Client()
    theirs.force_login(person)
    page = theirs.post("/account/tokens/", {"name": "x"}).content.decode()
    token = re.search(r"clew_[\w-]{43}", page)
    assert token and actor_for_token(token[0])
    assert admin.post(f"/people/{person.pk}/deactivate/").status_code == 302
    assert theirs.get("/account/").status_code == 302 and actor_for_token(token[0]) is None
    assert theirs.post("/signin/", {"name": person.username, "password": PASSWORD}).status_code == 422
    assert admin.post(f"/people/{person.pk}/reactivate/").status_code == 302
    assert theirs.post("/signin/", {"name": person.username, "password": PASSWORD}).status_code == 302
    admin.post(f"/people/{person.pk}/reactivate/")
    told = Entry.objects.filter(object=f"user:{person.pk}", verb__startswith="people.").order_by("seq")
    assert [row.verb for row in told] == ["people.deactivate", "people.reactivate"]


def test_a_new_password_ends_sessions_and_revokes_tokens(admin: Client, clinic: Clinic) -> None:
    person, theirs = clinic.person(), Client()
    theirs.force_login(person)
    theirs.post("/account/tokens/", {"name": "x"})
    password = once(admin.post(f"/people/{person.pk}/password/"))
    assert theirs.get("/account/").status_code == 302
    assert not Token.objects.filter(user=person, revoked_at=None).exists()
    assert Client().post("/signin/", {"name": person.username, "password": PASSWORD}).status_code == 422
    assert Client().post("/signin/", {"name": person.username, "password": password}).status_code == 302


def test_who_works_in_two_teams_is_out_of_reach_for_one_admin(
    admin: Client, clinic: Clinic, other_clinic: Clinic
) -> None:
    """Otherwise an admin of one team would hold the key to the other team's cases."""
    person = other_clinic.person()
    User.objects.filter(pk=person.pk).update(full_name="Eva Ek")
    Membership.objects.create(user=person, team=clinic.team, role=Role.CLINICIAN)
    page = admin.get(f"/people/{person.pk}/").content.decode()
    assert "also belongs to a team that you do not manage" in page and "Other Clinic" not in page
    for action in ("deactivate/", "reactivate/", "password/"):
        assert admin.post(f"/people/{person.pk}/{action}").status_code == 403
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)
    answer = admin.post(f"/people/{person.pk}/roles/", {"team": clinic.team.pk, "roles": []})
    assert answer["Location"] == "/people/" and roles(person, clinic) == set()
    assert roles(person, other_clinic) == {"clinician"}
    assert admin.get(f"/people/{person.pk}/").status_code == 404


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.CURATOR, Role.AUDITOR])
def test_only_an_admin_manages_people(client: Client, clinic: Clinic, role: Role) -> None:
    client.force_login(clinic.person(role))
    assert client.get("/people/").status_code == 403
    assert add(client, clinic).status_code == 403
