"""The genes of the leading candidates: what each would explain, and what is recorded of it in this patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis_app.cases.content import Content
from diagnosis_app.cases.gene_words import statement
from diagnosis_app.runs.models import Candidate

LEADING = 5  # candidates
SHOWN = 8  # genes


@dataclass(frozen=True, slots=True)
class Row:
    gene: str
    of: tuple[tuple[int, str], ...]  # rank and name of the candidates
    here: str  # what is recorded; empty where the gene is not on the list


def gene_rows(candidates: Sequence[Candidate], content: Content) -> list[Row]:
    listed = {entry.symbol.upper(): entry for entry in content.genes}
    of: dict[str, list[tuple[int, str]]] = {}
    for one in candidates[:LEADING]:
        for gene in one.genes:
            of.setdefault(str(gene), []).append((one.rank, one.name))
    ordered = sorted(of, key=lambda gene: (gene.upper() not in listed, of[gene][0][0], -len(of[gene]), gene))
    rows = []
    for gene in ordered[:SHOWN]:
        entry = listed.get(gene.upper())
        told = statement(entry.zygosity, entry.inherited, entry.score) if entry else ""
        here = (told or _("on the list")) if entry else ""
        rows.append(Row(gene, tuple(of[gene]), here))
    return rows
