from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from diagnosis_app import env


@pytest.fixture(autouse=True)
def _declared_table(monkeypatch):
    monkeypatch.setattr(env, "DECLARED", dict(env.DECLARED))


@pytest.mark.parametrize(
    ("text", "words"),
    [("many", "expected a whole number"), ("3", "expected 5 to 60"), ("61", "expected 5 to 60")],
)
def test_a_number_that_is_none_or_out_of_bounds_names_the_variable_and_the_remedy(monkeypatch, text, words):
    monkeypatch.setenv("CLEW_X", text)
    with pytest.raises(ImproperlyConfigured, match=rf"^CLEW_X: '{text}' is not usable: {words}. Minutes of x\.$"):
        env.integer("CLEW_X", 10, "Minutes of x.", low=5, high=60)


def test_a_value_may_come_from_a_file_but_not_from_both(monkeypatch, tmp_path):
    (tmp_path / "x").write_text("12\n")
    monkeypatch.setenv("CLEW_X_FILE", str(tmp_path / "x"))
    assert env.integer("CLEW_X", 10, "X.", low=5, high=60) == 12
    monkeypatch.setenv("CLEW_X", "12")
    with pytest.raises(ImproperlyConfigured, match="CLEW_X and CLEW_X_FILE are both set"):
        env.integer("CLEW_X", 10, "X.", low=5, high=60)


def test_a_file_that_cannot_be_read_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CLEW_X_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match=r"CLEW_X_FILE names .*nothing, which cannot be read"):
        env.string("CLEW_X", "", "X.")


def test_a_secret_is_never_repeated_in_the_message(monkeypatch):
    monkeypatch.setenv("CLEW_X", "hunter2")
    with pytest.raises(ImproperlyConfigured, match="shorter than 32") as caught:
        env.key("CLEW_X", "A secret.", shortest=32)
    assert "hunter2" not in str(caught.value)


def test_neither_is_the_password_of_a_database(monkeypatch, tmp_path):
    monkeypatch.setenv("CLEW_X", "mysql://me:hunter2@host/name")
    with pytest.raises(ImproperlyConfigured, match="expected sqlite:///PATH or postgres") as caught:
        env.database("CLEW_X", tmp_path / "x", "X.")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["maybe", "2"])
def test_on_or_off_is_not_guessed(monkeypatch, text):
    monkeypatch.setenv("CLEW_X", text)
    with pytest.raises(ImproperlyConfigured, match="expected on or off"):
        env.boolean("CLEW_X", False, "X.")


def test_a_postgres_url_is_taken_apart(monkeypatch, tmp_path):
    monkeypatch.setenv("CLEW_X", "postgres://me:p%40ss@db:5433/clew?sslmode=require")
    found = env.database("CLEW_X", tmp_path / "x", "X.")
    assert (found["NAME"], found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "clew", "me", "p@ss", "db", "5433",
    )  # fmt: skip
    assert found["OPTIONS"] == {"sslmode": "require", "pool": env.POSTGRES_POOL}


def test_the_doctor_hears_of_every_problem_at_once(monkeypatch):
    problems: list[tuple[str, str]] = []
    monkeypatch.setattr(env, "PROBLEMS", problems)
    monkeypatch.setenv("CLEW_X", "many")
    assert env.integer("CLEW_X", 10, "X.", low=5, high=60) == 10
    env.key("CLEW_Y", "Y.", shortest=32)
    assert [name for name, _ in problems] == ["CLEW_X", "CLEW_Y"]


def test_a_number_that_is_not_given_is_none(monkeypatch):
    assert env.integer_or_none("CLEW_X", "X.", low=5, high=60) is None
    monkeypatch.setenv("CLEW_X", "7")
    assert env.integer_or_none("CLEW_X", "X.", low=5, high=60) == 7
    monkeypatch.setenv("CLEW_X", "4")
    with pytest.raises(ImproperlyConfigured, match="expected 5 to 60"):
        env.integer_or_none("CLEW_X", "X.", low=5, high=60)
