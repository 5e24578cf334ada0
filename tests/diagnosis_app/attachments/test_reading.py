"""A letter is read by a worker: once, bounded, with pages, and with a reason when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis_app.accounts.policy import Actor
from diagnosis_app.attachments import actions, reading, reading_state, reaper
from diagnosis_app.attachments.models import Attachment, State
from diagnosis_app.cases.models import Case
from tests.diagnosis_app.attachments import papers

pytestmark = pytest.mark.django_db


def read(actor: Actor, case: Case, name: str, content: bytes) -> Attachment:
    made = actions.add(actor, case, name, content)
    assert reading.carry(made.pk)
    made.refresh_from_db()
    return made


def test_a_pdf_keeps_its_pages_and_the_place_of_every_word(letter: Attachment) -> None:
    assert (letter.state, letter.kind, letter.pages) == (State.READY, "pdf", 2)
    text = letter.letter()
    for page, lines in enumerate((papers.PAGE_ONE, papers.PAGE_TWO), start=1):
        for line in lines:
            assert text.page_at(text.text.index(line)) == page
    first, second = text.stretches()
    assert (first.page, second.page) == (1, 2)
    assert papers.PAGE_TWO[0] in text.text[second.start : second.end]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("a.docx", papers.docx(), "docx"), ("a.txt", papers.TEXT.encode(), "text"), ("a.pdf", papers.docx(), "docx")],
)
def test_a_letter_is_read_by_what_it_holds(actor: Actor, case: Case, name: str, content: bytes, kind: str) -> None:
    made = read(actor, case, name, content)
    assert (made.state, made.kind) == (State.READY, kind)
    assert papers.PAGE_TWO[0] in made.letter().text
    assert bool(made.warnings) == (name == "a.pdf"), "a name that promises another kind is said"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 60, "document.unknown_type"),
        (papers.pdf()[:300], "document.damaged"),
        (b'{"text": "one"}\n{"text": "two"}\n', "attachment.kind"),
        (b"PK\x03\x04 no archive", "document.damaged"),
    ],
)
def test_what_is_no_letter_fails_with_a_reason_and_a_remedy(
    actor: Actor, case: Case, content: bytes, code: str
) -> None:
    made = read(actor, case, "LETTER.pdf", content)
    assert (made.state, made.code) == (State.FAILED, code)
    assert made.message and made.hint
    assert made.blocks == []


def test_a_picture_where_ocr_is_missing_says_so(actor: Actor, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LIMITS", replace(reading.LIMITS, ocr=False))
    made = read(actor, case, "scan.png", _picture())
    assert (made.state, made.code) == (State.FAILED, "document.no_text")
    assert "tesseract" in made.hint


def test_a_letter_is_read_once(waiting: Attachment) -> None:
    assert reading_state.claim(waiting.pk)
    assert not reading.carry(waiting.pk), "somebody else has it"
    waiting.refresh_from_db()
    assert waiting.state == State.READING and waiting.attempts == 1


def test_a_worker_that_dies_leaves_the_letter_to_the_next(waiting: Attachment) -> None:
    assert reading_state.claim(waiting.pk)
    assert reaper.sweep() == (0, 0)
    Attachment.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert reading.carry(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == State.READY


def test_a_letter_that_takes_every_worker_down_is_given_up(waiting: Attachment) -> None:
    Attachment.objects.update(attempts=reading_state.ATTEMPTS, lease_until=timezone.now() - timedelta(seconds=1))
    assert not reading.carry(waiting.pk)
    assert reaper.sweep() == (0, 1)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.code) == (State.FAILED, "attachment.gave_up")
    assert waiting.hint


def test_the_reaper_rings_for_a_letter_that_nobody_heard_of(
    waiting: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[object] = []
    monkeypatch.setattr(reaper, "ring", lambda pk: bool(rung.append(pk)) or True)
    assert reaper.sweep() == (1, 0)
    assert rung == [waiting.pk]
    Attachment.objects.update(rung_at=timezone.now())
    assert reaper.sweep() == (0, 0), "it may only be in the line"


def test_a_failure_of_ours_is_an_outcome_and_nothing_of_the_letter_is_logged(
    waiting: Attachment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(content: bytes, name: str, limits: object) -> None:
        raise KeyError("turricephaly of Jane Doe")

    monkeypatch.setattr(reading, "read", breaks)
    assert reading.carry(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.code) == (State.FAILED, "attachment.broken")
    assert "KeyError" in caplog.text
    assert "Jane" not in caplog.text and "LETTER" not in caplog.text


def test_a_letter_deleted_while_it_is_read_comes_back_nowhere(
    waiting: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reading.read

    def slow(content: bytes, name: str, limits: object) -> object:
        Attachment.objects.all().delete()
        return real(content, name)

    monkeypatch.setattr(reading, "read", slow)
    reading.carry(waiting.pk)
    assert not Attachment.objects.exists()


def test_what_a_note_refuses_is_gone_from_the_text(actor: Actor, case: Case) -> None:
    made = read(actor, case, "a.txt", "Broad\x07 thumbs\u202e here.\r\nNo seizures.\x0c\n\nSeen again.".encode())
    text = made.letter().text
    assert "\x07" not in text and "\u202e" not in text and "\r" not in text and "\x0c" not in text
    assert "Seen again." in text


def _picture() -> bytes:
    """A blank PNG of 1 x 1."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
    )
