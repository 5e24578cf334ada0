from __future__ import annotations

from pathlib import Path

from django.db import connection

from diagnosis_app.accounts.models import Role
from diagnosis_app.accounts.policy import Verb


def test_the_database_is_the_one_that_was_asked_for(db):
    from tests.environment import database_kind

    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[database_kind()]


def test_a_clinic_has_a_person_in_every_role_and_each_may_do_their_own(clinic):
    assert set(clinic.people) == set(Role)
    assert clinic.actor().may(Verb.CASE_CREATE)
    assert not clinic.actor(Role.AUDITOR).may(Verb.CASE_CREATE)
    assert clinic.actor(Role.AUDITOR).may(Verb.AUDIT_READ)


def test_nothing_of_the_tests_is_written_beside_the_code(var, settings):
    assert Path(settings.VAR_DIR) == var.resolve()
    assert settings.BASE_DIR not in var.parents


def test_the_bundled_redis_answers(redis_server):
    import redis

    assert redis.Redis(unix_socket_path=redis_server.removeprefix("redis+socket://")).ping()
