"""Reads a pasted list of candidate genes.

One gene a line, or several on a line between commas, semicolons or tabs; behind a gene may stand a
score from 0 to 1, a zygosity and an origin, in any order and in the usual words. A first line that
names columns is understood. Nothing is guessed and nothing dropped silently: what cannot be read is
a problem that names its line, and the rest of the list is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from retrieval.genes import is_symbol
from retrieval.model import CandidateGene, Inherited, Zygosity

if TYPE_CHECKING:
    from retrieval.genes import GeneTable

MOST_GENES = 2_000
MOST_TEXT = 200_000  # characters
MOST_PROBLEMS = 20  # told at once; more help nobody
SHOWN = 40  # characters of a cell that a problem repeats

# Codes of problems; pages and documentation say them in words.
NOT_A_GENE = "not_a_gene"
NO_GENE = "no_gene"  # a score or a word before any gene
BAD_SCORE = "bad_score"
BAD_ZYGOSITY = "bad_zygosity"
BAD_INHERITED = "bad_inherited"
TWICE = "twice"  # one gene, two different statements
SAID_TWICE = "said_twice"  # two zygosities behind one gene
TOO_MANY = "too_many"
TOO_LONG = "too_long"

_ZYGOSITY = {
    Zygosity.HETEROZYGOUS: "het,heterozygous,heterozygote,heteroz,0/1,1/0,0|1,1|0,geno:0000135",
    Zygosity.COMPOUND: (
        "comp het,comphet,compound het,compound heterozygous,compound heterozygote,compound_heterozygous,"
        "comp. het,comp.het.,comp_het,chet,1/2,2/1,1|2,2|1,geno:0000402"
    ),
    Zygosity.HOMOZYGOUS: "hom,homo,homozygous,homozygote,1/1,1|1,geno:0000136",
    Zygosity.HEMIZYGOUS: "hemi,hemizygous,hemizygote,geno:0000134",
}
_INHERITED = {
    Inherited.DE_NOVO: "de novo,denovo,de_novo,de-novo,dnm,dnv",
    Inherited.MOTHER: "mat,maternal,mother,from mother,inherited from mother,maternally inherited",
    Inherited.FATHER: "pat,paternal,father,from father,inherited from father,paternally inherited",
    Inherited.BOTH: "both,both parents,biparental,from both,mother and father,maternal and paternal",
}
_NOTHING = frozenset(("", ".", "-", "?", "na", "n/a", "unknown", "not known", "none", "null"))
_COLUMNS = {
    "gene": "gene,genes,symbol,gene symbol,gene_symbol,genesymbol,hgnc symbol,gene name,gene_name,gene id,gene_id,id",
    "score": "score,gene score,gene_score,priority,probability",
    "zygosity": "zygosity,genotype,gt,allelic state,allelic_state",
    "inherited": "inherited,inheritance,origin,parent,inherited from,inherited_from,segregation",
}
_BAD = {"score": BAD_SCORE, "zygosity": BAD_ZYGOSITY, "inherited": BAD_INHERITED}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:e-?[0-9]{1,3})?\s*%?\Z", re.IGNORECASE)
_BARE_ID = re.compile(r"[0-9]{2,9}\Z")


_ZYGOSITY_OF = {word: value for value, words in _ZYGOSITY.items() for word in words.split(",")}
_INHERITED_OF = {word: value for value, words in _INHERITED.items() for word in words.split(",")}
_COLUMN_OF = {word: name for name, words in _COLUMNS.items() for word in words.split(",")}


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be read in one line. `text` is the piece, cut short; `near` are genes it may mean."""

    line: int
    code: str
    text: str = ""
    near: tuple[str, ...] = ()
    other: int = 0  # the earlier line, for `twice`


@dataclass(frozen=True, slots=True)
class GeneList:
    """`unknown` are genes of the list that no disease of the knowledge is linked to; they are kept."""

    genes: tuple[CandidateGene, ...] = ()
    problems: tuple[Problem, ...] = ()
    unknown: tuple[Problem, ...] = ()
    lines: tuple[int, ...] = field(default=(), repr=False)  # of each gene


@dataclass
class _Entry:
    """A gene while its line is being read."""

    line: int
    name: str
    score: float | None = None
    zygosity: Zygosity = Zygosity.UNKNOWN
    inherited: Inherited = Inherited.UNKNOWN


def read_gene_list(text: str, table: GeneTable) -> GeneList:
    """Everything that can be read, and every problem by its line."""
    if len(text) > MOST_TEXT:
        return GeneList(problems=(Problem(1, TOO_LONG),))
    reader = _Reader(table)
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        reader.line(number, line)
        if reader.full:
            break
    return reader.result()


class _Reader:
    def __init__(self, table: GeneTable) -> None:
        self._table = table
        self._columns: tuple[str | None, ...] | None = None
        self._begun = False
        self._found: dict[str, tuple[CandidateGene, int]] = {}
        self._problems: list[Problem] = []
        self._unknown: list[Problem] = []
        self.full = False

    def line(self, number: int, line: str) -> None:
        line = line.strip("\ufeff\u00a0 ")
        cells = _cells(line.removeprefix("#"))
        if not any(cell.strip() for cell in cells):
            return
        if not self._begun:
            self._begun = not line.startswith("#")
            self._columns = self._header(cells, separated=bool(re.search(r"[\t;,]", line)))
            if self._columns:
                self._begun = True
                return
        if line.startswith("#"):
            return
        for entry in self._entries(number, self._named(cells)):
            self._take(entry)

    def result(self) -> GeneList:
        genes = tuple(gene for gene, _ in self._found.values())
        lines = tuple(line for _, line in self._found.values())
        return GeneList(genes, tuple(self._problems[:MOST_PROBLEMS]), tuple(self._unknown), lines)

    def _header(self, cells: Sequence[str], *, separated: bool) -> tuple[str | None, ...] | None:
        """The meaning of each column, None for one that a gene list does not have; None if this is no header."""
        names = tuple(_COLUMN_OF.get(" ".join(cell.split()).casefold()) for cell in cells)
        known = any(self._table.index(cell) is not None for cell in cells)
        return names if "gene" in names and not known and (separated or None not in names) else None

    def _named(self, cells: Sequence[str]) -> list[tuple[str | None, str]]:
        """The cells with their columns, the gene first; columns are None where no header named them."""
        if self._columns is None:
            return [(None, cell) for cell in cells]
        named = [(name, cell) for name, cell in zip(self._columns, cells, strict=False) if name]
        return sorted(named, key=lambda pair: pair[0] != "gene")

    def _entries(self, number: int, cells: Sequence[tuple[str | None, str]]) -> Iterator[_Entry]:
        entry: _Entry | None = None
        for column, cell in cells:
            word = " ".join(cell.split()).casefold()
            if word in _NOTHING:
                continue
            if column == "gene" or (column is None and self._names_gene(word, entry)):
                if entry:
                    yield entry
                entry = self._begin(number, cell.strip())
            elif entry is None:
                self._problem(number, NO_GENE, cell)
            else:
                self._say(entry, word, cell, column)
        if entry:
            yield entry

    def _names_gene(self, word: str, entry: _Entry | None) -> bool:
        if word in _ZYGOSITY_OF or word in _INHERITED_OF:
            return False
        return not _NUMBER.match(word) or (entry is None and bool(_BARE_ID.match(word)))

    def _begin(self, number: int, cell: str) -> _Entry | None:
        name = f"NCBIGene:{cell}" if _BARE_ID.match(cell) else cell
        # Symbols are written in capitals: a word in small letters that is no gene here is something else.
        prose = cell.isalpha() and not cell.isupper() and self._table.index(cell) is None
        if prose or not is_symbol(name):
            near = tuple(gene.symbol for gene in self._table.near(cell)) if len(cell) <= SHOWN else ()
            self._problem(number, NOT_A_GENE, cell, near=near)
            return None
        return _Entry(number, name)

    def _say(self, entry: _Entry, word: str, cell: str, column: str | None) -> None:
        if column in {None, "zygosity"} and word in _ZYGOSITY_OF:
            said, entry.zygosity = entry.zygosity, _ZYGOSITY_OF[word]
            if said not in {Zygosity.UNKNOWN, entry.zygosity}:
                self._problem(entry.line, SAID_TWICE, cell)
        elif column in {None, "inherited"} and word in _INHERITED_OF:
            origin, entry.inherited = entry.inherited, _INHERITED_OF[word]
            if {origin, entry.inherited} == {Inherited.MOTHER, Inherited.FATHER}:
                entry.inherited = Inherited.BOTH
            elif origin not in {Inherited.UNKNOWN, entry.inherited}:
                self._problem(entry.line, SAID_TWICE, cell)
        elif column in {None, "score"} and _NUMBER.match(word):
            score = _score(word)
            if score is None:
                self._problem(entry.line, BAD_SCORE, cell)
            entry.score = score
        else:
            self._problem(entry.line, _BAD[column or "score"], cell)

    def _take(self, entry: _Entry) -> None:
        at = self._table.index(entry.name)
        gene = self._table.gene(at) if at is not None else None
        named = gene.symbol if gene else entry.name if ":" in entry.name else entry.name.upper()
        one = CandidateGene(named, gene.id if gene else "", entry.score, entry.zygosity, entry.inherited)
        held = self._found.get(named)
        if held is not None:
            both = merged(held[0], one)
            if both is None:
                self._problem(entry.line, TWICE, named, other=held[1])
            else:
                self._found[named] = (both, held[1])
            return
        if len(self._found) >= MOST_GENES:
            self._problems.insert(0, Problem(entry.line, TOO_MANY))
            self.full = True
            return
        self._found[named] = (one, entry.line)
        if gene is None:
            near = tuple(g.symbol for g in self._table.near(entry.name)) if len(self._unknown) < MOST_PROBLEMS else ()
            self._unknown.append(Problem(entry.line, "unknown", named, near))

    def _problem(self, line: int, code: str, text: str = "", *, near: tuple[str, ...] = (), other: int = 0) -> None:
        if len(self._problems) <= MOST_PROBLEMS:
            self._problems.append(Problem(line, code, text.strip()[:SHOWN], near, other))


def _cells(line: str) -> list[str]:
    """By tabs or semicolons where there are any, so that 0,93 stays a number; else by commas."""
    strong = re.split(r"[\t;]", line)
    cells: list[str] = []
    for piece in strong:
        whole = len(strong) > 1 and _NUMBER.match(piece.strip())
        cells += [piece] if whole else piece.split(",")
    if len(cells) == 1 and " " in line.strip():
        cells = _spaced(line)
    return cells


def _spaced(line: str) -> list[str]:
    """FGFR2 het de novo: words that belong together stay together."""
    words, cells = line.split(), []
    while words:
        for length in (3, 2, 1):
            together = " ".join(words[:length])
            if length == 1 or together.casefold() in _ZYGOSITY_OF or together.casefold() in _INHERITED_OF:
                cells.append(together)
                words = words[length:]
                break
    return cells


def _score(word: str) -> float | None:
    if word.endswith("%"):
        return None
    value = float(word.replace(",", "."))
    return value if 0.0 <= value <= 1.0 else None


def merged(one: CandidateGene, other: CandidateGene) -> CandidateGene | None:
    """Two lines of one gene: what one leaves open the other fills; None if they disagree.

    Two single variants, one from either parent, are what compound heterozygous means.
    """
    scores = [gene.score for gene in (one, other) if gene.score is not None]
    score = max(scores, default=None)
    single = one.zygosity is other.zygosity is Zygosity.HETEROZYGOUS
    if single and {one.inherited, other.inherited} == {Inherited.MOTHER, Inherited.FATHER}:
        return replace(one, score=score, zygosity=Zygosity.COMPOUND, inherited=Inherited.BOTH)
    zygosity = {gene.zygosity for gene in (one, other)} - {Zygosity.UNKNOWN}
    inherited = {gene.inherited for gene in (one, other)} - {Inherited.UNKNOWN}
    if len(zygosity) > 1 or len(inherited) > 1:
        return None
    return replace(
        one,
        score=score,
        zygosity=next(iter(zygosity), Zygosity.UNKNOWN),
        inherited=next(iter(inherited), Inherited.UNKNOWN),
    )
