"""Reads the note once more, for findings that the case does not hold. None of them enters the case by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agents.evidence import label_of
from agents.panel.briefing import term_named
from agents.panel.schemas import NAME, QUOTE, many, obj, text
from agents.panel.table import Kept, Table
from agents.passages import findings_in
from retrieval.model import Status

if TYPE_CHECKING:
    from agents.environment import Environment

PART = 3_500  # characters of the note that are read at once
PARTS = 6
MOST = 12
_NOT_THERE = (Status.EXCLUDED, Status.FAMILY)  # the note says so, whatever words of it are quoted
SCHEMA = obj(findings=many(obj(quote=text(QUOTE), name=text(NAME)), MOST))


@dataclass(frozen=True, slots=True)
class Parts:
    texts: tuple[str, ...]
    unread: int  # characters of the note beyond them


def read_note(environment: Environment, table: Table) -> None:
    """A call for each part, so that no part can speak for another. The last one says how much is not read."""
    parts = parts_of(environment.request.note)
    for n, part in enumerate(parts.texts, 1):
        shown = table.show(part, f"N{n} note")
        why = {"unread": parts.unread} if parts.unread and n == len(parts.texts) else {}
        if shown.hostile:
            table.withhold(environment, "reader", f"reader-{n}", why, shown.hostile)
            continue

        def read(data: Mapping[str, Any], part: str = part) -> Kept:
            return _kept(environment, part, data)

        table.ask(environment, "reader", f"reader-{n}", shown.text, SCHEMA, read, why=why)


def parts_of(note: str) -> Parts:
    """The note in paragraphs put together, none longer than a part."""
    found: list[str] = []
    for paragraph in note.split("\n\n"):
        for start in range(0, max(len(paragraph), 1), PART):
            piece = paragraph[start : start + PART].strip()
            if piece and found and len(found[-1]) + len(piece) < PART:
                found[-1] = f"{found[-1]}\n\n{piece}"
            elif piece:
                found.append(piece)
    return Parts(tuple(found[:PARTS]), sum(map(len, found[PARTS:])))


def _kept(environment: Environment, part: str, data: Mapping[str, Any]) -> Kept:
    says = findings_in(environment.knowledge, part)
    known = {one.term for one in environment.profile.findings}
    found: dict[str, dict[str, str]] = {}
    refused = 0
    for one in data["findings"]:
        term = term_named(environment.knowledge, one["name"])
        if term is None or not one["quote"].strip() or one["quote"] not in part or says.get(term) in _NOT_THERE:
            refused += 1
        elif term not in known:
            found.setdefault(
                term, {"term": term, "label": label_of(environment.knowledge, term), "quote": one["quote"]}
            )
    return Kept({"found": list(found.values())}, refused)
