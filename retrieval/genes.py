"""The genes that a snapshot links to diseases: found by symbol or id, completed and suggested.

A gene that no disease is linked to is not here. That is no error of whoever named it: most human
genes have no known disease, so callers keep such a gene and say that it weighs nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from retrieval.errors import UnknownGene

if TYPE_CHECKING:
    from retrieval.cases.bank import CaseBank
    from retrieval.diseases import DiseaseTable
    from retrieval.model import CandidateGene, GeneLink

LONGEST = 40  # characters of a symbol or an id
_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9@._/-]*\Z")
_ID = re.compile(r"(NCBIGENE|HGNC|ENTREZ|GENEID|NCBI_GENE)[:_ ]+([0-9]{1,9})\Z", re.IGNORECASE)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"


@dataclass(frozen=True, slots=True)
class Gene:
    symbol: str
    ids: tuple[str, ...] = ()  # NCBIGene:2263, HGNC:3689

    @property
    def id(self) -> str:
        return self.ids[0] if self.ids else ""


class GeneTable:
    """Genes have an index 0..size-1, in the order of their symbols. Small enough to be made when first used.

    `bank` adds what its published patients show: a gene found in a patient is a gene of that patient's disease.
    """

    def __init__(self, diseases: DiseaseTable, bank: CaseBank | None = None) -> None:
        ids = _documented(diseases)
        linked = _linked(diseases)
        documented = frozenset(ids)
        self.bank = bank
        self._cases = _from_cases(diseases, bank, ids) if bank is not None else {}
        for disease, seen in self._cases.items():
            for name in seen:
                linked.setdefault(name, []).append(disease)
        self._diseases = {name: tuple(dict.fromkeys(found)) for name, found in linked.items()}
        self._genes = tuple(Gene(name, tuple(sorted(ids[name], key=_ncbi_first))) for name in sorted(ids))
        self.size = len(self._genes)
        self._index: dict[str, int] = {}
        for i, gene in enumerate(self._genes):
            for name in (*gene.ids, gene.symbol):
                self._index[name.upper()] = i
        self._of_cases: dict[int, list[np.ndarray]] = {}  # by gene that no source but cases knows
        for seen in self._cases.values():
            for name, cases in seen.items():
                if name not in documented:
                    self._of_cases.setdefault(self._index[name.upper()], []).append(cases)

    def unknown_without(self, hidden: np.ndarray | None) -> frozenset[int]:
        """The genes that nothing links to a disease where the masked cases of the bank may not be seen."""
        if hidden is None:
            return frozenset()
        return frozenset(i for i, groups in self._of_cases.items() if all(hidden[cases].all() for cases in groups))

    def seen_in(self, disease: int) -> Mapping[str, np.ndarray]:
        """Genes that only published patients link to a disease, by symbol, each with its cases in the bank."""
        return self._cases.get(disease, {})

    def gene(self, i: int) -> Gene:
        return self._genes[i]

    def diseases(self, i: int) -> tuple[int, ...]:
        """The diseases that the gene is linked to, by their index in the table of diseases."""
        return self._diseases[self._genes[i].symbol]

    def index(self, text: str) -> int | None:
        """By symbol, NCBIGene: or HGNC: id; upper and lower case are the same."""
        return self._index.get(_key(text))

    def find(self, candidate: CandidateGene) -> int | None:
        """The id decides where it is known; else the symbol."""
        by_id = self.index(candidate.id) if candidate.id else None
        return by_id if by_id is not None else self.index(candidate.symbol)

    def of_link(self, link: GeneLink) -> int | None:
        """The gene that a disease's link names."""
        return self._index.get(name_of(link).upper())

    def resolve(self, text: str) -> Gene:
        """The gene, or `UnknownGene` that says what is near."""
        found = self.index(text)
        if found is not None:
            return self._genes[found]
        shown = text.strip()[:LONGEST]
        near = ", ".join(gene.symbol for gene in self.near(text))
        raise UnknownGene(
            f"No disease in this knowledge is linked to a gene {shown}.",
            hint=f"Did you mean {near}?" if near else "Write the current symbol, such as FGFR2, or NCBIGene:2263.",
        )

    def suggest(self, text: str, *, limit: int = 8) -> tuple[Gene, ...]:
        """Genes whose symbol, or else whose id, begins with the text; shortest symbols first."""
        wanted = _key(text)
        if not wanted or limit < 1:
            return ()
        names = self._names
        found: dict[int, bool] = {}  # index -> whether only an id matched
        for name, i in names[bisect_left(names, (wanted,)) :]:
            if not name.startswith(wanted):
                break
            if ":" in name and ":" not in wanted:
                continue  # every id begins with the name of its register
            by_symbol = name == self._genes[i].symbol.upper()
            found[i] = found.get(i, True) and not by_symbol
        order = sorted(found, key=lambda i: (found[i], len(self._genes[i].symbol), self._genes[i].symbol))
        return tuple(self._genes[i] for i in order[:limit])

    def near(self, text: str, *, limit: int = 3) -> tuple[Gene, ...]:
        """Genes one slip of the keyboard away, then those that begin alike."""
        wanted = _key(text)
        if not 2 <= len(wanted) <= LONGEST or ":" in wanted:
            return ()
        slips = (self._index[name] for name in _slips(wanted) if name in self._index)
        begun = (self.index(gene.symbol) for gene in self.suggest(wanted, limit=limit))
        found = dict.fromkeys(i for i in (*slips, *begun) if i is not None)
        return tuple(self._genes[i] for i in list(found)[:limit])

    @cached_property
    def _names(self) -> list[tuple[str, int]]:
        return sorted(self._index.items())


def is_symbol(text: str) -> bool:
    """Could this be a gene's symbol or id, known here or not?"""
    text = text.strip()
    return len(text) <= LONGEST and bool(_SYMBOL.match(text) or _ID.match(text))


def _key(text: str) -> str:
    text = text.strip()[: 2 * LONGEST]
    named = _ID.match(text)
    if named:
        prefix = "HGNC" if named[1].upper() == "HGNC" else "NCBIGENE"
        return f"{prefix}:{int(named[2])}"
    return text.upper()


def _slips(name: str) -> Iterator[str]:
    """Every text that one exchange of neighbours, or one wrong, missing or added character makes of this one."""
    halves = [(name[:i], name[i:]) for i in range(len(name) + 1)]
    yield from (head + tail[1] + tail[0] + tail[2:] for head, tail in halves if len(tail) > 1)
    for head, tail in halves:
        if tail:
            yield from (head + letter + tail[1:] for letter in _LETTERS if letter != tail[0])
    for head, tail in halves:
        yield from (head + letter + tail for letter in _LETTERS)
        if tail:
            yield head + tail[1:]


def _linked(diseases: DiseaseTable) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i in range(diseases.size):
        for link in diseases.genes(i):
            found.setdefault(name_of(link), []).append(i)
    return found


def _documented(diseases: DiseaseTable) -> dict[str, dict[str, None]]:
    """Each gene once with its ids; the links of several sources to one gene give it their ids together."""
    ids: dict[str, dict[str, None]] = {}
    for i in range(diseases.size):
        for link in diseases.genes(i):
            ids.setdefault(name_of(link), {}).update(dict.fromkeys(ids_of(link)))
    return ids


def _from_cases(
    diseases: DiseaseTable, bank: CaseBank, ids: dict[str, dict[str, None]]
) -> dict[int, dict[str, np.ndarray]]:
    """Per disease the genes that no source but its published patients names; new genes join `ids`."""
    known = {name.upper(): symbol for symbol, own in ids.items() for name in (*own, symbol)}
    found: dict[int, dict[str, list[int]]] = {}
    ptr, symbols, registered = bank.all_genes()
    for case in range(bank.size):
        start, end = int(ptr[case]), int(ptr[case + 1])
        of = {i for name in bank.diagnoses(case) if (i := diseases.index(name)) is not None} if end > start else ()
        for symbol, own in zip(symbols[start:end], registered[start:end], strict=True):
            name = known.get(own.upper()) or known.get(symbol.upper()) or symbol
            if not _SYMBOL.match(name) and name not in ids:
                continue
            for disease in of:
                if name in ids and any(name_of(link) == name for link in diseases.genes(disease)):
                    continue
                found.setdefault(disease, {}).setdefault(name, []).append(case)
                ids.setdefault(name, {}).update(dict.fromkeys([own] if own else []))
                known.setdefault(name.upper(), name)
    return {i: {name: np.array(cases) for name, cases in seen.items()} for i, seen in found.items()}


def _ncbi_first(one: str) -> bool:
    return not one.startswith("NCBIGene:")


def name_of(link: GeneLink) -> str:
    """The symbol; the id of a gene to which its source gives none (written there as a dash)."""
    return link.symbol if _SYMBOL.match(link.symbol) else link.ncbi


def ids_of(link: GeneLink) -> tuple[str, ...]:
    return tuple(one for one in (link.ncbi, link.hgnc) if one)
