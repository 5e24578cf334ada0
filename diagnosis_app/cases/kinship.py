"""Candidates that stand next to each other and are kin: variants of one gene, or numbers of one series.

A fifth of all wrong first places are such kin. The order stays as the scores make it; a quiet line
says who is kin to whom, and leads to what separates them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from retrieval.diseases import DiseaseTable


@dataclass(frozen=True, slots=True)
class Kin:
    """What a candidate shares with the one before it in the list."""

    words: str
    other: str  # its id
    rank: int
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """A candidate of any list, live or stored."""

    rank: int
    id: str
    name: str
    genes: tuple[str, ...]


def kin(candidates: Sequence[Known], diseases: DiseaseTable | None) -> dict[str, Kin]:
    """By id; `diseases` is None where the knowledge of a result is gone, and series are then unknown."""
    found = {}
    for before, one in pairwise(candidates):
        words = _shared(before, one, diseases)
        if words:
            found[one.id] = Kin(words, before.id, before.rank, before.name)
    return found


def group_of(diseases: DiseaseTable, disease_id: str) -> str:
    """The name of the heading that a disease stands under; empty for most, and where it is the disease's own."""
    index = diseases.index(disease_id)
    group = diseases.nosology.group(index) if index is not None else None
    if index is None or group is None:
        return ""
    name = diseases.name_of(group)
    return "" if name.casefold() == diseases.name(index).casefold() else name


def _shared(before: Known, one: Known, diseases: DiseaseTable | None) -> str:
    genes = [gene for gene in one.genes if gene in before.genes]
    if genes:
        return _("Same gene as %(rank)s: %(genes)s.") % {"rank": before.rank, "genes": ", ".join(genes)}
    series = [_series(diseases, id) for id in (before.id, one.id)] if diseases is not None else []
    if diseases is not None and series and series[0] and series[0] == series[1]:
        return _("Same series as %(rank)s: %(series)s.") % {
            "rank": before.rank,
            "series": diseases.name_of(series[0]),
        }
    return ""


def _series(diseases: DiseaseTable, disease_id: str) -> str | None:
    index = diseases.index(disease_id)
    return diseases.series(index) if index is not None else None
