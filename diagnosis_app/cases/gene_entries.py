"""The genes of a case against the knowledge in use: current symbols, ids, each gene once; and pasted lists.

A gene that no disease is linked to is kept and weighs nothing: most human genes have no known
disease, and the next release may have one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from diagnosis_app.cases.content import GeneEntry
from diagnosis_app.errors import Invalid
from retrieval import gene_list
from retrieval.gene_list import GeneList, Problem, read_gene_list
from retrieval.genes import GeneTable
from retrieval.model import CandidateGene

NAMED = 5  # genes without a disease that are named; the rest are counted


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a pasted list says: entries, problems by line, and a remark on genes without a disease."""

    genes: tuple[GeneEntry, ...]
    problems: tuple[Invalid, ...]
    unknown: tuple[Problem, ...]


def gene_key(entry: GeneEntry) -> str:
    """What identifies a gene in a case."""
    return entry.symbol.upper()


def settle_genes(entries: Sequence[GeneEntry], table: GeneTable) -> tuple[tuple[GeneEntry, ...], list[Invalid]]:
    """(entries under their current symbols, a problem for every gene that stands there twice and differs)."""
    kept: dict[str, tuple[int, GeneEntry]] = {}
    problems: list[Invalid] = []
    for position, entry in enumerate(entries):
        settled = _current(entry, table)
        held = kept.setdefault(gene_key(settled), (position, settled))
        if held[0] != position and held[1].model_copy(update={"origin": settled.origin}) != settled:
            problems.append(_twice(position, held[0], settled.symbol))
    return tuple(entry for _position, entry in kept.values()), problems


def paste(text: str, table: GeneTable) -> Pasted:
    """Reads a list as people write it; every problem names its line and the remedy."""
    read = read_gene_list(text, table)
    return Pasted(tuple(_entries(read)), tuple(_refused(problem) for problem in read.problems), read.unknown)


def entry_of(gene: CandidateGene, origin: Literal["typed", "list", "import", "api"]) -> GeneEntry:
    return GeneEntry(
        symbol=gene.symbol,
        id=gene.id,
        score=gene.score,
        zygosity=gene.zygosity,
        inherited=gene.inherited,
        origin=origin,
    )


def _entries(read: GeneList) -> Iterable[GeneEntry]:
    return (entry_of(gene, "list") for gene in read.genes)


def _current(entry: GeneEntry, table: GeneTable) -> GeneEntry:
    found = table.find(CandidateGene(entry.symbol, entry.id))
    if found is None:
        return entry
    gene = table.gene(found)
    return entry.model_copy(update={"symbol": gene.symbol, "id": gene.id})


def _twice(position: int, first: int, symbol: str) -> Invalid:
    return Invalid(
        _("genes.%(at)s: %(gene)s stands in the list twice with different statements.")
        % {"at": position, "gene": symbol},
        field=f"genes.{position}.symbol",
        hint=_("Keep one of genes.%(first)s and genes.%(at)s.") % {"first": first, "at": position},
    )


def _refused(problem: Problem) -> Invalid:
    what, remedy = _in_words(problem)
    return Invalid(
        _("Line %(line)s: %(what)s") % {"line": problem.line, "what": what}, field=f"line {problem.line}", hint=remedy
    )


def _in_words(problem: Problem) -> tuple[str, str]:
    named = {"text": problem.text, "near": ", ".join(problem.near), "other": problem.other}
    match problem.code:
        case gene_list.NOT_A_GENE:
            what = _("“%(text)s” is not a gene.") % named
            if problem.near:
                return what, _("Did you mean %(near)s?") % named
            return what, _("Write the symbol in capitals, such as FGFR2, or an id such as NCBIGene:2263.")
        case gene_list.NO_GENE:
            return _("“%(text)s” stands before any gene.") % named, _("Write the gene first, then what is known of it.")
        case gene_list.BAD_SCORE:
            return _("“%(text)s” is not a score from 0 to 1.") % named, _("Write 0.93 for 93 %, or leave it out.")
        case gene_list.BAD_ZYGOSITY:
            return _("“%(text)s” is not a zygosity.") % named, _("Write het, hom, hemi or comp het.")
        case gene_list.BAD_INHERITED:
            return _("“%(text)s” is not an origin.") % named, _("Write de novo, mother, father or both.")
        case gene_list.SAID_TWICE:
            return _("“%(text)s” contradicts what stands before it.") % named, _("Keep one of the two.")
        case gene_list.TWICE:
            what = _("%(text)s stands in line %(other)s already, with other statements.") % named
            return what, _("Keep one of the two lines.")
        case gene_list.TOO_MANY:
            what = _("the list has more than %(most)s genes.") % {"most": gene_list.MOST_GENES}
            return what, _("Keep the most likely: so long a list says next to nothing.")
        case _:
            what = _("the text is longer than %(most)s characters.") % {"most": gene_list.MOST_TEXT}
            return what, _("Paste the columns with genes, scores, zygosity and origin only.")
