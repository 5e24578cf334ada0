"""Five diseases and four genes, as a table of diseases shows them to whoever reads genes."""

from __future__ import annotations

import numpy as np

from retrieval.genes import GeneTable
from retrieval.model import GeneLink

DOMINANT, RECESSIVE, X_RECESSIVE, MITOCHONDRIAL = "HP:0000006", "HP:0000007", "HP:0001419", "HP:0001427"

FGFR2 = GeneLink("FGFR2", "NCBIGene:2263")
FBN1 = GeneLink("FBN1", "NCBIGene:2200")
CFTR = GeneLink("CFTR", "NCBIGene:1080")
DMD = GeneLink("DMD", "NCBIGene:1756", "HGNC:2928", "loss of function")  # as Orphanet states it
UNNAMED = GeneLink("-", "NCBIGene:105259599")

AT = {"dominant": 0, "recessive": 1, "x": 2, "several": 3, "none": 4}


class FiveDiseases:
    """Stands for a `DiseaseTable` where only genes and inheritance are asked for."""

    size = 5
    ranked = np.arange(5)

    def genes(self, i: int) -> tuple[GeneLink, ...]:
        return ((FGFR2,), (CFTR,), (DMD,), (FBN1, FGFR2, UNNAMED), ())[i]

    def inheritance(self, i: int) -> tuple[str, ...]:
        return ((DOMINANT,), (RECESSIVE,), (X_RECESSIVE,), (DOMINANT, RECESSIVE), (DOMINANT,))[i]


class ManyGenes(FiveDiseases):
    """The same five, and five thousand genes more with a disease each."""

    size = 5_005
    ranked = np.arange(5_005)

    def genes(self, i: int) -> tuple[GeneLink, ...]:
        return super().genes(i) if i < 5 else (GeneLink(f"OTHER{i}", f"NCBIGene:{900_000_000 + i}"),)

    def inheritance(self, i: int) -> tuple[str, ...]:
        return super().inheritance(i) if i < 5 else (DOMINANT,)


def table() -> GeneTable:
    return GeneTable(FiveDiseases())  # type: ignore[arg-type]
