"""MedQuAD: answers of NIH's sites to questions about diseases, one text an answer.

From a folder of its XML files or the zip that holds them. The question is not part of the text: whoever
measures search asks `questions` for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from corpus_ingest import archive
from corpus_ingest.kind import Feed, SourceKind, gettext_noop
from corpus_ingest.source import Fetched, Parsed, Reject, Source, SourceUnavailable, Unparsable, digest
from corpus_ingest.sources.medquad.answers import Question, Read, is_file, read_file
from retrieval.manifest import SourceRecord
from retrieval.passages.document import Document

__all__ = ["KIND", "Question", "questions", "source"]

NAME = "medquad"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CITATION = (
    "Ben Abacha A, Demner-Fushman D. A question-entailment approach to question answering. "
    "BMC Bioinformatics 2019;20:511. doi:10.1186/s12859-019-3119-4. MedQuAD, CC BY 4.0."
)
NOTE = "Answers alone are searched, not their questions. Files whose answers were withheld for copyright are left out."
URL = "https://github.com/abachaa/MedQuAD"
BOUNDS = archive.Bounds(entries=60_000, entry_bytes=4 * 1024**2, total_bytes=512 * 1024**2)
REMEDY = "Name MedQuAD's repository as a zip, or a folder of it, such as 2_GARD_QA."
TWICE = "has the id of another answer"


def fetch(path: Path) -> Fetched:
    if not path.exists():
        raise SourceUnavailable(f"MedQuAD's {path.name} cannot be found.", hint=REMEDY)
    return Fetched(files={path.name: path}, digests={} if path.is_dir() else {path.name: digest(path)})


def describe(fetched: Fetched) -> SourceRecord:
    """MedQuAD names no release: its version is the content."""
    name = next(iter(fetched.files))
    return SourceRecord(
        name=NAME,
        title=KIND.title,
        version=fetched.digests.get(name, "")[:8] or "folder",
        licence=LICENCE,
        citation=CITATION,
        url=URL,
        files=dict(fetched.digests),
        note=NOTE,
    )


def parse(fetched: Fetched) -> Parsed:
    """Every answer, in order of id. A file or an answer that gives nothing is counted, and stops no other."""
    (path,) = fetched.files.values()
    documents: dict[str, Document] = {}
    rejects: list[Reject] = []
    for read in _files(path):
        rejects.extend(read.rejects)
        for document in read.documents:
            if documents.setdefault(document.id, document) is not document:
                rejects.append(Reject(document.id, TWICE))
    if not documents:
        raise Unparsable(f"{path.name} holds no answer of MedQuAD.", hint=REMEDY)
    return Parsed(documents=[documents[name] for name in sorted(documents)], rejects=rejects)


def questions(path: Path) -> Iterator[Question]:
    """The question behind each answer, by the id of its document, for measuring search; nothing of it is indexed."""
    seen: set[str] = set()
    for read in _files(path):
        for one in read.questions:
            if one.document not in seen:
                seen.add(one.document)
                yield one


def source(path: Path) -> Source:
    return Source(name=NAME, fetch=partial(fetch, path), describe=describe, parse=parse)


def _files(path: Path) -> Iterator[Read]:
    for name, content in archive.read(path, is_file, BOUNDS):
        yield read_file(name, content)


KIND = SourceKind(
    name=NAME,
    title="MedQuAD",
    brings=gettext_noop("Brings answers of NIH's sites on some thousand diseases: texts that can be quoted."),
    licence=LICENCE,
    citation=CITATION,
    url=URL,
    source=source,
    is_wanted=is_file,
    bounds=BOUNDS,
    at_least={"documents": 1},
    feed=Feed("https://github.com/abachaa/MedQuAD/archive/refs/heads/master.zip", 12_000_000, name="medquad.zip"),
)
