"""The auditor's page, its export and the command."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.test import AsyncClient, Client

from diagnosis_app.accounts.models import Membership, Role
from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.audit import log, reading
from diagnosis_app.audit.models import Entry
from tests.diagnosis_app.audit.test_chain import triggers_dropped
from tests.people import Clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client: Client, clinic: Clinic) -> Client:
    client.force_login(clinic.person(Role.AUDITOR))
    return client


def append(clinic: Clinic, rows: int, verb: str = "case.read", role: Role = Role.CLINICIAN) -> None:
    for number in range(rows):
        log.record(clinic.actor(role), verb, object=f"case:{number}", team_id=clinic.team.pk)


def shown(answer: Any) -> list[int]:
    assert answer.status_code == 200
    return [entry.seq for entry in answer.context["page"].rows]


def export(auditor: Client, clinic: Clinic, **filters: str) -> list[dict[str, Any]]:
    """Streamed as a browser gets it: through ASGI."""

    async def fetch() -> str:
        client = AsyncClient()
        await client.aforce_login(clinic.person(Role.AUDITOR))
        answer = await client.post("/audit/export/", filters)
        assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
        return b"".join([part async for part in answer.streaming_content]).decode()

    return [json.loads(line) for line in async_to_sync(fetch)().splitlines()]


def test_the_newest_rows_come_first_and_older_ones_page_by_page(auditor: Client, clinic: Clinic) -> None:
    append(clinic, reading.PAGE + 5)
    first = auditor.get("/audit/")
    assert shown(first) == list(range(reading.PAGE + 5, 5, -1))
    assert shown(auditor.get(f"/audit/?below={first.context['page'].older}")) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("person=Rare+Clinic+Admin", [3]),
        ("person=rare", [3, 2, 1]),
        ("verb=case.save", [2]),
        ("object=case:0", [3, 2, 1]),
        ("object=run:", []),
        ("verb=case.save&person=admin", []),
        ("since=2000-01-01&until=2000-01-02", []),
        ("since=2000-01-01", [3, 2, 1]),
        ("until=2000-01-01", []),
    ],
)
def test_rows_can_be_looked_for(auditor: Client, clinic: Clinic, query: str, rows: list[int]) -> None:
    append(clinic, 1)
    append(clinic, 1, "case.save")
    append(clinic, 1, role=Role.ADMIN)
    assert shown(auditor.get(f"/audit/?{query}")) == rows


@pytest.mark.parametrize(
    "query", ["since=yesterday", "until=2026-13-40", "since=0000-00-00", "below=x", "below=" + "9" * 30, "person=%00",
              "verb=%27%20OR%201=1", "object=%25", "since=" + "1" * 5000],
)  # fmt: skip
def test_a_strange_query_is_answered_in_words(auditor: Client, clinic: Clinic, query: str) -> None:
    append(clinic, 1)
    answer = auditor.get(f"/audit/?{query}")
    assert answer.status_code == 200
    if query.startswith(("since", "until")):
        assert answer.context["filters"].problems[0].hint and shown(answer) == [1]


def test_an_auditor_sees_their_teams_and_what_belongs_to_nobody(
    auditor: Client, clinic: Clinic, other_clinic: Clinic
) -> None:
    append(clinic, 1)
    append(other_clinic, 1)
    log.record(other_clinic.actor(), Verb.SIGN_IN)  # without a team, by a person of another team
    log.record(clinic.actor(), Verb.SIGN_IN)
    log.record(Actor(None, "command line", "command", frozenset()), "audit.verify")
    assert shown(auditor.get("/audit/")) == [5, 4, 1]
    assert "Other Clinic" not in auditor.get("/audit/").content.decode()
    assert shown(auditor.get("/audit/?object=case:0")) == [1]


def test_the_page_says_that_the_chain_is_whole(auditor: Client, clinic: Clinic) -> None:
    append(clinic, 3)
    head = log.verify().head
    answer = auditor.post("/audit/verify/")
    assert 'data-verdict="whole"' in answer.content.decode() and head in answer.content.decode()
    row = Entry.objects.get(verb="audit.verify")
    assert row.detail["rows"] == 3 and row.actor_id == clinic.person(Role.AUDITOR).pk
    assert 'data-verdict="whole"' in auditor.post("/audit/verify/", {"noted": f" {head.upper()} "}).content.decode()
    assert 'data-verdict="anchor"' in auditor.post("/audit/verify/", {"noted": "f" * 64}).content.decode()


def test_the_page_names_the_first_broken_row_and_missing_triggers(auditor: Client, clinic: Clinic) -> None:
    append(clinic, 4)
    with triggers_dropped():
        Entry.objects.filter(seq=3).update(object="case:other")
        page = auditor.post("/audit/verify/").content.decode()
    assert 'data-verdict="broken"' in page and "Broken at row 3" in page and "2 rows before it fit" in page
    assert "audit protect" in page
    assert "audit protect" not in auditor.post("/audit/verify/").content.decode()


def test_the_export_can_be_checked_by_anybody_who_reads_it(auditor: Client, clinic: Clinic) -> None:
    append(clinic, 5)
    rows = export(auditor, clinic)
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[-1]["verb"] == "audit.export"
    previous = log.GENESIS
    for row in rows:
        body = {name: value for name, value in row.items() if name != "digest"}
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert row["previous"] == previous and hashlib.sha256(text.encode()).hexdigest() == row["digest"]
        previous = row["digest"]


def test_the_export_holds_what_was_asked_for_and_nothing_of_others(
    auditor: Client, clinic: Clinic, other_clinic: Clinic
) -> None:
    append(clinic, 2)
    append(clinic, 1, "case.save")
    append(other_clinic, 2, "case.save")
    assert [row["seq"] for row in export(auditor, clinic, verb="case.save")] == [3]
    assert {row["team_id"] for row in export(auditor, clinic)} == {clinic.team.pk}
    assert Entry.objects.filter(verb="audit.export").first().detail == {}  # type: ignore[union-attr]


def test_an_auditor_who_loses_the_role_loses_the_page(auditor: Client, clinic: Clinic) -> None:
    Membership.objects.filter(user=clinic.person(Role.AUDITOR)).update(role=Role.CURATOR)
    assert auditor.get("/audit/").status_code == 403
    assert auditor.post("/audit/export/").status_code == 403


def run(*words: str) -> tuple[str, int]:
    out, code = io.StringIO(), 0
    try:
        call_command("audit", *words, stdout=out)
    except SystemExit as left:
        code = int(left.code or 0)
    return out.getvalue(), code


def test_the_command_ends_with_1_when_the_chain_is_broken(clinic: Clinic) -> None:
    append(clinic, 4)
    said, code = run("verify")
    assert code == 0 and "whole: 4 rows" in said
    with triggers_dropped():
        Entry.objects.filter(seq=2).update(actor="Nobody")
    said, code = run("verify")
    assert code == 1 and "breaks at row 2" in said


def test_the_command_notices_a_head_that_is_gone_and_missing_triggers(clinic: Clinic) -> None:
    append(clinic, 2)
    said, code = run("verify", "--head", "a" * 64)
    assert code == 1 and "not in the chain" in said
    assert run("verify", "--head", log.verify().head)[1] == 0
    with triggers_dropped():
        said, code = run("verify")
    assert code == 1 and "audit protect" in said
    assert run("verify")[1] == 0


def test_the_command_puts_triggers_back_and_exports_every_row(clinic: Clinic, other_clinic: Clinic) -> None:
    with triggers_dropped():
        run("protect")
        assert run("verify")[1] == 0
    append(other_clinic, 1)
    rows = [json.loads(line) for line in run("export")[0].splitlines()]
    assert [row["seq"] for row in rows] == [1, 2, 3]


def test_times_keep_their_microseconds(clinic: Clinic) -> None:
    append(clinic, 1)
    with triggers_dropped():
        entry = Entry.objects.get()
        entry.at = datetime(2026, 11, 20, 23, 59, 59, 1, tzinfo=UTC)
        entry.digest = log.digest_of(entry)
        entry.save()
    assert log.verify().whole and Entry.objects.get().at.microsecond == 1
