"""Which parts of a case come from its letters, checked word for word.

The page says where it took words from; nothing of that is believed. A stretch of the note, or the place of
a finding, stays only if the letter of this very case says the same words there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from diagnosis_app.attachments.letter import Letter
from diagnosis_app.attachments.models import Attachment, State
from diagnosis_app.cases.content import Content, FindingEntry, LetterPlace, LetterStretch


@dataclass(frozen=True, slots=True)
class Lost:
    """What was traced before and is not any more, by number."""

    stretches: int = 0
    findings: int = 0

    def __bool__(self) -> bool:
        return bool(self.stretches or self.findings)


def traced(case_id: UUID, content: Content) -> Content:
    """The content with every place checked: pages set, and dropped what the letters do not say."""
    named = _named(content)
    if not named:
        return content
    letters = _letters(case_id, named)
    stretches, last = [], 0
    for one in content.letters:
        kept = _checked_stretch(one, content.note, letters)
        if kept is not None and kept.note_start >= last:
            stretches.append(kept)
            last = kept.note_end
    findings = tuple(_checked_finding(entry, letters) for entry in content.findings)
    return content.model_copy(update={"letters": tuple(stretches), "findings": findings})


def lost(wanted: Content, kept: Content) -> Lost:
    """What `traced` dropped of what a page sent."""
    places = sum(entry.letter is not None for entry in wanted.findings)
    return Lost(
        max(0, len(wanted.letters) - len(kept.letters)),
        max(0, places - sum(entry.letter is not None for entry in kept.findings)),
    )


def _named(content: Content) -> set[str]:
    found = {one.attachment for one in content.letters}
    return found | {entry.letter.attachment for entry in content.findings if entry.letter is not None}


def _letters(case_id: UUID, named: set[str]) -> dict[str, Letter]:
    """Also letters that were put away: what was read in them stays traceable until they are deleted for good."""
    rows = Attachment.objects.filter(case_id=case_id, pk__in=named, state=State.READY).only("blocks")
    return {str(row.pk): row.letter() for row in rows}


def _checked_stretch(one: LetterStretch, note: str, letters: Mapping[str, Letter]) -> LetterStretch | None:
    letter = letters.get(one.attachment)
    words = note[one.note_start : one.note_end]
    if letter is None or not words or one.note_end > len(note):
        return None
    if letter.text[one.offset : one.offset + len(words)] != words:
        return None
    return one.model_copy(update={"page": letter.page_at(one.offset)})


def _checked_finding(entry: FindingEntry, letters: Mapping[str, Letter]) -> FindingEntry:
    if entry.letter is None:
        return entry
    place: LetterPlace | None = None
    letter = letters.get(entry.letter.attachment)
    if letter is not None and entry.quote:
        at = entry.letter.offset
        if letter.text[at : at + len(entry.quote)] == entry.quote:
            place = entry.letter.model_copy(update={"page": letter.page_at(at)})
    return entry.model_copy(update={"letter": place})
