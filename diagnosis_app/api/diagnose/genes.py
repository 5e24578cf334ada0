"""A file with candidate genes, for `manage.py diagnose --genes`.

A list with a problem is refused whole: on a page somebody can look at what was read, in a script nobody does.
"""

from __future__ import annotations

from diagnosis_app.api.diagnose.source import read_source
from diagnosis_app.cases.content import Content, GeneEntry
from diagnosis_app.cases.gene_entries import paste, settle_genes
from diagnosis_app.errors import Invalid, InvalidMany
from retrieval.knowledge import Knowledge


def read_genes(path: str, knowledge: Knowledge) -> tuple[GeneEntry, ...]:
    """Raises `InvalidMany` with every problem by its line."""
    pasted = paste(read_source(path).text, knowledge.genes)
    if pasted.problems:
        raise InvalidMany(list(pasted.problems))
    if not pasted.genes:
        raise Invalid("names no gene.", field="genes", hint="Write one gene a line, such as FGFR2.")
    return pasted.genes


def with_genes(content: Content, genes: tuple[GeneEntry, ...], knowledge: Knowledge) -> Content:
    """The file's own genes stay; one of both lists is taken as the list says."""
    own, problems = settle_genes(content.genes, knowledge.genes)
    if problems:
        raise InvalidMany(problems)
    listed = {entry.symbol.upper(): entry for entry in (*own, *genes)}
    return content.model_copy(update={"genes": tuple(listed.values())})
