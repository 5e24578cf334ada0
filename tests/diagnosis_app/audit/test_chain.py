"""The audit trail cannot be changed through the database, and a change made around it is noticed."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, connections, transaction

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log, triggers
from diagnosis_app.audit.models import Entry

WHO = Actor(7, "A. Lindqvist", "page", frozenset())


@contextmanager
def triggers_dropped() -> Iterator[None]:
    """What only the owner of the database can do."""
    triggers.remove(connection)
    yield
    triggers.install(connection)


def append(rows: int) -> None:
    for number in range(rows):
        log.record(WHO, Verb.CASE_READ, object=f"case:{number}", team_id=1, detail={"number": number})


@pytest.mark.django_db
def test_the_database_refuses_to_change_a_row() -> None:
    append(2)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Entry.objects.filter(seq=1).update(actor="Nobody")
    assert Entry.objects.get(seq=1).actor == "A. Lindqvist"


@pytest.mark.django_db
def test_the_database_refuses_to_delete_a_row() -> None:
    append(2)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Entry.objects.filter(seq=2).delete()
    assert Entry.objects.count() == 2


@pytest.mark.django_db
def test_the_database_refuses_a_row_that_is_not_at_the_end() -> None:
    append(3)
    entry = Entry.objects.get(seq=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)
    if connection.vendor == "sqlite":
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            connection.cursor().execute("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2")


@pytest.mark.django_db
def test_postgresql_refuses_to_empty_the_table() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("TRUNCATE exists on PostgreSQL only: CLEW_TEST_DATABASE=postgres")
    append(1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute("TRUNCATE audit_entry")


@pytest.mark.django_db
def test_all_triggers_are_in_place_after_the_migrations() -> None:
    assert triggers.missing(connection) == []
    with triggers_dropped():
        assert len(triggers.missing(connection)) >= 2


@pytest.mark.django_db
def test_a_chain_that_nobody_touched_is_whole() -> None:
    assert log.verify() == log.Verdict(0, None, log.GENESIS)
    append(5)
    verdict = log.verify()
    assert verdict.whole and verdict.rows == 5
    assert verdict.head == Entry.objects.get(seq=5).digest


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "Nobody"),
        ("actor_id", 8),
        ("via", "api"),
        ("team_id", None),
        ("verb", "case.list"),
        ("object", "case:9"),
        ("detail", {"number": 99}),
        ("at", datetime(2020, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
        ("previous", "1" * 64),
        ("digest", "2" * 64),
    ],
)
def test_an_altered_column_is_noticed(column: str, value: object) -> None:
    append(4)
    with triggers_dropped():
        Entry.objects.filter(seq=3).update(**{column: value})
    verdict = log.verify()
    assert (verdict.broken_at, verdict.why, verdict.rows) == (3, "altered", 2)


@pytest.mark.django_db
def test_a_row_altered_together_with_its_digest_is_noticed_at_the_next_row() -> None:
    append(4)
    with triggers_dropped():
        entry = Entry.objects.get(seq=2)
        entry.actor = "Nobody"
        entry.digest = log.digest_of(entry)
        entry.save()
    assert (log.verify().broken_at, log.verify().why) == (3, "order")


@pytest.mark.django_db
def test_a_removed_row_is_noticed() -> None:
    append(4)
    with triggers_dropped():
        Entry.objects.filter(seq=2).delete()
    assert (log.verify().broken_at, log.verify().why) == (3, "gap")


@pytest.mark.django_db
def test_rows_removed_from_the_end_are_noticed_with_a_head_that_was_noted() -> None:
    append(4)
    noted = log.verify().head
    with triggers_dropped():
        Entry.objects.filter(seq=4).delete()
    append(2)
    assert log.verify().whole
    assert log.verify(noted).why == "anchor"


@pytest.mark.django_db
def test_an_inserted_row_is_noticed() -> None:
    append(3)
    with triggers_dropped():
        false = Entry.objects.get(seq=2)
        false.seq = 4
        false.save(force_insert=True)
    assert (log.verify().broken_at, log.verify().rows) == (4, 3)


@pytest.mark.django_db
def test_details_of_every_kind_come_back_as_they_were_digested() -> None:
    log.record(
        WHO,
        "case.export",
        object="case:" + "x" * 200,
        detail={
            "id": uuid.uuid4(),
            "verb": Verb.CASE_READ,
            "share": 0.1,
            "large": 1e300,
            "none": None,
            "yes": True,
            "many": [1, "två", {"b": 2, "a": 1}],
            "set": {"b", "a"},
            "nul": "a\x00b",
            "half": "\ud800",
            "long": "x" * 1000,
            5: "number as key",
        },
    )
    assert log.verify().whole
    entry = Entry.objects.get(seq=1)
    assert entry.detail["share"] == "0.1" and entry.detail["set"] == ["a", "b"] and entry.detail["nul"] == "ab"
    assert len(entry.detail["long"]) == 300 and len(entry.object) == 80


@pytest.mark.django_db
def test_a_very_long_name_does_not_stop_the_record() -> None:
    log.record(Actor(1, "n" * 500, "page", frozenset()), Verb.SIGN_OUT)
    assert log.verify().whole


@pytest.mark.django_db(transaction=True)
def test_no_action_without_its_row_and_no_row_without_its_action() -> None:
    append(1)
    with pytest.raises(RuntimeError), transaction.atomic():
        append(1)
        raise RuntimeError
    append(1)
    assert log.verify() == log.Verdict(2, None, Entry.objects.get(seq=2).digest)


@pytest.mark.django_db(transaction=True)
def test_an_action_on_many_rows_appends_all_it_recorded_when_it_ends() -> None:
    append(1)
    with transaction.atomic(), log.at_the_end():
        append(2)
        with log.at_the_end():
            append(1)
        assert Entry.objects.count() == 1, "the chain is not held yet"
    append(1)
    assert log.verify().rows == 5 and log.verify().whole
    with pytest.raises(RuntimeError), transaction.atomic(), log.at_the_end():
        append(1)
        raise RuntimeError
    append(1)
    assert log.verify().rows == 6 and log.verify().whole


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_extend_one_chain() -> None:
    writers, rows, failures = 6, 15, []

    def write() -> None:
        try:
            append(rows)
        except Exception as error:  # a thread's failure must reach the test
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert log.verify().rows == writers * rows and log.verify().whole
