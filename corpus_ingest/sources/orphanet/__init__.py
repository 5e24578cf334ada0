"""Orphanet: rare diseases with definitions, findings, genes, inheritance, onset, prevalence and their relation to OMIM.

From orphapacket, a directory of JSON files or the zip that holds them, which an administrator brings in.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePosixPath

from corpus_ingest import archive
from corpus_ingest.kind import Feed, SourceKind, gettext_noop
from corpus_ingest.source import Fetched, Parsed, Source, SourceUnavailable, digest
from corpus_ingest.sources.orphanet.entries import FILE, REMEDY, read_entry, unreadable
from retrieval.manifest import SourceRecord

NAME = "orphanet"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CITATION = "Orphadata: free access data from Orphanet. (c) INSERM 1999. orphadata.com, orphapacket, CC BY 4.0."
NOTE = (
    "Findings with Orphanet's frequency classes take the place of the rows that phenotype.hpoa took over from "
    "Orphanet; those that deny a finding stay. Genes only where they cause the disease. They carry no publications."
)
BOUNDS = archive.Bounds(entries=40_000, entry_bytes=4 * 1024**2, total_bytes=512 * 1024**2)


def is_entry(path: PurePosixPath) -> bool:
    return FILE.match(path.name) is not None


def fetch(path: Path) -> Fetched:
    """The zip or the directory, with the sha256 of the zip."""
    if not path.exists():
        raise SourceUnavailable(f"Orphanet's {path.name} cannot be found.", hint=REMEDY)
    return Fetched(files={path.name: path}, digests={} if path.is_dir() else {path.name: digest(path)})


def describe(fetched: Fetched) -> SourceRecord:
    """The version as the first entry states it; `parse` holds all others to it."""
    (path,) = fetched.files.values()
    for name, content in archive.read(path, is_entry, BOUNDS):
        return record(read_entry(name, content).version, fetched)
    raise unreadable(path.name, "it holds no file such as ORPHApacket_558.json")


def record(version: str, fetched: Fetched) -> SourceRecord:
    return SourceRecord(
        name=NAME,
        title="Orphanet",
        version=version,
        licence=LICENCE,
        citation=CITATION,
        url="https://www.orphadata.com",
        files=dict(fetched.digests),
        note=NOTE,
    )


def parse(fetched: Fetched) -> Parsed:
    (path,) = fetched.files.values()
    read = [read_entry(name, content) for name, content in archive.read(path, is_entry, BOUNDS)]
    if not read:
        raise unreadable(path.name, "it holds no file such as ORPHApacket_558.json")
    seen: set[str] = set()
    for one in read:
        if one.entry.id in seen:
            raise unreadable(path.name, f"{one.entry.id} occurs twice")
        if one.version != read[0].version:
            raise unreadable(path.name, f"{one.entry.id} is of another version than {read[0].entry.id}")
        seen.add(one.entry.id)
    read.sort(key=lambda one: int(one.entry.id.partition(":")[2]))
    return Parsed(
        rows=[row for one in read for row in one.rows],
        genes=[gene for one in read for gene in one.genes],
        orphanet=[one.entry for one in read],
        documents=[one.definition for one in read if one.definition],
    )


def source(path: Path) -> Source:
    return Source(name=NAME, fetch=partial(fetch, path), describe=describe, parse=parse)


KIND = SourceKind(
    name=NAME,
    title="Orphanet",
    brings=gettext_noop(
        "Brings definitions to quote, and frequencies, genes, inheritance and onset of four thousand further diseases."
    ),
    licence=LICENCE,
    citation=CITATION,
    url="https://www.orphadata.com",
    source=source,
    is_wanted=is_entry,
    bounds=BOUNDS,
    at_least={"orphanet": 1},
    feed=Feed(
        "https://github.com/Orphanet/orphapacket/archive/refs/heads/master.zip", 35_000_000, name="orphapacket.zip"
    ),
)
