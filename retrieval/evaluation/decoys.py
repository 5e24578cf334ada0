"""A list of candidate genes with the true one hidden among decoys, as a laboratory might hand it over.

Decoys have a disease in the snapshot and are linked to none of the accepted diagnoses. The draw
depends on the seed and the case alone: neither the order of the cases nor how many are asked about
changes a list. A case that states no gene gets no list. Nothing but names is given: zygosity and
inheritance are known of the true gene only and would give it away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from retrieval.diseases import DiseaseTable
from retrieval.evaluation.solved import SolvedCase
from retrieval.model import CandidateGene


class Decoys:
    """Draws lists from the genes of one snapshot's diseases."""

    def __init__(self, diseases: DiseaseTable) -> None:
        self._diseases = diseases
        links = {link.symbol: link.ncbi for i in range(diseases.size) for link in diseases.genes(i)}
        self._symbols = sorted(links)
        self._ids = links

    def candidates(self, case: SolvedCase, size: int, seed: int) -> tuple[CandidateGene, ...]:
        """`size` genes in chance order: all true ones, and decoys up to the size; none if no gene is true."""
        true = self._true(case)
        if not true:
            return ()
        chance = np.random.default_rng([seed, _number(case.id)])
        barred = {gene.symbol for gene in true} | self._linked(case)
        pool = [symbol for symbol in self._symbols if symbol not in barred]
        wanted = min(max(size - len(true), 0), len(pool))
        drawn = chance.choice(len(pool), wanted, replace=False).tolist()
        genes = [*true, *(CandidateGene(pool[at], self._ids[pool[at]]) for at in drawn)]
        return tuple(genes[at] for at in chance.permutation(len(genes)).tolist())

    def _true(self, case: SolvedCase) -> list[CandidateGene]:
        """By the symbol and id of the snapshot where it has the gene, so that the form gives nothing away."""
        symbols = sorted({gene.symbol for gene in case.genes if gene.symbol})
        stated = {gene.symbol: gene.id for gene in case.genes}
        return [CandidateGene(symbol, self._ids.get(symbol, stated[symbol])) for symbol in symbols]

    def _linked(self, case: SolvedCase) -> set[str]:
        indices: Sequence[int] = [i for one in case.diagnoses if (i := self._diseases.index(one)) is not None]
        return {link.symbol for i in indices for link in self._diseases.genes(i)}


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
