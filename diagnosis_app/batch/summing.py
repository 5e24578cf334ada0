"""A batch as a table: one row a file, the same columns for the command's summary and the page's download. Pure."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

FIRST = 5  # candidates in a row
UNREADABLE = "unreadable"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would calculate


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one file. `outcome` is the run's, or "unreadable"."""

    file: str
    outcome: str
    reasons: tuple[str, ...] = ()
    first: tuple[Mapping[str, Any], ...] = ()  # id, name, score, strength
    seconds: float | None = None
    warnings: tuple[str, ...] = ()
    error: Mapping[str, str] = field(default_factory=dict)  # code, message, hint
    case: str = ""
    ids: tuple[UUID | None, UUID | None] = (None, None)  # of case and run, where they are stored
    diagnosis: str | None = None  # the rank of the named one, where it was asked for

    def as_json(self) -> dict[str, Any]:
        told = {
            "file": self.file,
            "outcome": self.outcome,
            "reasons": list(self.reasons),
            "first": [dict(one) for one in self.first],
            "seconds": self.seconds,
            "warnings": list(self.warnings),
            "error": dict(self.error) or None,
        }
        if self.case:
            told["case"] = self.case
        if self.diagnosis is not None:
            told["diagnosis"] = self.diagnosis
        return told


def counts(rows: Iterable[Row]) -> dict[str, int]:
    return dict(sorted(Counter(row.outcome for row in rows).items()))


def as_csv(rows: Iterable[Row], *, cases: bool = False, diagnosis: bool = False) -> str:
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\r\n")
    head = ["file", *(["case"] if cases else []), "outcome", "reasons"]
    for place in range(1, FIRST + 1):
        head += [f"id_{place}", f"name_{place}", f"score_{place}", f"strength_{place}"]
    table.writerow([*head, "seconds", "warnings", "error", *(["rank_of_named_diagnosis"] if diagnosis else [])])
    for row in rows:
        cells: list[Any] = [_text(row.file), *([row.case] if cases else []), row.outcome, "; ".join(row.reasons)]
        for place in range(FIRST):
            one = row.first[place] if place < len(row.first) else None
            cells += ["", "", "", ""] if one is None else _of_candidate(one)
        error = " ".join(part for part in (row.error.get("message", ""), row.error.get("hint", "")) if part)
        code = f"[{row.error['code']}]" if row.error.get("code") else ""
        cells += ["" if row.seconds is None else f"{row.seconds:.2f}", _text("; ".join(row.warnings))]
        cells += [_text(f"{error} {code}".strip()), *([row.diagnosis or ""] if diagnosis else [])]
        table.writerow(cells)
    return buffer.getvalue()


def _of_candidate(one: Mapping[str, Any]) -> list[str]:
    return [_text(one["id"]), _text(one["name"]), f"{one['score']:.3f}", _text(one["strength"])]


def _text(value: str) -> str:
    """Somebody else's words, so that a spreadsheet shows them and calculates nothing."""
    plain = "".join(char if char.isprintable() else " " for char in value)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain
