"""One folder a source, each with the same steps: fetch (find the raw files), describe, parse (read them).

HPO travels with the product; the others are brought in by an administrator and lie on the shelf.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from corpus_ingest import shelf
from corpus_ingest.source import Fetched, Source
from corpus_ingest.sources import mondo, orphanet
from corpus_ingest.sources.hpo import SOURCE as HPO
from corpus_ingest.sources.phenopackets.kept import sources as published_cases

SOURCES: tuple[Source, ...] = (HPO,)
# Kinds that are brought in with `manage.py knowledge add`, one file each.
BROUGHT: Mapping[str, Callable[[Path], Source]] = {mondo.NAME: mondo.source, orphanet.NAME: orphanet.source}


def on_hand() -> tuple[Source, ...]:
    """What travels with the product, and what is on the shelf, in a fixed order."""
    kept = [kept_source(one) for kind in sorted(BROUGHT) for one in shelf.files(kind)]
    return (*SOURCES, *kept, *published_cases())


def kept_source(kept: shelf.Kept) -> Source:
    """The source that reads a file on the shelf, under the name it was brought in with."""
    plain = BROUGHT[kept.kind](kept.path)
    return Source(name=plain.name, fetch=partial(_fetched, kept), describe=plain.describe, parse=plain.parse)


def _fetched(kept: shelf.Kept) -> Fetched:
    return Fetched(files={kept.name: shelf.checked(kept)}, digests={kept.name: kept.sha256})
