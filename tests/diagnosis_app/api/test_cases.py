"""Cases through the API: made, edited, saved, binned and restored by the same rules as on the pages."""

from __future__ import annotations

from typing import Any

import pytest

from diagnosis_app.audit import log
from diagnosis_app.cases.models import Case, Draft
from tests.diagnosis_app.api.asking import MARFAN, NOWHERE, Asking, answer, failure
from tests.people import Clinic, make_user

pytestmark = pytest.mark.django_db


def test_a_case_comes_back_as_it_was_sent(ask: Asking) -> None:
    sent = {
        "note": "Tall, long fingers. 高个子 طويل",
        "findings": [{"term": "HP:0001166", "status": "present", "onset": "P3Y"}],
        "sex": "female",
        "age": "P14Y",
    }
    made = answer(ask.post("/cases", {"case": sent}), 201)
    got = answer(ask.get(f"/cases/{made['id']}"))
    assert got == made
    assert got["content"]["note"] == sent["note"]
    assert got["content"]["findings"][0] == {
        "term": "HP:0001166",
        "label": "Arachnodactyly",
        "status": "present",
        "onset": "P3Y",
        "origin": "api",
        "quote": "",
        "relative": "",
        "letter": None,
    }
    assert got["reference"] == "C-0001"
    assert got["revision"] == 1
    assert "words" not in got["summary"]


def test_nothing_is_written_when_something_is_wrong(ask: Asking) -> None:
    for case in ({"findings": [{"term": "HP:9999999"}]}, {"note": "\x00"}, {"age": "old"}, {"surprise": 1}):
        failure(ask.post("/cases", {"case": case}), 422, answer(ask.post("/cases", {"case": case}), 422)["code"])
    assert not Case.objects.exists()


def test_a_draft_is_stored_only_from_the_revision_it_started_from(ask: Asking) -> None:
    case = ask.made()
    path = f"/cases/{case['id']}/draft"
    assert answer(ask.put(path, {"revision": 1, "case": {"note": "first"}})) == {"revision": 2}
    failure(ask.put(path, {"revision": 1, "case": {"note": "second"}}), 409, "case.draft_conflict")
    assert Draft.objects.get().content["note"] == "first"
    # The same content again after a lost answer is no conflict.
    assert answer(ask.put(path, {"revision": 1, "case": {"note": "first"}})) == {"revision": 2}


def test_saving_freezes_a_version_and_saving_again_makes_no_other(ask: Asking) -> None:
    case = ask.made(note="first")
    path = f"/cases/{case['id']}"
    one = answer(ask.post(f"{path}/versions"), 201)
    assert answer(ask.post(f"{path}/versions"), 201) == one
    answer(ask.put(f"{path}/draft", {"revision": 1, "case": {"note": "second"}}))
    two = answer(ask.post(f"{path}/versions"), 201)
    assert [one["number"], two["number"]] == [1, 2]
    assert [row["number"] for row in answer(ask.get(f"{path}/versions"))["versions"]] == [2, 1]
    assert answer(ask.get(f"{path}/versions/1"))["content"]["note"] == "first"
    assert answer(ask.get(path))["versions"] == 2
    failure(ask.get(f"{path}/versions/3"), 404, "not_found")


def test_a_case_in_the_bin_can_be_read_and_restored_but_not_changed(ask: Asking) -> None:
    case = ask.made()
    path = f"/cases/{case['id']}"
    assert answer(ask.delete(path))["deleted_at"]
    failure(ask.put(f"{path}/draft", {"revision": 1, "case": {}}), 409, "case.deleted")
    failure(ask.post(f"{path}/versions"), 409, "case.deleted")
    assert answer(ask.get("/cases"))["cases"] == []
    assert [one["id"] for one in answer(ask.get("/cases", deleted="true"))["cases"]] == [case["id"]]
    assert answer(ask.post(f"{path}/restore"))["deleted_at"] is None
    assert len(answer(ask.get("/cases"))["cases"]) == 1


def test_the_list_goes_on_by_cursor_without_gap_or_repetition(ask: Asking, stranger: Asking) -> None:
    made = [ask.made(MARFAN[:1])["id"] for _ in range(7)]
    stranger.made()
    seen: list[str] = []
    cursor: Any = ""
    pages = 0
    while cursor is not None:
        page = answer(ask.get("/cases", limit=3, cursor=cursor))
        assert len(page["cases"]) <= 3
        seen += [one["id"] for one in page["cases"]]
        cursor, pages = page["next"], pages + 1
    assert seen == made[::-1]
    assert pages == 3


def test_who_is_in_two_teams_names_the_team(clinic: Clinic, other_clinic: Clinic) -> None:
    person = make_user("both", clinic.team, "clinician")
    person.memberships.create(team=other_clinic.team, role="clinician")
    asking = Asking(person)
    body = failure(asking.post("/cases", {"case": {}}), 422, "input.invalid", field="team")
    assert "Other Clinic" in body["hint"]
    assert answer(asking.post("/cases", {"team": "Other Clinic"}), 201)["team"] == "Other Clinic"
    failure(asking.post("/cases", {"team": "No Clinic"}), 404, "not_found", field="team")


def test_no_one_makes_a_case_for_a_team_that_is_not_theirs(ask: Asking, other_clinic: Clinic) -> None:
    failure(ask.post("/cases", {"team": "Other Clinic"}), 404, "not_found", field="team")
    assert not Case.objects.exists()


def test_the_trail_stays_whole(ask: Asking) -> None:
    case = ask.made()
    ask.get(f"/cases/{NOWHERE}")
    ask.put(f"/cases/{case['id']}/draft", {"revision": 1, "case": {}})
    verdict = log.verify()
    assert verdict.broken_at is None
    assert verdict.rows >= 2
