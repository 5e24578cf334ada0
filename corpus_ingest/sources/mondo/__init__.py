"""Mondo: which entries of OMIM and Orphanet are the same disease, and OMIM's phenotypic series.

From Mondo's mapping tables, a directory or the zip that holds them, which an administrator brings in.
Of the tables there only four are read; codes of SNOMED CT and ICD-10 stay unread.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from pathlib import Path, PurePosixPath

from corpus_ingest import archive
from corpus_ingest.kind import SourceKind, gettext_noop
from corpus_ingest.source import Fetched, Parsed, Source, SourceUnavailable, Unparsable, digest
from corpus_ingest.sources.mondo.tables import matches, subclasses, version
from retrieval.manifest import SourceRecord
from retrieval.vocabularies import MondoTerm

NAME = "mondo"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
CITATION = (
    "Vasilevsky NA et al. Mondo: unifying diseases for the world, by the world. medRxiv 2022. "
    "doi:10.1101/2022.04.13.22273750. CC BY 4.0; its mapping tables CC0."
)
NOTE = "Only exact matches with OMIM, Orphanet and OMIM's phenotypic series, and subclass edges, are read."
TABLES = {
    "OMIM": "mondo_exactmatch_omim.sssom.tsv",
    "ORPHA": "mondo_exactmatch_orphanet.sssom.tsv",
    "OMIMPS": "mondo_exactmatch_omimps.sssom.tsv",
}
EDGES = "mondo-rare_edges.tsv"
WANTED = frozenset({*TABLES.values(), EDGES})
BOUNDS = archive.Bounds(entries=1_000, entry_bytes=64 * 1024**2, total_bytes=256 * 1024**2)
REMEDY = "Load Mondo's mapping tables again."


def is_table(path: PurePosixPath) -> bool:
    return path.name in WANTED


def fetch(path: Path) -> Fetched:
    """The zip or the directory, with the sha256 of the zip."""
    if not path.exists():
        raise SourceUnavailable(f"Mondo's {path.name} cannot be found.", hint=REMEDY)
    return Fetched(files={path.name: path}, digests={} if path.is_dir() else {path.name: digest(path)})


def describe(fetched: Fetched) -> SourceRecord:
    tables = _tables(fetched)
    stated = sorted({version(name, tables[name]) for name in TABLES.values()})
    return SourceRecord(
        name=NAME,
        title="Mondo Disease Ontology",
        version=" and ".join(stated),
        licence=LICENCE,
        citation=CITATION,
        url="https://mondo.monarchinitiative.org",
        files=dict(fetched.digests),
        note=NOTE,
    )


def parse(fetched: Fetched) -> Parsed:
    """The classes that match something or stand under one, in order of their ids."""
    tables = _tables(fetched)
    names: dict[str, str] = {}
    exact: dict[str, set[tuple[str, str]]] = defaultdict(set)
    above: dict[str, set[str]] = defaultdict(set)
    for target, file in TABLES.items():
        for mondo, label, matched, name in matches(file, tables[file], target):
            names[mondo] = label
            exact[mondo].add((matched, name))
    for below, parent in subclasses(EDGES, tables[EDGES]):
        above[below].add(parent)
    return Parsed(
        mondo=[
            MondoTerm(one, names.get(one, ""), tuple(sorted(exact[one])), tuple(sorted(above[one])))
            for one in sorted({*exact, *above})
        ]
    )


def source(path: Path) -> Source:
    return Source(name=NAME, fetch=partial(fetch, path), describe=describe, parse=parse)


KIND = SourceKind(
    name=NAME,
    title="Mondo Disease Ontology",
    brings=gettext_noop("Says which entries of OMIM and Orphanet are one disease, and which belong to one series."),
    licence=LICENCE,
    citation=CITATION,
    url="https://mondo.monarchinitiative.org",
    source=source,
    is_wanted=is_table,
    bounds=BOUNDS,
    at_least={"mondo": 1, "mondo.exact": 1},
)


def _tables(fetched: Fetched) -> dict[str, bytes]:
    (path,) = fetched.files.values()
    found: dict[str, bytes] = {}
    for entry, content in archive.read(path, is_table, BOUNDS):
        name = PurePosixPath(entry).name
        if name in found:
            raise Unparsable(f"{path.name}: {name} occurs twice.", hint=REMEDY)
        found[name] = content
    if absent := sorted(WANTED - found.keys()):
        raise Unparsable(f"{path.name}: {absent[0]} is missing.", hint=REMEDY)
    return found
