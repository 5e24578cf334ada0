"""Reads Mondo's exact matches (SSSOM tables) and its subclass edges into classes, one line at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_ingest.source import unparsable

MATCH_COLUMNS = ("subject_id", "subject_label", "predicate_id", "object_id", "object_label")
EDGE_COLUMNS = ("subject", "predicate", "object")
EXACT = "skos:exactMatch"
SUBCLASS = "biolink:subclass_of"
_VERSION = re.compile(r"# *mapping_set_version: .*?/releases/(\d{4}-\d\d-\d\d)/")
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


def subclasses(file: str, content: bytes) -> Iterator[tuple[str, str]]:
    """(class, class above) of each subclass edge; edges of other kinds are passed over."""
    for number, (below, predicate, above) in _rows(file, content, EDGE_COLUMNS):
        if predicate != SUBCLASS or not above.startswith("MONDO:"):
            continue
        if not _MONDO.match(below) or not _MONDO.match(above):
            raise unparsable(file, number, "subject and object are not both classes of Mondo")
        yield below, above


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
