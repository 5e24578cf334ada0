from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from diagnosis_app.operations import embedded_redis, local


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    for name in ("CLEW_SECRET_KEY", "CLEW_SECRET_KEY_FILE"):
        monkeypatch.setenv(name, "")  # so that what the code sets is taken back afterwards
    monkeypatch.setenv("CLEW_VAR", str(tmp_path / "var"))
    return tmp_path / "var"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_a_private_directory_and_a_private_secret(fresh):
    local.use_secret_file(create=True)
    assert mode(fresh) == 0o700
    assert mode(fresh / "secret-key") == 0o600
    assert len((fresh / "secret-key").read_text().strip()) == 64
    assert os.environ["CLEW_SECRET_KEY_FILE"] == str(fresh / "secret-key")


def test_a_second_start_keeps_the_secret(fresh):
    local.use_secret_file(create=True)
    before = (fresh / "secret-key").read_text()
    os.environ["CLEW_SECRET_KEY_FILE"] = ""
    local.use_secret_file(create=True)
    assert (fresh / "secret-key").read_text() == before


def test_a_secret_of_ones_own_is_left_alone(fresh, monkeypatch):
    monkeypatch.setenv("CLEW_SECRET_KEY", "x" * 40)
    local.use_secret_file(create=True)
    assert not fresh.exists()
    assert os.environ["CLEW_SECRET_KEY_FILE"] == ""


def test_only_serving_makes_a_secret(fresh):
    local.use_secret_file(create=False)
    assert not fresh.exists()


def test_a_directory_has_one_holder_and_the_next_one_hears_who(tmp_path):
    lock = local.Lock(tmp_path)
    lock.say("process 7, http://localhost:8000")
    with pytest.raises(local.AlreadyRunning) as caught:
        local.Lock(tmp_path)
    assert caught.value.said == "process 7, http://localhost:8000"
    lock.release()
    local.Lock(tmp_path).release()


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(tmp_path):
    deep = tmp_path / ("very-" * 30)
    assert embedded_redis.socket_in(tmp_path) == tmp_path / "redis.sock"
    short = embedded_redis.socket_in(deep)
    assert len(os.fsencode(short)) <= embedded_redis.LONGEST_SOCKET_PATH
    assert short != embedded_redis.socket_in(deep / "other"), "two installations must not share a Redis"


def test_a_socket_directory_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").symlink_to(tmp_path / "theirs")
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        embedded_redis.make_private(tmp_path / "ours")
