"""The pages of letters, and what somebody sends them on purpose: refused by name, and never stored half."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client

from diagnosis_app.accounts.policy import Actor, Verb
from diagnosis_app.attachments import actions, reading
from diagnosis_app.attachments.models import Attachment
from diagnosis_app.audit.models import Entry
from diagnosis_app.cases import actions as cases
from diagnosis_app.cases.models import Case, Draft
from tests.diagnosis_app.attachments import papers
from tests.diagnosis_app.attachments.test_tracing import QUOTE, with_letter
from tests.people import Clinic

pytestmark = pytest.mark.django_db


def at(case: Case, *parts: object) -> str:
    return "/".join([f"/cases/{case.pk}/attachments", *map(str, parts)]) + "/"


def send(client: Client, case: Case, name: str, content: bytes, **more: Any) -> Any:
    headers = {"X-Clew-Name": quote(name, safe=""), "X-Clew-Page": "1"}
    return client.post(at(case, "add"), content, "application/octet-stream", headers=headers, **more)


def test_a_letter_is_added_listed_and_named(signed_in: Client, case: Case) -> None:
    answer = send(signed_in, case, "Brief Müller.pdf", papers.pdf())
    assert answer.status_code == 200
    body = answer.json()
    assert body["reading"] and body["name"] == "Brief Müller.pdf"
    assert body["names"] == {body["added"]: "Brief Müller.pdf"}
    reading.carry(Attachment.objects.get().pk)
    now = signed_in.get(at(case)).json()
    assert not now["reading"]
    assert "Insert into the note" in now["html"]
    assert Entry.objects.filter(verb="case.read", detail__part="letters").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.pdf", b"", 422, "attachment.empty"),
        ("a.pdf", b"x" * (21 * 1024 * 1024), 413, "attachment.too_large"),
    ],
)
def test_an_empty_file_and_one_of_21_mb_are_refused_by_name(
    signed_in: Client, case: Case, name: str, content: bytes, status: int, code: str
) -> None:
    answer = send(signed_in, case, name, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["field"] == "file" and answer.json()["hint"]
    assert not Attachment.objects.exists()


def test_a_body_longer_than_it_said_is_refused(signed_in: Client, case: Case) -> None:
    content = b"x" * (actions.LARGEST + 2)
    assert send(signed_in, case, "a.pdf", content).status_code == 413


@pytest.mark.parametrize("stated", ["", "-1", "9" * 40, "x"])
def test_a_length_that_is_none_is_no_failure(signed_in: Client, case: Case, stated: str) -> None:
    answer = send(signed_in, case, "a.txt", b"words", CONTENT_LENGTH=stated)
    assert answer.status_code in {200, 413, 422}


@pytest.mark.parametrize("name", ["../../x.txt", "a\u202egpj.txt", "\x00\r\nX: y", "", "x" * 5000, "%ff%fe.txt"])
def test_a_hostile_name_is_shown_as_one_plain_line(signed_in: Client, case: Case, name: str) -> None:
    answer = send(signed_in, case, name, b"words")
    assert answer.status_code == 200
    shown = Attachment.objects.get().name
    assert 0 < len(shown) <= 120 and shown.isprintable() and "/" not in shown
    saved = signed_in.get(at(case, answer.json()["added"], "file"))
    assert saved.status_code == 200 and "\n" not in saved["Content-Disposition"]


def test_markup_in_a_name_and_in_a_letter_is_text(signed_in: Client, case: Case) -> None:
    answer = send(signed_in, case, "<img src=x onerror=alert(1)>.txt", b"Girl <script>alert(1)</script> with seizures.")
    made = Attachment.objects.get()
    reading.carry(made.pk)
    for page in (answer.json()["html"], signed_in.get(at(case, made.pk)).content.decode()):
        assert "<img" not in page and "<script>alert" not in page


def test_a_form_where_a_file_belongs_is_refused_in_words(signed_in: Client, case: Case) -> None:
    answer = signed_in.post(at(case, "add"), {"file": "x"})
    assert answer.status_code == 422 and answer.json()["field"] == "file"


def test_the_file_is_saved_and_never_shown_in_the_origin_of_the_clinic(signed_in: Client, case: Case) -> None:
    made = send(signed_in, case, "page.html", b"<html><body><p>Seizures.</p></body></html>").json()["added"]
    answer = signed_in.get(at(case, made, "file"))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("what", "method"), [
    ("", "get"), ("text", "get"), ("file", "get"), ("remove", "post"), ("restore", "post"), ("erase", "post"),
    ("retry", "post"),
])  # fmt: skip
def test_a_letter_of_another_case_or_of_nobody_does_not_exist(
    signed_in: Client, actor: Actor, case: Case, clinic: Clinic, letter: Attachment, what: str, method: str
) -> None:
    other = cases.create_case(actor, clinic.team.pk)
    parts = [what] if what else []
    for address in (at(other, letter.pk, *parts), at(case, uuid4(), *parts)):
        assert getattr(signed_in, method)(address).status_code == 404
    letter.refresh_from_db()
    assert letter.deleted_at is None


def test_the_page_marks_the_words_of_a_finding_on_their_page(signed_in: Client, case: Case, letter: Attachment) -> None:
    start = letter.letter().text.index(QUOTE)
    page = signed_in.get(at(case, letter.pk), {"at": f"{start}-{start + len(QUOTE)}"}).content.decode()
    assert f'<mark class="let-m" id="at">{QUOTE}</mark>' in page
    assert page.index("Page 2") < page.index("<mark") and page.count("<mark") == 1


@pytest.mark.parametrize("asked", ["9-1", "x", "-1-4", "0-999999999", "1-" + "9" * 400, "\u0661-\u0665", "3-3"])
def test_a_place_that_is_none_marks_nothing_and_says_so(
    signed_in: Client, case: Case, letter: Attachment, asked: str
) -> None:
    answer = signed_in.get(at(case, letter.pk), {"at": asked})
    assert answer.status_code == 200
    assert b"<mark" not in answer.content and b"is not in this letter" in answer.content


def test_a_letter_that_is_still_read_cannot_be_inserted(signed_in: Client, case: Case, waiting: Attachment) -> None:
    answer = signed_in.get(at(case, waiting.pk, "text"))
    assert (answer.status_code, answer.json()["code"]) == (409, "attachment.not_ready")


def test_what_is_inserted_is_what_the_letter_says(signed_in: Client, case: Case, letter: Attachment) -> None:
    body = signed_in.get(at(case, letter.pk, "text")).json()
    whole = letter.letter().text
    assert [one["page"] for one in body["stretches"]] == [1, 2]
    for one in body["stretches"]:
        assert whole[one["offset"] :].startswith(one["text"])
    row = Entry.objects.get(verb="attachment.read")
    assert row.detail == {"attachment": str(letter.pk), "part": "insert"}


def test_the_draft_answers_with_the_trace_and_says_what_was_lost(
    signed_in: Client, case: Case, letter: Attachment
) -> None:
    body = json.dumps({"base": 1, "content": with_letter(letter)})
    answer = signed_in.post(f"/cases/{case.pk}/draft/", body, "application/json").json()
    assert "from LETTER.pdf, page 2" in answer["findings"] and answer["lost"] == ""
    assert f"/attachments/{letter.pk}/?at=" in answer["findings"]
    wrong = with_letter(letter)
    wrong["note"] = "other words"
    body = json.dumps({"base": 2, "content": wrong})
    answer = signed_in.post(f"/cases/{case.pk}/draft/", body, "application/json").json()
    assert "no longer equals its letter" in answer["lost"]
    assert "letters" not in answer["content"]
    assert "from LETTER.pdf, page 2" in answer["findings"], "the finding's own words still stand in the letter"


def test_a_version_shows_the_trace_also_after_the_letter_was_deleted(
    signed_in: Client, actor: Actor, case: Case, letter: Attachment
) -> None:
    cases.store_draft(actor, case, with_letter(letter), 1)
    cases.save_version(actor, case)
    page = signed_in.get(f"/cases/{case.pk}/history/1/").content.decode()
    assert page.count("from LETTER.pdf, page 2") == 2, "in the note, and beside the finding"
    actions.remove(actor, case, letter.pk)
    actions.erase(actor, case, letter.pk)
    answer = signed_in.get(f"/cases/{case.pk}/history/1/")
    assert answer.status_code == 200 and "from a letter that was deleted" in answer.content.decode()
    assert "LETTER.pdf" not in answer.content.decode()


def test_nothing_that_leaves_the_case_names_a_letter(
    signed_in: Client, actor: Actor, case: Case, letter: Attachment
) -> None:
    cases.store_draft(actor, case, with_letter(letter), 1)
    packet = signed_in.get(f"/cases/{case.pk}/phenopacket/").json()
    import base64

    from diagnosis_app.interop.supplement import _PREFIX

    inside = base64.b64decode(packet["files"][0]["uri"].removeprefix(_PREFIX)).decode()
    text = signed_in.get(f"/cases/{case.pk}/text/").content.decode()
    stored = json.dumps(Draft.objects.get(case=case).content)
    for out in (json.dumps(packet), inside, text, stored):
        assert "LETTER" not in out
    for out in (json.dumps(packet), inside, text):
        assert str(letter.pk) not in out
    assert "letters are not exported" in signed_in.get(f"/cases/{case.pk}/export/").content.decode()


def test_an_investigation_is_asked_without_letters(actor: Actor, case: Case, letter: Attachment) -> None:
    """What the agents get is the profile: terms and ages."""
    cases.store_draft(actor, case, with_letter(letter), 1)
    profile = cases.content_of(cases.find(actor, Verb.CASE_READ, case.pk).draft).profile()
    assert "LETTER" not in repr(profile) and str(letter.pk) not in repr(profile)
