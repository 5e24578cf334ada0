"""The passages that an investigation read, as they are quoted: the words in their context, and where to open them.

Everything comes from the stored evidence; whether the document still stands there is for the page that opens it to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from diagnosis_app.knowledge.searching import address
from diagnosis_app.knowledge.words import licence_name
from diagnosis_app.runs.models import Candidate, Evidence, Run

SHOWN = 8
CONTEXT = 240  # characters on either side of the quoted words


@dataclass(frozen=True, slots=True)
class Passage:
    """Quoted words, what stands around them, and their source."""

    number: int  # of the statement's source where one is written from it; 0 where none is
    disease: str
    title: str
    section: tuple[str, ...]
    page: int | None
    before: str
    quoted: str
    after: str
    source: str
    version: str
    licence: str
    opens: str  # the document at this place
    url: str  # of the original


def passages_of(run: Run, candidates: Sequence[Candidate], numbers: Mapping[str, int]) -> tuple[list[Passage], int]:
    """The first passages, those of the leaders and those that statements cite before others; and how many there are."""
    rank = {one.disease: one.rank for one in candidates}
    rows = [row for row in run.evidence.all() if row.kind == "passage"]
    rows.sort(key=lambda row: (row.key not in numbers, rank.get(row.body.get("disease", ""), 10**6), row.key))
    snapshot = str(run.manifest["snapshot"])
    return [passage(row, snapshot, numbers.get(row.key, 0)) for row in rows[:SHOWN]], len(rows)


def passage(row: Evidence, snapshot: str, number: int = 0) -> Passage:
    body = row.body
    before, after = around(row)
    start = int(body.get("start", 0)) + int(row.span["start"])
    end = int(body.get("start", 0)) + int(row.span["end"])
    url, document = str(body.get("url", "")), str(body.get("document", ""))
    return Passage(
        number=number,
        disease=str(body.get("disease_name", "")),
        title=str(body.get("title") or document),
        section=tuple(str(one) for one in _list(body.get("section"))),
        page=body.get("page"),
        before=before,
        quoted=row.quote,
        after=after,
        source=row.source,
        version=row.version,
        licence=licence_name(str(body.get("licence", ""))),
        opens=address(document, snapshot, start, end, str(body.get("passage", ""))) if document else "",
        url=url if url.startswith(("https://", "http://")) else "",
    )


def around(row: Evidence) -> tuple[str, str]:
    """What stands before and after the quoted words, cut to a reader's patience."""
    text, start, end = str(row.body.get("text", "")), int(row.span["start"]), int(row.span["end"])
    before, after = text[:start], text[end:]
    if len(before) > CONTEXT:
        before = "…" + before[-CONTEXT:]
    if len(after) > CONTEXT:
        after = after[:CONTEXT] + "…"
    return before, after


def _list(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else ()
