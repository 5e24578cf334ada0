"""What an import or export did with each field: the report that a reader gets beside the result."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from diagnosis_app.cases.content import Content

_INDEX = re.compile(r"\[(\d+)\]")
_MANY = 4  # equal remarks from which on they are told together
MOST = 300  # lines of a report; who has more mends the file's source, not line by line


class Level(StrEnum):
    NOTE = "note"  # good to know, nothing was lost
    CHANGED = "changed"  # kept in another form
    LOST = "lost"  # not kept, although nothing was wrong with it
    PROBLEM = "problem"  # wrong or doubtful in the file


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the report. `path` is the field in the file: phenotypicFeatures[3].onset."""

    path: str
    level: Level
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    content: Content
    report: tuple[Note, ...]


class Report:
    """Collects notes while a file is read; the order is the file's."""

    def __init__(self) -> None:
        self._notes: list[Note] = []

    def note(self, path: str, message: str, hint: str = "") -> None:
        self._notes.append(Note(path, Level.NOTE, message, hint))

    def changed(self, path: str, message: str, hint: str = "") -> None:
        self._notes.append(Note(path, Level.CHANGED, message, hint))

    def lost(self, path: str, message: str, hint: str = "") -> None:
        self._notes.append(Note(path, Level.LOST, message, hint))

    def problem(self, path: str, message: str, hint: str = "") -> None:
        self._notes.append(Note(path, Level.PROBLEM, message, hint))

    def lines(self) -> tuple[Note, ...]:
        """In the file's order; the same remark about many entries of a list is one line for all of them."""
        together: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for note in self._notes:
            if (key := _key(note)) is not None:
                together[key].append(_index(note))
        lines, said = [], set()
        for note in self._notes:
            key = _key(note)
            if key is None or len(together[key]) < _MANY:
                lines.append(note)
            elif key not in said:
                said.add(key)
                lines.append(replace(note, path=_INDEX.sub(f"[{_ranges(together[key])}]", note.path, count=1)))
        if len(lines) > MOST:
            rest = _("%d more remarks of this kind are not listed.") % (len(lines) - MOST)
            lines[MOST:] = [Note("", Level.PROBLEM, rest, _("Mend the file where it was made, and import it again."))]
        return tuple(lines)


def _key(note: Note) -> tuple[object, ...] | None:
    """What makes two lines one remark; None for a problem, which is always told by itself."""
    if note.level is Level.PROBLEM or len(_INDEX.findall(note.path)) != 1:
        return None
    return _INDEX.sub("[]", note.path), note.level, note.message, note.hint


def _index(note: Note) -> int:
    found = _INDEX.search(note.path)
    return int(found[1]) if found else 0


def _ranges(numbers: list[int]) -> str:
    """0, 1, 2, 5 -> 0-2, 5"""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in spans)
