"""adduser, firstlogin and token on the command line."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from diagnosis_app.accounts.models import Role, Team, User
from diagnosis_app.accounts.tokens import actor_for_token
from diagnosis_app.audit.models import Entry

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_adduser_makes_person_team_and_password() -> None:
    said = run("adduser", "bo", "--role", "clinician", "--role", "auditor", "--team", "Ward 7", "--full-name", "Bo Ek")
    user = User.objects.get(username="bo")
    assert set(user.memberships.values_list("role", flat=True)) == {"clinician", "auditor"}
    assert Team.objects.get().name == "Ward 7" and user.must_choose_password and user.full_name == "Bo Ek"
    assert user.check_password(said.rsplit(": ", 1)[1].strip())
    assert Entry.objects.get().verb == "people.add" and Entry.objects.get().via == "command"


def test_adduser_reads_a_password_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough sentence\n"))
    said = run("adduser", "bo", "--role", "clinician", "--password-stdin")
    assert "sentence" not in said and "password" not in said
    assert User.objects.get().check_password("a long enough sentence") and not User.objects.get().must_choose_password


def test_adduser_gives_an_existing_person_more_roles() -> None:
    run("adduser", "bo", "--role", "clinician")
    password = User.objects.get().password
    assert "existed already" in run("adduser", "bo", "--role", "admin")
    assert User.objects.get().password == password and User.objects.get().memberships.count() == 2
    run("adduser", "bo", "--role", "admin")
    assert User.objects.get().memberships.count() == 2


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (["b o"], None, "cannot be used"),
        (["bo", "--password-stdin"], "short\n", "too short"),
        (["bo", "--team", " "], None, "not a name for a team"),
        (["bo", "--team", "x" * 121], None, "not a name for a team"),
        (["bo", "--role", "king"], None, "invalid choice"),
    ],
)
def test_adduser_refuses_in_words(
    monkeypatch: pytest.MonkeyPatch, words: list[str], typed: str | None, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed or ""))
    with pytest.raises(CommandError, match=said):
        run("adduser", *words, "--role", "clinician")
    assert not User.objects.exists() and not Entry.objects.exists()


def test_firstlogin_makes_one_person_with_every_role_and_a_private_file(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    said = run("firstlogin")
    file = tmp_path / "var" / "first-login.txt"
    user = User.objects.get()
    assert user.username == "clew" and user.memberships.count() == len(Role) and Team.objects.get().name == "Clinic"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    password = file.read_text().splitlines()[1].removeprefix("password: ")
    assert user.check_password(password) and password in said and str(file) in said


def test_firstlogin_again_changes_nothing_and_says_where_it_stands(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    run("firstlogin")
    file, hashed = tmp_path / "first-login.txt", User.objects.get().password
    password = file.read_text().splitlines()[1].removeprefix("password: ")
    said = run("firstlogin")
    assert str(file) in said and password not in said
    assert User.objects.get().password == hashed and Entry.objects.count() == 1


def test_firstlogin_forgets_a_password_that_was_changed(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    run("firstlogin")
    user = User.objects.get()
    user.set_password("another long sentence")
    user.save()
    assert "your own name and password" in run("firstlogin")
    assert not (tmp_path / "first-login.txt").exists()


def test_token_prints_a_token_that_works() -> None:
    run("adduser", "bo", "--role", "clinician")
    User.objects.update(must_choose_password=False)
    actor = actor_for_token(run("token", "bo", "--name", "script").strip())
    assert actor and actor.user_id == User.objects.get().pk
    with pytest.raises(CommandError, match="Nobody active"):
        run("token", "nobody", "--name", "script")
    with pytest.raises(CommandError, match="no name"):
        run("token", "bo", "--name", " ")
