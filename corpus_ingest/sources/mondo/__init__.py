"""Mondo: which entries of OMIM and Orphanet are the same disease, OMIM's phenotypic series, and the hierarchy.

From Mondo's mapping tables, a directory or the zip that holds them, which an administrator brings in.
Three tables must be there, and the edges: as a table (KGX), or in the ontology itself as Mondo publishes
it (mondo-rare.json). Two more tables are read for Mondo's own names of its classes, where they are there:
the codes of SNOMED CT and ICD-10 in them stay unread.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from pathlib import Path, PurePosixPath

from corpus_ingest import archive
from corpus_ingest.kind import Feed, Part, SourceKind, gettext_noop
from corpus_ingest.source import Fetched, Parsed, Source, SourceUnavailable, Unparsable, digest
from corpus_ingest.sources.mondo.graph import read_graph
from corpus_ingest.sources.mondo.tables import genes, matches, names, subclasses, version
from retrieval.hierarchy import RELATIONS
from retrieval.manifest import SourceRecord
from retrieval.vocabularies import MondoTerm

NAME = "mondo"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
CITATION = (
    "Vasilevsky NA et al. Mondo: unifying diseases for the world, by the world. medRxiv 2022. "
    "doi:10.1101/2022.04.13.22273750. CC BY 4.0; its mapping tables CC0."
)
NOTE = (
    "Exact matches with OMIM, Orphanet and OMIM's phenotypic series, subclass edges and edges to genes are read; "
    "codes of SNOMED CT and ICD-10 are not."
)
TABLES = {
    "OMIM": "mondo_exactmatch_omim.sssom.tsv",
    "ORPHA": "mondo_exactmatch_orphanet.sssom.tsv",
    "OMIMPS": "mondo_exactmatch_omimps.sssom.tsv",
}
EDGES = "mondo-rare_edges.tsv"
GRAPH = "mondo-rare.json"  # the same edges, with the names of all classes
NAMES = ("mondo_exactmatch_sctid.sssom.tsv", "mondo_exactmatch_icd10cm.sssom.tsv")  # read for names alone
WANTED = frozenset({*TABLES.values(), EDGES, GRAPH, *NAMES})
BOUNDS = archive.Bounds(entries=1_000, entry_bytes=256 * 1024**2, total_bytes=512 * 1024**2)
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
    """The classes that match something, stand under or over one, or rest on a gene, in order of their ids."""
    tables = _tables(fetched)
    named: dict[str, str] = {}
    exact: dict[str, set[tuple[str, str]]] = defaultdict(set)
    above: dict[str, set[str]] = defaultdict(set)
    rests_on: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for target, file in TABLES.items():
        for mondo, label, matched, name in matches(file, tables[file], target):
            named[mondo] = label
            exact[mondo].add((matched, name))
    read = read_graph(GRAPH, tables[GRAPH]) if EDGES not in tables else None
    for below, parent in read.subclasses if read else subclasses(EDGES, tables[EDGES]):
        above[below].add(parent)
    for mondo, gene, relation in read.genes if read else genes(EDGES, tables[EDGES]):
        rests_on[mondo].add((gene, RELATIONS.get(relation, relation)))
    for mondo, label in read.names if read else ():
        named.setdefault(mondo, label)
    for file in (one for one in NAMES if one in tables):
        for mondo, label in names(tables[file]):
            named.setdefault(mondo, label)
    roots = {parent for parents in above.values() for parent in parents} & named.keys()
    return Parsed(
        mondo=[
            MondoTerm(
                one,
                named.get(one, ""),
                tuple(sorted(exact[one])),
                tuple(sorted(above[one])),
                tuple(sorted(rests_on[one])),
            )
            for one in sorted({*exact, *above, *rests_on, *roots})
        ]
    )


def source(path: Path) -> Source:
    return Source(name=NAME, fetch=partial(fetch, path), describe=describe, parse=parse)


KIND = SourceKind(
    name=NAME,
    title="Mondo Disease Ontology",
    brings=gettext_noop(
        "Says which entries of OMIM and Orphanet are one disease, and what stands above, below and beside it."
    ),
    licence=LICENCE,
    citation=CITATION,
    url="https://mondo.monarchinitiative.org",
    source=source,
    is_wanted=is_table,
    bounds=BOUNDS,
    at_least={"mondo": 1, "mondo.exact": 1},
    feed=Feed(
        "https://github.com/monarch-initiative/mondo",
        45_000_000,
        name="mondo.zip",
        parts=(
            *(
                Part(f"https://purl.obolibrary.org/obo/mondo/mappings/{name}", name, 1_500_000)
                for name in TABLES.values()
            ),
            Part(
                "https://github.com/monarch-initiative/mondo/releases/latest/download/mondo-rare.json",
                GRAPH,
                40_000_000,
            ),
        ),
    ),
)


def _tables(fetched: Fetched) -> dict[str, bytes]:
    (path,) = fetched.files.values()
    found: dict[str, bytes] = {}
    for entry, content in archive.read(path, is_table, BOUNDS):
        name = PurePosixPath(entry).name
        if name in found:
            raise Unparsable(f"{path.name}: {name} occurs twice.", hint=REMEDY)
        found[name] = content
    needed = {*TABLES.values(), *(() if GRAPH in found else (EDGES,))}
    if absent := sorted(needed - found.keys()):
        raise Unparsable(f"{path.name}: {absent[0]} is missing.", hint=REMEDY)
    return found
