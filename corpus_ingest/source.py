"""What a source of knowledge hands to the pipeline.

It can fetch (find the raw files on this machine), describe (version, licence, citation) and parse (raw
files to records, naming file and line where it cannot). Adding a kind of source: docs/sources.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.annotation_rows import AnnotationRow
from retrieval.disease_build import GeneRow
from retrieval.errors import RetrievalError
from retrieval.manifest import SourceRecord
from retrieval.model import PublishedCase
from retrieval.ontology.build import TermRecord
from retrieval.passages.document import Document
from retrieval.vocabularies import MondoTerm, OrphanetEntry


class SourceUnavailable(RetrievalError):
    """The raw files are not where they should be."""

    code = "knowledge.source_unavailable"


class Unparsable(RetrievalError):
    """A raw file says something the parser cannot read; the message names file and line."""

    code = "knowledge.unparsable"


@dataclass(frozen=True, slots=True)
class Fetched:
    """The raw files of one source on this machine, by their own names."""

    files: Mapping[str, Path]
    digests: Mapping[str, str]  # file name -> sha256


@dataclass(frozen=True, slots=True)
class Reject:
    """One entry or file of a source that gives nothing, while the others go on. It repeats nothing of the text."""

    name: str  # file, and place in it where it holds several
    reason: str  # one of few, for counting
    detail: str = ""  # where and what, for mending


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a source contributes; a kind that it does not have is empty."""

    terms: Sequence[TermRecord] = ()
    rows: Sequence[AnnotationRow] = ()
    genes: Sequence[GeneRow] = ()
    orphanet: Sequence[OrphanetEntry] = ()
    mondo: Sequence[MondoTerm] = ()
    cases: Sequence[PublishedCase] = ()
    documents: Sequence[Document] = ()
    rejects: Sequence[Reject] = ()


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    fetch: Callable[[], Fetched]
    describe: Callable[[Fetched], SourceRecord]
    parse: Callable[[Fetched], Parsed]


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unparsable(file: str, line: int, message: str) -> Unparsable:
    return Unparsable(f"{file} line {line}: {message}.", hint="Load an intact release of the file.")
