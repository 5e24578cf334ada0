"""Numbers, cursors and bodies at the edge of what the API can mean; and readings that must leave a row."""

from __future__ import annotations

import base64

import pytest

from diagnosis_app.audit.models import Entry
from tests.diagnosis_app.api.asking import Asking, answer, failure

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("revision", [0, -1, 2**31, 2**63, 10**40, True, "1", 1.0, None])
def test_a_revision_is_a_whole_number_that_can_be_one(ask: Asking, revision: object) -> None:
    case = ask.made()
    body = {"revision": revision, "case": {"note": "other"}}
    failure(ask.put(f"/cases/{case['id']}/draft", body), 422, "input.invalid", field="revision")


def test_the_largest_revision_is_a_conflict(ask: Asking) -> None:
    case = ask.made()
    body = {"revision": 2**31 - 1, "case": {"note": "other"}}
    failure(ask.put(f"/cases/{case['id']}/draft", body), 409, "case.draft_conflict")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_cursor_at_the_end_of_time_is_refused(ask: Asking, moment: str) -> None:
    cursor = base64.urlsafe_b64encode(f"{moment} {'0' * 32}".encode()).decode()
    failure(ask.get("/cases", cursor=cursor), 422, "input.invalid", field="cursor")


def test_a_field_given_twice_is_refused_because_one_would_be_lost(ask: Asking) -> None:
    body = b'{"case": {"note": "first"}, "case": {"note": "second"}}'
    failure(ask.post("/cases", body), 400, "input.not_json", field="body")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b'{"case": null}', b'{"case": {"\\ud800": 1}}'])
def test_a_wrong_body_is_named_without_words_of_the_programme(ask: Asking, body: bytes) -> None:
    said = failure(ask.post("/cases", body), 422, "input.invalid")["message"]
    assert "NewCase" not in said
    assert "Content" not in said
    assert "unicode" not in said


def test_every_answer_that_shows_an_investigation_is_recorded(ask: Asking) -> None:
    case = ask.made()
    runs = f"/cases/{case['id']}/runs"
    run = answer(ask.post(runs), 201)
    before = Entry.objects.count()
    answer(ask.post(runs), 201)  # the one under way comes back
    answer(ask.get(runs))
    answer(ask.post(f"{runs}/{run['id']}/cancel"))
    answer(ask.post(f"{runs}/{run['id']}/cancel"))  # cancelled already: read, nothing more
    told = Entry.objects.filter(seq__gt=before).order_by("seq").values_list("verb", flat=True)
    assert list(told) == ["run.read", "case.read", "run.cancel", "run.read", "run.read"]
