"""The head of an uploaded table, so that a person can say which column is what.

Only the first kilobytes are looked at, as text and nothing else; the whole is read later by the bounded
parser, with what was said here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from corpus_ingest.parsing.decoding import decode
from corpus_ingest.parsing.found import Stop
from diagnosis_app.errors import Invalid
from diagnosis_app.knowledge.uploads import Upload

KIND = "documents"  # the kind of source that reads tables
ENDINGS = frozenset({".csv", ".tsv"})
HEAD = 64 * 1024  # bytes looked at
ROWS = 3  # shown
COLUMNS = 40  # that can be named
CELL = 120  # characters shown
FIELDS = ("text", "title", "key", "url", "diseases", "language", "date", "licence")
_GUESSES = {
    "text": "text", "body": "text", "content": "text", "abstract": "text", "answer": "text", "definition": "text",
    "title": "title", "name": "title", "heading": "title", "id": "key", "key": "key", "pmid": "key",
    "url": "url", "link": "url", "disease": "diseases", "diseases": "diseases", "omim": "diseases",
    "orpha": "diseases", "language": "language", "lang": "language", "date": "date", "year": "date",
    "licence": "licence", "license": "licence",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    name: str  # of the form's field
    chosen: str  # one of FIELDS, or empty: not used


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    problems: tuple[Invalid, ...] = field(default=())

    @property
    def said(self) -> dict[str, str]:
        """Which column is what, as the source takes it."""
        return {"columns": json.dumps({one.heading: one.chosen for one in self.columns if one.chosen})}


def of(upload: Upload, answered: Mapping[str, str] | None) -> Table | None:
    """None for what is no table by its name, or has no columns at its head."""
    if PurePosixPath(upload.name.lower()).suffix not in ENDINGS:
        return None
    rows = _head(upload)
    if not rows or len(rows[0]) < 2:
        return None
    columns = tuple(
        Column(heading, name := f"column-{upload.id}-{place}", _chosen(heading, name, answered))
        for place, heading in enumerate(rows[0][:COLUMNS])
    )
    shown = tuple(tuple(cell[:CELL] for cell in row[:COLUMNS]) for row in rows[1 : ROWS + 1])
    return Table(columns, shown, tuple(_problems(upload, columns)))


def field_words() -> list[tuple[str, str]]:
    words = (
        _("the text"), _("its title"), _("its id"), _("its address"), _("ids of diseases"), _("its language"),
        _("its date"), _("its licence"),
    )  # fmt: skip
    return list(zip(FIELDS, words, strict=True))


def _chosen(heading: str, name: str, answered: Mapping[str, str] | None) -> str:
    said = _GUESSES.get(heading.strip().lower(), "") if answered is None else answered.get(name, "")
    return said if said in FIELDS else ""


def _problems(upload: Upload, columns: tuple[Column, ...]) -> list[Invalid]:
    if any(one.chosen == "text" for one in columns):
        return []
    return [
        Invalid(
            _("No column of %(name)s is the text.") % {"name": upload.name},
            field=columns[0].name,
            hint=_("Say which column holds the text; several follow each other as paragraphs."),
        )
    ]


def _head(upload: Upload) -> list[list[str]]:
    with upload.path.open("rb") as file:
        head = file.read(HEAD)
    try:
        text, _said = decode(head)  # as the parser will: a heading must be the one that it finds
    except Stop:
        return []
    whole = text if len(head) < HEAD else text.rpartition("\n")[0]
    mark = max("\t;,|", key=lambda one: whole.split("\n", 1)[0].count(one))
    try:
        rows = [row for row in csv.reader(io.StringIO(whole, newline=""), delimiter=mark) if any(row)]
    except csv.Error:
        return []
    return rows[: ROWS + 1]
