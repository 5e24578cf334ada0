"""Reads the gene-disease links out of genes_to_phenotype.txt.

The file repeats a link for every finding of the disease; the findings themselves are taken from
phenotype.hpoa, where they stand with references.
"""

from __future__ import annotations

import re
from pathlib import Path

from corpus_ingest.source import unparsable
from corpus_ingest.sources.hpo.lines import numbered_lines
from retrieval.disease_build import GeneRow

HEADER = ["ncbi_gene_id", "gene_symbol", "hpo_id", "hpo_name", "frequency", "disease_id"]
_NUMBER = re.compile(r"[0-9]+\Z")
_DISEASE = re.compile(r"[A-Z]+:[0-9]+\Z")


def read_links(path: Path) -> list[GeneRow]:
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
