"""What a list of candidate genes adds to every ranked disease, in log-odds.

The list is read as a test: the gene at fault is on it with probability `ON_LIST`, and all other
genes are there by chance. For a disease with k known genes

    value = log(1 - ON_LIST + ON_LIST * sum of (worth of a listed gene) / (k * chance))

where `chance` is how likely any gene stands on a list of this length. So a short list says much
and a list of all genes nothing; a disease none of whose known genes is listed loses
log(1 - ON_LIST), about 3, and no more; one without a known gene stands between and moves by
nothing. The worth of a listed gene is 1, scaled by its score against the mean of the list, and by
how well zygosity and inheritance go with the disease's modes of inheritance (`segregation`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retrieval.model import CandidateGene, Contribution, ContributionKind, GeneLink, Profile
from retrieval.ranking.segregation import NO_MODE, Fit, fit

if TYPE_CHECKING:
    from retrieval.diseases import DiseaseTable
    from retrieval.genes import GeneTable

# A list that somebody drew up for this patient holds the gene at fault, and the disease is known by
# it, 19 times in 20. It is an assumption, not a measurement, and the bound of every loss.
ON_LIST = 0.95
# Human protein-coding genes. A list on which few genes have a known disease was drawn from all of them.
PROTEIN_CODING = 20_000
# A score of 0 still counts a twentieth of a score of 1: tools are wrong, and nothing is removed.
LEAST_SCORE = 0.05

CASES = "cases"  # who states the link: published cases alone
CASES_NAMED = 3

# Codes of `Contribution.note`, besides those of `Fit`.
NONE_LISTED = "none_listed"  # genes of the disease are known, and none is on the list
NO_KNOWN_GENE = "no_known_gene"


@dataclass(frozen=True, slots=True)
class _Listed:
    """One gene of the list that the knowledge knows, with all that was entered of it."""

    gene: int
    entries: tuple[CandidateGene, ...]
    worth: float  # by score, 1 on the average of the list


class Best(NamedTuple):
    """The listed gene that speaks most for a disease."""

    symbol: str
    how: Fit
    worth: float
    sources: tuple[str, ...]  # who states the link
    cases: tuple[str, ...]  # ids of published cases, where only they state it


@dataclass(frozen=True, slots=True)
class Genes:
    """The values by position, and per disease the gene and the mode of inheritance that speak."""

    values: np.ndarray  # float64[R]
    best: dict[int, Best]  # by position, where a known gene is listed
    has_gene: np.ndarray  # bool[R]
    used: int  # genes of the list that a disease is linked to

    def contribution(self, position: int) -> Contribution | None:
        """None where the list says nothing at all (it is empty, or no gene on it is known)."""
        if not self.used:
            return None
        value = float(self.values[position])
        if position not in self.best:
            note = NONE_LISTED if self.has_gene[position] else NO_KNOWN_GENE
            return Contribution(ContributionKind.GENE, value, note=note)
        best = self.best[position]
        return Contribution(
            ContributionKind.GENE,
            value,
            gene=best.symbol,
            matched=best.how.mode or None,
            references=best.sources,
            note=best.how.code,
            cases=best.cases,
        )


class _Link(NamedTuple):
    position: int
    source: str
    seen: int | None = None  # the place among the links that only published cases state


@dataclass(frozen=True)
class _Seen:
    """Links that only published cases state: which disease, and which cases."""

    position: np.ndarray
    ptr: np.ndarray
    case: np.ndarray

    @classmethod
    def of(cls, seen: Sequence[tuple[int, np.ndarray]]) -> _Seen:
        cases = [cases for _, cases in seen]
        ptr = np.cumsum([0, *(len(one) for one in cases)])
        flat = np.concatenate(cases) if cases else np.zeros(0, dtype=np.int64)
        return cls(np.array([position for position, _ in seen], dtype=np.int64), ptr, flat)

    def cases(self, at: int) -> np.ndarray:
        found: np.ndarray = self.case[self.ptr[at] : self.ptr[at + 1]]
        return found

    def visible(self, hidden: np.ndarray | None) -> np.ndarray:
        """Per link whether a case that may be seen states it."""
        if hidden is None or not len(self.position):
            return np.ones(len(self.position), dtype=np.bool_)
        found: np.ndarray = np.add.reduceat((~hidden[self.case]).astype(np.int64), self.ptr[:-1]) > 0
        return found

    def counts(self, visible: np.ndarray, size: int) -> np.ndarray:
        """Per disease how many genes published cases add."""
        return np.bincount(self.position[visible], minlength=size).astype(np.int32)


class GeneEvidence:
    """The genes and modes of inheritance of some diseases, by position; made once, asked often."""

    def __init__(self, table: GeneTable, diseases: DiseaseTable, ranked: np.ndarray) -> None:
        self._table = table
        self._links: dict[int, list[_Link]] = {}  # by gene
        self._known = np.zeros(len(ranked), dtype=np.int32)  # documented genes of each disease
        self._modes: list[tuple[str, ...]] = []
        seen: list[tuple[int, np.ndarray]] = []
        for position, index in enumerate(np.asarray(ranked).tolist()):
            self._modes.append(diseases.inheritance(index))
            linked: dict[int, str] = {}
            for link in diseases.genes(index):
                gene = table.of_link(link)
                if gene is not None:
                    linked.setdefault(gene, _source(link))
            self._known[position] = len(linked)
            for gene, source in linked.items():
                self._links.setdefault(gene, []).append(_Link(position, source))
            for symbol, cases in table.seen_in(index).items():
                gene = table.index(symbol)
                if gene is not None:
                    self._links.setdefault(gene, []).append(_Link(position, CASES, len(seen)))
                    seen.append((position, cases))
        self._seen = _Seen.of(seen)

    def weigh(self, profile: Profile, hidden: np.ndarray | None = None) -> Genes:
        """What the genes of the profile add to each disease. The order of the list is irrelevant.

        `hidden` masks published cases: a link, and a gene, that only they state does not exist.
        """
        unknown = self._table.unknown_without(hidden)
        listed, total = self._read(profile.genes, unknown)
        values = np.zeros(len(self._known))
        if not listed:
            return Genes(values, {}, self._known > 0, 0)
        visible = self._seen.visible(hidden)
        known = self._known + self._seen.counts(visible, len(values))
        chance = min(1.0, max(len(listed) / (self._table.size - len(unknown)), total / PROTEIN_CODING))
        sums: dict[int, float] = {}
        best: dict[int, Best] = {}
        for one in listed:
            for link in self._links.get(one.gene, ()):
                if link.seen is not None and not visible[link.seen]:
                    continue
                how = self._fit(one.entries, link.position, profile)
                worth = one.worth * how.factor
                sums[link.position] = sums.get(link.position, 0.0) + worth
                # Of genes that speak alike the first by symbol is named (`listed` is in that order).
                if link.position not in best or worth > best[link.position].worth:
                    best[link.position] = self._best(one.gene, worth, how, link, hidden)
        values[known > 0] = np.log1p(-ON_LIST)
        for position, worth in sums.items():
            values[position] = np.log(1 - ON_LIST + ON_LIST * worth / (float(known[position]) * chance))
        return Genes(values, best, known > 0, len(listed))

    # --- inside ----------------------------------------------------------

    def _best(self, gene: int, worth: float, how: Fit, link: _Link, hidden: np.ndarray | None) -> Best:
        bank, cases = self._table.bank, tuple[str, ...]()
        if link.seen is not None and bank is not None:
            seen = self._seen.cases(link.seen)
            shown = seen[~hidden[seen]] if hidden is not None else seen
            cases = tuple(bank.id(int(case)) for case in shown[:CASES_NAMED])
        return Best(self._table.gene(gene).symbol, how, worth, (link.source,), cases)

    def _read(self, genes: Sequence[CandidateGene], gone: Collection[int] = ()) -> tuple[list[_Listed], int]:
        """The known genes by symbol, and how many different genes the list names in all."""
        known: dict[int, list[CandidateGene]] = {}
        unknown: dict[str, list[CandidateGene]] = {}
        for candidate in genes:
            gene = self._table.find(candidate)
            if gene is not None and gene not in gone:
                known.setdefault(gene, []).append(candidate)
            else:
                unknown.setdefault(candidate.symbol.upper(), []).append(candidate)
        scores = [_score(entries) for entries in (*known.values(), *unknown.values())]
        scored = sorted(LEAST_SCORE + (1 - LEAST_SCORE) * score for score in scores if score is not None)
        mean = sum(scored) / len(scored) if scored else 1.0
        listed = [
            _Listed(gene, tuple(entries), 1.0 if score is None else (LEAST_SCORE + (1 - LEAST_SCORE) * score) / mean)
            for gene in sorted(known)
            for entries in (known[gene],)
            for score in (_score(entries),)
        ]
        return listed, len(known) + len(unknown)

    def _fit(self, entries: Sequence[CandidateGene], position: int, profile: Profile) -> Fit:
        """Of several entries of a gene and several modes of a disease the pair that goes together best."""
        modes = self._modes[position]
        fits = (fit(modes, entry.zygosity, entry.inherited, profile.sex) for entry in entries)
        return max(fits, key=lambda one: (one.factor, one.code, one.mode), default=NO_MODE)


def _source(link: GeneLink) -> str:
    """Orphanet says how a gene takes part in a disease; HPO's file does not."""
    return "orphanet" if link.association else "hpo"


def _score(entries: Sequence[CandidateGene]) -> float | None:
    return max((entry.score for entry in entries if entry.score is not None), default=None)
