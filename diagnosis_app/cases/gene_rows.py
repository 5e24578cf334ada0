"""The candidate genes of a case as the workspace lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.content import Content, GeneEntry
from diagnosis_app.cases.gene_words import INHERITED_WORDS, ZYGOSITY_WORDS, statement
from frontend.words import source_url
from retrieval.genes import GeneTable
from retrieval.model import CandidateGene

LISTED = 30  # genes with a row of their own; all of them are weighed
NAMED = 4  # in the line that sums them up

Words = Mapping[str, Promise]


@dataclass(frozen=True, slots=True)
class GeneRow:
    """`key` is the id of the row on the page."""

    key: str
    symbol: str
    url: str
    known: str  # of the diseases it is linked to
    weighed: bool
    zygosity: str
    inherited: str
    score: str
    said: str  # zygosity, origin and score in words


@dataclass(frozen=True, slots=True)
class GeneRows:
    """`line` sums them up; `more` are weighed and have no row."""

    line: str
    rows: tuple[GeneRow, ...]
    more: int
    zygosities: Words
    origins: Words


def gene_rows(content: Content, table: GeneTable | None) -> GeneRows:
    """`table` is None while the knowledge is away."""
    rows = tuple(_row(entry, table) for entry in content.genes[:LISTED])
    return GeneRows(_line(content), rows, len(content.genes) - len(rows), ZYGOSITY_WORDS, INHERITED_WORDS)


def _row(entry: GeneEntry, table: GeneTable | None) -> GeneRow:
    at = table.find(CandidateGene(entry.symbol, entry.id)) if table else None
    linked = len(table.diseases(at)) if table and at is not None else 0
    known = (
        ngettext("%(n)s disease", "%(n)s diseases", linked) % {"n": linked}
        if linked
        else _("no disease known here; weighs nothing")
    )
    return GeneRow(
        key=f"g-{entry.symbol.replace(':', '-')}",
        symbol=entry.symbol,
        url=source_url(entry.id),
        known=known if table else "",
        weighed=bool(linked),
        zygosity=entry.zygosity,
        inherited=entry.inherited,
        score="" if entry.score is None else f"{entry.score:g}",
        said=statement(entry.zygosity, entry.inherited, entry.score),
    )


def _line(content: Content) -> str:
    """none yet · FGFR2, TWIST1 · 20: FGFR2, TWIST1, MSX2, TCF12 and 16 more"""
    symbols = [entry.symbol for entry in content.genes]
    if not symbols:
        return _("none yet")
    named = ", ".join(symbols[:NAMED])
    if len(symbols) <= NAMED:
        return named
    return _("%(n)s: %(genes)s and %(more)s more") % {
        "n": len(symbols),
        "genes": named,
        "more": len(symbols) - NAMED,
    }
