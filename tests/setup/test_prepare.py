from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.management import call_command

from diagnosis_app.operations import prepare
from tests.environment import ROOT


@pytest.fixture
def said() -> list[str]:
    return []


def test_an_up_to_date_database_is_left_alone(db, said, monkeypatch):
    monkeypatch.setattr(prepare, "call_command", lambda *_, **__: pytest.fail("migrated again"))
    prepare.database(said.append)
    assert said == []


def test_static_files_are_collected_once_and_again_when_one_changes(settings, tmp_path, said):
    settings.STATIC_ROOT = tmp_path / "collected"
    ours = tmp_path / "ours"
    ours.mkdir()
    settings.STATICFILES_DIRS = [ours]
    (ours / "page.js").write_text("one")
    prepare.get_finders.__globals__["get_finder"].cache_clear()
    prepare.static_files(said.append)
    prepare.static_files(said.append)
    assert len(said) == 2, "it was collected although nothing had changed"  # what is done, and how long it took
    (ours / "page.js").write_text("another")
    prepare.static_files(said.append)
    assert len(said) == 4
    assert (settings.STATIC_ROOT / "page.js").read_text() == "another"
    prepare.get_finders.__globals__["get_finder"].cache_clear()


def test_knowledge_in_use_is_not_built_again(snapshot, said, monkeypatch):
    monkeypatch.setattr(prepare, "call_command", lambda *_, **__: pytest.fail("built again"))
    assert prepare.knowledge(said.append) == snapshot.id


def test_the_container_command_prepares_an_empty_directory_and_does_nothing_the_second_time(
    tmp_path, knowledge_directory
):
    environment = {
        **os.environ,
        "CLEW_VAR": str(tmp_path / "var"),
        "CLEW_KNOWLEDGE": str(knowledge_directory),
        "DATABASE_URL": "",
    }
    command = [sys.executable, str(ROOT / "manage.py"), "prepare"]

    def output() -> str:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    first, second = output(), output()
    assert "Preparing the database" in first
    assert "Collecting the pages' scripts" in first
    assert second.splitlines() == [line for line in first.splitlines() if line.startswith("Knowledge in use: ")]
    assert (tmp_path / "var").stat().st_mode & 0o077 == 0


def test_the_first_login_is_said_once_with_its_password(db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    assert "password" in prepare.first_login()
    call_command("firstlogin")
    assert str(tmp_path) in prepare.first_login()
