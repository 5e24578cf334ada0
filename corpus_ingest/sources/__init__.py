"""One folder a source, each with the same steps: fetch (find the raw files), describe, parse (read them)."""

from corpus_ingest.source import Source
from corpus_ingest.sources.hpo import SOURCE as HPO

SOURCES: tuple[Source, ...] = (HPO,)
