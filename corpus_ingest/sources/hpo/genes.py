"""Reads the gene-disease links out of genes_to_phenotype.txt, or of genes_to_disease.txt.

The file repeats a link for every finding of the disease; the findings themselves are taken from
phenotype.hpoa, where they stand with references.
"""

from __future__ import annotations

import re

from corpus_ingest.source import unparsable
from corpus_ingest.sources.hpo.lines import Raw, numbered_lines
from retrieval.disease_build import GeneRow

HEADER = ["ncbi_gene_id", "gene_symbol", "hpo_id", "hpo_name", "frequency", "disease_id"]
HEADER_OF_DISEASES = ["ncbi_gene_id", "gene_symbol", "association_type", "disease_id", "source"]
NOT_CAUSING = frozenset({"POLYGENIC"})  # susceptibility: no gene of the disease
_NUMBER = re.compile(r"[0-9]+\Z")
_DISEASE = re.compile(r"[A-Z]+:[0-9]+\Z")


def read_links(path: Raw) -> list[GeneRow]:
    """Each link once, in the order of the file."""
    links: dict[tuple[str, str, str], None] = {}
    lines = numbered_lines(path)
    if next(lines, (1, ""))[1].split("\t") != HEADER:
        raise unparsable(path.name, 1, f"expected the columns {', '.join(HEADER)}")
    for number, line in lines:
        columns = line.split("\t")
        if len(columns) != len(HEADER):
            raise unparsable(path.name, number, f"{len(columns)} columns instead of {len(HEADER)}")
        key = (columns[0], columns[1], columns[5])
        if key in links:
            continue
        if not _NUMBER.match(key[0]) or not key[1] or not _DISEASE.match(key[2]):
            raise unparsable(path.name, number, "expected a gene number, a symbol and a disease such as OMIM:154700")
        links[key] = None
    return [GeneRow(f"NCBIGene:{gene}", symbol, disease) for gene, symbol, disease in links]


def read_diseases(path: Raw) -> list[GeneRow]:
    """Each link once, in the order of the file; those of susceptibility are left out."""
    links: dict[tuple[str, str, str], None] = {}
    lines = numbered_lines(path)
    if next(lines, (1, ""))[1].split("\t") != HEADER_OF_DISEASES:
        raise unparsable(path.name, 1, f"expected the columns {', '.join(HEADER_OF_DISEASES)}")
    for number, line in lines:
        columns = line.split("\t")
        if len(columns) != len(HEADER_OF_DISEASES):
            raise unparsable(path.name, number, f"{len(columns)} columns instead of {len(HEADER_OF_DISEASES)}")
        gene, symbol, how, disease, _ = columns
        if not _NUMBER.match(gene.removeprefix("NCBIGene:")) or not symbol or not _DISEASE.match(disease):
            raise unparsable(path.name, number, "expected a gene number, a symbol and a disease such as OMIM:154700")
        if how not in NOT_CAUSING:
            links[gene.removeprefix("NCBIGene:"), symbol, disease] = None
    return [GeneRow(f"NCBIGene:{gene}", symbol, disease) for gene, symbol, disease in links]
