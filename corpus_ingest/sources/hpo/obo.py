"""Reads hp.obo (OBO format 1.2, the part that HPO uses) into term records."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus_ingest.source import unparsable
from corpus_ingest.sources.hpo.lines import Raw, numbered_lines
from retrieval.model import Synonym
from retrieval.ontology.build import TermRecord

# A quoted text with backslash escapes, then what follows it.
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(.*)', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "W": " "}
_SCOPES = {"EXACT", "BROAD", "NARROW", "RELATED"}
_TERM_ID = re.compile(r"HP:[0-9]{7}\Z")
# Tags that name a term: anything else there would silently detach it from the graph.
_REFERENCES = {"id", "is_a", "alt_id", "replaced_by", "consider"}

Tags = dict[str, list[str]]


def read_terms(path: Raw) -> list[TermRecord]:
    """All terms, obsolete ones included, in the order of the file."""
    records = [_record(path.name, line, tags) for line, tags in _stanzas(path)]
    if not records:
        raise unparsable(path.name, 1, "the file holds no terms")
    return records


def _stanzas(path: Raw) -> Iterator[tuple[int, Tags]]:
    """(line, tags) of each [Term]; other stanzas and the header are passed over."""
    start, tags, inside = 0, Tags(), False
    for number, line in numbered_lines(path):
        if line.startswith("["):
            if inside:
                yield start, tags
            start, tags, inside = number, Tags(), line == "[Term]"
        elif inside and line and not line.startswith("!"):
            tag, value = _tag(path.name, number, line)
            tags.setdefault(tag, []).append(value)
    if inside:
        yield start, tags


def _tag(name: str, number: int, line: str) -> tuple[str, str]:
    tag, colon, value = line.partition(":")
    if not colon:
        raise unparsable(name, number, "expected 'tag: value'")
    value = value.strip()
    if tag in _REFERENCES:
        value = value.partition(" ! ")[0].strip()
        if not _TERM_ID.match(value):
            raise unparsable(name, number, f"{tag} names no HPO term")
    return tag, value


def _record(name: str, line: int, tags: Tags) -> TermRecord:
    for required in ("id", "name"):
        if len(tags.get(required, [])) != 1:
            raise unparsable(name, line, f"a term needs exactly one {required}")
    return TermRecord(
        id=tags["id"][0],
        label=_unescape(tags["name"][0]),
        definition=_quoted(name, line, tags["def"][0])[0] if "def" in tags else "",
        synonyms=tuple(_synonym(name, line, value) for value in tags.get("synonym", [])),
        parents=tuple(tags.get("is_a", [])),
        alternatives=tuple(tags.get("alt_id", [])),
        obsolete=tags.get("is_obsolete") == ["true"],
        replaced_by=tags["replaced_by"][0] if "replaced_by" in tags else None,
        consider=tuple(tags.get("consider", [])),
    )


def _synonym(name: str, line: int, value: str) -> Synonym:
    text, rest = _quoted(name, line, value)
    words = rest.partition("[")[0].split()
    scope = words[0] if words and words[0] in _SCOPES else "RELATED"  # the default of OBO 1.2
    return Synonym(text, scope, words[1] if len(words) > 1 else "")


def _quoted(name: str, line: int, value: str) -> tuple[str, str]:
    match = _QUOTED.match(value)
    if match is None:
        raise unparsable(name, line, "a quoted text of this term is not closed")
    return _unescape(match[1]), match[2]


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text)
