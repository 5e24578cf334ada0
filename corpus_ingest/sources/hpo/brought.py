"""A release of HPO that an administrator brings in: a zip or a directory with HPO's own files, in any folder.

`hp.obo` and `phenotype.hpoa` must be there. Genes come from `genes_to_phenotype.txt`, or where that is missing
from `genes_to_disease.txt`; without both a release has no links to genes, which verification refuses.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePosixPath

from corpus_ingest import archive
from corpus_ingest.source import Fetched, Parsed, Source, SourceUnavailable, Unparsable, digest
from corpus_ingest.sources.hpo.fetch import record, release
from corpus_ingest.sources.hpo.genes import read_diseases, read_links
from corpus_ingest.sources.hpo.hpoa import read_rows
from corpus_ingest.sources.hpo.lines import Entry
from corpus_ingest.sources.hpo.obo import read_terms
from retrieval.manifest import SourceRecord

ONTOLOGY, ANNOTATIONS, LINKS, DISEASES = "hp.obo", "phenotype.hpoa", "genes_to_phenotype.txt", "genes_to_disease.txt"
WANTED = frozenset({ONTOLOGY, ANNOTATIONS, LINKS, DISEASES})
BOUNDS = archive.Bounds(entries=1_000, entry_bytes=256 * 1024**2, total_bytes=512 * 1024**2)
REMEDY = "Put hp.obo, phenotype.hpoa and genes_to_phenotype.txt of one release of HPO into a zip or a directory."


def is_wanted(path: PurePosixPath) -> bool:
    return path.name in WANTED and "__MACOSX" not in path.parts


def source(path: Path) -> Source:
    return Source(name="hpo", fetch=partial(_fetch, path), describe=_describe, parse=_parse)


def _fetch(path: Path) -> Fetched:
    if not path.exists():
        raise SourceUnavailable(f"HPO's {path.name} cannot be found.", hint=REMEDY)
    return Fetched(files={path.name: path}, digests={} if path.is_dir() else {path.name: digest(path)})


def _describe(fetched: Fetched) -> SourceRecord:
    entries = _entries(fetched)
    return record(release(entries[ONTOLOGY]), release(entries[ANNOTATIONS]), fetched)


def _parse(fetched: Fetched) -> Parsed:
    entries = _entries(fetched)
    links = read_links(entries[LINKS]) if LINKS in entries else []
    if not links and DISEASES in entries:
        links = read_diseases(entries[DISEASES])
    return Parsed(terms=read_terms(entries[ONTOLOGY]), rows=read_rows(entries[ANNOTATIONS]), genes=links)


def _entries(fetched: Fetched) -> dict[str, Entry]:
    (path,) = fetched.files.values()
    found: dict[str, Entry] = {}
    for name, content in archive.read(path, is_wanted, BOUNDS):
        plain = PurePosixPath(name).name
        if plain in found:
            raise Unparsable(f"{path.name}: {plain} occurs twice.", hint=REMEDY)
        found[plain] = Entry(plain, content)
    if absent := sorted({ONTOLOGY, ANNOTATIONS} - found.keys()):
        raise Unparsable(f"{path.name}: {absent[0]} is missing.", hint=REMEDY)
    return found
