"""Reads Mondo's exact matches (SSSOM tables) and its edges to classes and genes, one line at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_ingest.source import unparsable

MATCH_COLUMNS = ("subject_id", "subject_label", "predicate_id", "object_id", "object_label")
NAME_COLUMNS = ("subject_id", "subject_label")
EDGE_COLUMNS = ("subject", "predicate", "object", "relation")
EXACT = "skos:exactMatch"
SUBCLASS = "biolink:subclass_of"
RELATED = "biolink:related_to"
_VERSION = re.compile(r"# *mapping_set_version: .*?/releases/(\d{4}-\d\d-\d\d)/")
_GENE = re.compile(r"http://identifiers\.org/(hgnc|ncbigene)/([0-9]{1,9})\Z")
_GENES = {"hgnc": "HGNC", "ncbigene": "NCBIGene"}
_MONDO = re.compile(r"MONDO:[0-9]{7}\Z")
_TARGETS = {
    "OMIM": re.compile(r"OMIM:([0-9]{6})\Z"),
    "ORPHA": re.compile(r"Orphanet:([0-9]{1,9})\Z"),
    "OMIMPS": re.compile(r"OMIMPS:([0-9]{6})\Z"),
}


def version(file: str, content: bytes) -> str:
    """2026-08-04, from the comments at the head of a table of matches."""
    for _, line in _lines(file, content):
        if not line.startswith("#"):
            break
        if match := _VERSION.match(line):
            return match[1]
    raise unparsable(file, 1, "the header names no release (mapping_set_version)")


def matches(file: str, content: bytes, target: str) -> Iterator[tuple[str, str, str, str]]:
    """(Mondo class, its name, the matched id in the house's form, its name) of each exact match."""
    form = _TARGETS[target]
    for number, row in _rows(file, content, MATCH_COLUMNS):
        mondo, label, predicate, matched, name = row
        if predicate != EXACT:
            raise unparsable(file, number, f"predicate_id is not {EXACT}")
        if not _MONDO.match(mondo) or not label:
            raise unparsable(file, number, "subject_id and subject_label name no class of Mondo")
        found = form.match(matched)
        if found is None:
            raise unparsable(file, number, f"object_id is not an id of {target}")
        yield mondo, label, f"{target}:{found[1]}", name


def names(content: bytes) -> Iterator[tuple[str, str]]:
    """(class, its name) of each row that has both. What the class is matched with is never looked at.

    Lenient: such a table is read for names alone, and what cannot be read names nothing.
    """
    places: list[int] = []
    for line in content.decode("utf-8", "replace").splitlines():
        cells = line.split("\t")
        if line.startswith("#"):
            continue
        if not places:
            if not set(NAME_COLUMNS) <= set(cells):
                return
            places = [cells.index(name) for name in NAME_COLUMNS]
        elif len(cells) > max(places) and _MONDO.match(cells[places[0]]) and cells[places[1]].strip():
            yield cells[places[0]], cells[places[1]].strip()


def subclasses(file: str, content: bytes) -> Iterator[tuple[str, str]]:
    """(class, class above) of each subclass edge; edges of other kinds are passed over."""
    for number, (below, predicate, above, _) in _rows(file, content, EDGE_COLUMNS):
        if predicate != SUBCLASS or not above.startswith("MONDO:"):
            continue
        if not _MONDO.match(below) or not _MONDO.match(above):
            raise unparsable(file, number, "subject and object are not both classes of Mondo")
        yield below, above


def genes(file: str, content: bytes) -> Iterator[tuple[str, str, str]]:
    """(class, gene, relation as Mondo writes it) of each edge to a gene."""
    for number, (mondo, predicate, other, relation) in _rows(file, content, EDGE_COLUMNS):
        found = _GENE.match(other)
        if predicate != RELATED or not found:
            continue
        if not _MONDO.match(mondo) or not relation:
            raise unparsable(file, number, "the edge to a gene names no class of Mondo, or no relation")
        yield mondo, f"{_GENES[found[1]]}:{found[2]}", relation


def _rows(file: str, content: bytes, columns: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, the wanted columns) below the header, whatever other columns there are."""
    places: list[int] = []
    width = 0
    for number, line in _lines(file, content):
        if line.startswith("#") or not line:
            continue
        cells = line.split("\t")
        if not places:
            absent = [name for name in columns if name not in cells]
            if absent:
                raise unparsable(file, number, f"the column {absent[0]} is missing")
            places, width = [cells.index(name) for name in columns], len(cells)
            continue
        if len(cells) != width:
            raise unparsable(file, number, f"{len(cells)} columns instead of {width}")
        yield number, tuple(cells[place].strip() for place in places)
    if not places:
        raise unparsable(file, 1, "the file holds no table")


def _lines(file: str, content: bytes) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(content.splitlines(), start=1):
        try:
            yield number, raw.decode("utf-8")
        except UnicodeDecodeError:
            raise unparsable(file, number, "the line is not UTF-8") from None
