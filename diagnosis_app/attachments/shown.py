"""Letters as the pages show them: the list beside the note, where a finding was read, the text with marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.attachments.letter import Letter
from diagnosis_app.attachments.models import Attachment, State
from diagnosis_app.cases.content import Content, LetterPlace

SLOW = timedelta(seconds=20)  # a letter that is read takes seconds; after this the page offers to try again
_AT = re.compile(r"([0-9]{1,9})-([0-9]{1,9})\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list. `stuck` is why nothing goes on, where a person can do something about it."""

    id: str
    name: str
    state: str
    about: str
    problem: str
    code: str
    warnings: tuple[str, ...]
    stuck: bool
    away: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where words of the case stand. Without `url` the letter was deleted for good."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of a page; `marked` are the words that were asked for."""

    text: str
    marked: bool = False
    first: bool = False  # the place that the address leads to


@dataclass(frozen=True, slots=True)
class Page:
    number: int | None
    parts: tuple[tuple[str, tuple[Piece, ...]], ...]  # (kind of block, its text)


def row(letter: Attachment) -> Row:
    stuck = _stuck(letter)
    if letter.state == State.FAILED:
        problem = f"{letter.message} {letter.hint}".strip()
    elif stuck:
        problem = _("Nobody has begun to read it: the queue does not answer. It is tried again by itself.")
    else:
        problem = ""
    return Row(
        id=str(letter.pk),
        name=letter.name,
        state=letter.state,
        about=_about(letter),
        problem=problem,
        code=letter.code,
        warnings=tuple(letter.warnings),
        stuck=stuck,
        away=letter.deleted_at is not None,
    )


def origins(case_id: UUID, content: Content) -> Mapping[str, Attachment]:
    """The letters that a content names, by id, without their text."""
    named = {one.attachment for one in content.letters}
    named |= {entry.letter.attachment for entry in content.findings if entry.letter is not None}
    if not named:
        return {}
    rows = Attachment.objects.filter(case_id=case_id, pk__in=named).only("id", "name", "case_id", "deleted_at")
    return {str(one.pk): one for one in rows}


def origin(place: LetterPlace, length: int, letters: Mapping[str, Attachment]) -> Origin:
    found = letters.get(place.attachment)
    if found is None:
        return Origin(_("from a letter that was deleted"), "")
    kwargs = {"case_id": found.case_id, "attachment_id": found.pk}
    url = f"{reverse('letter', kwargs=kwargs)}?at={place.offset}-{place.offset + length}#at"
    named = {"name": found.name, "page": place.page}
    words = _("from %(name)s, page %(page)s") % named if place.page else _("from %(name)s") % named
    return Origin(words, url)


@dataclass(frozen=True, slots=True)
class NotePiece:
    """A run of the note; with `origin` where a letter begins, or goes on with another page."""

    text: str
    origin: Origin | None = None


def note_pieces(content: Content, letters: Mapping[str, Attachment]) -> tuple[NotePiece, ...]:
    """The note of a version, told apart by where it came from."""
    pieces, done = [], 0
    last: tuple[str, int | None] | None = None
    for one in content.letters:
        if one.note_start > done:
            pieces.append(NotePiece(content.note[done : one.note_start]))
        here = (one.attachment, one.page)
        length = one.note_end - one.note_start
        named = origin(one, length, letters) if here != last else None
        pieces.append(NotePiece(content.note[one.note_start : one.note_end], named))
        done, last = one.note_end, here
    if done < len(content.note):
        pieces.append(NotePiece(content.note[done:]))
    return tuple(pieces)


def asked_span(text: str, length: int) -> tuple[int, int] | None:
    """`120-134` of an address, if it lies in the text."""
    match = _AT.match(text)
    if match is None:
        return None
    start, end = int(match[1]), int(match[2])
    return (start, end) if start < end <= length else None


def pages(letter: Letter, span: tuple[int, int] | None) -> Iterator[Page]:
    parts: list[tuple[str, tuple[Piece, ...]]] = []
    number: int | None = None
    for part in letter.parts:
        if parts and part.page != number:
            yield Page(number, tuple(parts))
            parts = []
        number = part.page
        parts.append((part.kind, tuple(_pieces(part.text, part.start, span))))
    if parts:
        yield Page(number, tuple(parts))


def _pieces(text: str, start: int, span: tuple[int, int] | None) -> Iterator[Piece]:
    if span is None or span[1] <= start or span[0] >= start + len(text):
        yield Piece(text)
        return
    begin, end = max(0, span[0] - start), min(len(text), span[1] - start)
    marked = Piece(text[begin:end], marked=True, first=span[0] >= start)
    for piece in (Piece(text[:begin]), marked, Piece(text[end:])):
        if piece.text:
            yield piece


def _stuck(letter: Attachment) -> bool:
    """Nobody was told, or nobody came."""
    if letter.state != State.READING or letter.lease_until is not None:
        return False
    return letter.rung_at is None or timezone.now() - letter.rung_at > SLOW


def _about(letter: Attachment) -> str:
    names = {
        "pdf": "PDF",
        "docx": "DOCX",
        "text": _("text"),
        "markdown": _("text"),
        "html": "HTML",
        "csv": _("table"),
        "image": _("picture"),
    }
    parts: Iterable[str] = (
        names.get(letter.kind, ""),
        ngettext("%(n)s page", "%(n)s pages", letter.pages) % {"n": letter.pages} if letter.pages else "",
        _size(letter.size),
        letter.created_by.display_name,
    )
    return ", ".join(part for part in parts if part)


def _size(size: int) -> str:
    if size < 1_000_000:
        return _("%(n)s kB") % {"n": max(1, round(size / 1000))}
    return _("%(n)s MB") % {"n": f"{size / 1_000_000:.1f}"}
