"""The evidence of two runs: in the first alone, in both, in the second alone.

A key is the hash of the whole content, so "in both" means word for word, from one source in one version, at one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from diagnosis_app.compare.side import Side
from diagnosis_app.runs.models import Evidence

Elsewhere = Literal["", "same_words", "other_words"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence by source and place. `elsewhere` is what the other run has at the same place."""

    key: str
    kind: str
    title: str
    source: str
    version: str
    place: str
    elsewhere: Elsewhere = ""  # same_words: in another version


@dataclass(frozen=True, slots=True)
class Shared:
    only_a: tuple[Piece, ...]
    both: tuple[Piece, ...]
    only_b: tuple[Piece, ...]


def shared(a: Side, b: Side) -> Shared:
    older, newer = a.evidence, b.evidence
    there, here = _by_place(newer.values()), _by_place(older.values())
    return Shared(
        only_a=_pieces((row for key, row in older.items() if key not in newer), there, _ranks(a)),
        both=_pieces((row for key, row in newer.items() if key in older), {}, _ranks(b)),
        only_b=_pieces((row for key, row in newer.items() if key not in older), here, _ranks(b)),
    )


def _ranks(side: Side) -> dict[str, int]:
    return {name: one.rank for one in side.sums for name in one.ids}


def _by_place(rows: Iterable[Evidence]) -> dict[tuple[str, str], Evidence]:
    return {(row.source, row.locator): row for row in rows}


def _pieces(
    rows: Iterable[Evidence], others: Mapping[tuple[str, str], Evidence], ranks: Mapping[str, int]
) -> tuple[Piece, ...]:
    """What speaks of no candidate first, then in the order of the candidates."""
    ordered = sorted(rows, key=lambda row: (ranks.get(str(row.body.get("disease")), 0), row.kind, row.locator, row.key))
    return tuple(
        Piece(
            row.key, row.kind, _title(row), row.source, row.version, row.locator,
            _elsewhere(row, others.get((row.source, row.locator))),
        )
        for row in ordered
    )  # fmt: skip


def _elsewhere(row: Evidence, other: Evidence | None) -> Elsewhere:
    if other is None:
        return ""
    return "same_words" if other.quote == row.quote else "other_words"


def _title(row: Evidence) -> str:
    """What it speaks of, in a few words; never its quote."""
    body = row.body
    disease, label = str(body.get("disease_name") or body.get("disease") or ""), str(body.get("label") or "")
    if row.kind == "passage":
        section = [str(part) for part in body.get("section") or ()][-1:]
        return ", ".join([str(body.get("title") or body.get("document") or row.locator), *section])
    if row.kind == "case":
        name = label or _("a published case")
        return _("%(case)s, %(disease)s") % {"case": name, "disease": disease} if disease else name
    if row.kind == "computation" and "candidates" in body:
        return _("The ranking itself")
    if row.kind == "computation" and "terms" in body:
        return _("Everything documented of %(disease)s") % {"disease": disease}
    if label and disease:
        return _("%(what)s in %(disease)s") % {"what": label, "disease": disease}
    return disease or row.locator
