"""Reads one file of MedQuAD: a disease, its questions, and the answers as blocks of text.

The collection lost its markup when it was made: paragraphs are double spaces, and GARD's tables of
symptoms are one long line, which is a table again here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from corpus_ingest.safe_xml import BadXml, Limits, Node, parse
from corpus_ingest.source import Reject
from retrieval.passages.document import Block, BlockKind, Document

NO_ANSWER = "has no answer"
NO_FOCUS = "names no disease"
NO_ID = "has no id"
NOT_XML = "is no XML that is read here"
OTHER = "is no file of MedQuAD"
SECTIONS = {  # the kinds of questions, in words
    "information": "What it is",
    "symptoms": "Symptoms",
    "treatment": "Treatment",
    "inheritance": "Inheritance",
    "frequency": "Frequency",
    "genetic changes": "Genetic changes",
    "causes": "Causes",
    "exams and tests": "Exams and tests",
    "research": "Research",
    "outlook": "Outlook",
    "complications": "Complications",
    "prevention": "Prevention",
    "susceptibility": "Susceptibility",
    "stages": "Stages",
    "considerations": "Considerations",
}
_LIMITS = Limits(depth=12, nodes=20_000, characters=4 * 1024**2)
_PARAGRAPH = re.compile(r"\s*\n\s*|\s{2,}")
_INSIDE = re.compile(r"(?<=[^\s.!?:)\]\"”])\s+(?=[a-z])")  # a gap in the middle of a sentence
_ITEM = re.compile(r"[-•*]\s+")
# GARD's table of symptoms: its two headings, rows of a finding and a share, and the note below it.
_TABLE = re.compile(
    r"(.*?)\s*(Signs and Symptoms) (Approximate number of patients \(when available\))\s+(.*?)"
    r"\s*(The Human Phenotype Ontology \(HPO\) has collected.*)",
    re.DOTALL,
)
_ROW = re.compile(r"(\S.*?) (\d+(?:\.\d+)?%|\d+/\d+|\d+ of \d+|-)(?: +|\Z)")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,40}/[A-Za-z0-9][A-Za-z0-9_.-]{0,40}\Z")  # GARD/0000004-1


@dataclass(frozen=True, slots=True)
class Question:
    document: str  # whose answer it has
    text: str
    type: str  # in MedQuAD's word
    focus: str  # the disease it asks about


@dataclass(frozen=True, slots=True)
class Read:
    documents: tuple[Document, ...] = ()
    questions: tuple[Question, ...] = ()
    rejects: tuple[Reject, ...] = ()


def is_file(path: PurePosixPath) -> bool:
    return path.suffix == ".xml" and not path.name.startswith(".") and "__MACOSX" not in path.parts


def read_file(name: str, content: bytes) -> Read:
    """All answers of one file; what gives nothing is named with the reason."""
    file = "/".join(PurePosixPath(name).parts[-2:])
    try:
        root = parse(content, _LIMITS)
    except BadXml as error:
        return Read(rejects=(Reject(file, NOT_XML, str(error)),))
    if root.tag not in ("Document", "doc"):
        return Read(rejects=(Reject(file, OTHER),))
    focus = root.line("Focus") or root.line("doctitle-focus")
    if not focus:
        return Read(rejects=(Reject(file, NO_FOCUS),))
    documents: list[Document] = []
    questions: list[Question] = []
    rejects: list[Reject] = []
    for pair in root.everywhere("QAPair", "pair"):
        asked, given = _either(pair, "Question", "question"), _either(pair, "Answer", "answer")
        key = f"{root.attributes.get('source') or root.attributes.get('corpus', '')}/{asked.attributes.get('qid', '')}"
        if not _KEY.match(key):
            rejects.append(Reject(file, NO_ID))
            continue
        kind = asked.attributes.get("qtype", "").strip()
        blocks = tuple(_blocks(given.text(), (SECTIONS.get(kind, kind.capitalize()),) if kind else ()))
        if not blocks:
            rejects.append(Reject(key, NO_ANSWER))
            continue
        document = Document(f"medquad:{key}", "medquad", focus, blocks, url=_address(root))
        documents.append(document)
        questions.append(Question(document.id, asked.line(), kind, focus))
    return Read(tuple(documents), tuple(questions), tuple(rejects))


def _either(pair: Node, *tags: str) -> Node:
    return next(pair.elements(*tags), Node(tags[0]))


def _address(root: Node) -> str:
    """A link is followed by a clinician: https or http, or none."""
    url = root.attributes.get("url", "").strip()
    return url if re.match(r"https?://[\w.-]+(?:/\S*)?\Z", url) else ""


def _blocks(text: str, section: tuple[str, ...]) -> Iterator[Block]:
    table = _TABLE.fullmatch(text.strip())
    rows = list(_ROW.finditer(table[4])) if table else []
    if table is None or not rows or _ROW.sub("", table[4]).strip():
        yield from _paragraphs(text, section)
        return
    yield from _paragraphs(table[1], section)
    lines = [f"{table[2]} | {table[3]}", *(f"{row[1]} | {row[2]}" for row in rows)]
    yield Block("\n".join(lines), section, BlockKind.TABLE)
    yield from _paragraphs(table[5], section)


def _paragraphs(text: str, section: tuple[str, ...]) -> Iterator[Block]:
    """Paragraphs, and items that follow each other as one list."""
    items: list[str] = []
    for part in (" ".join(part.split()) for part in _PARAGRAPH.split(_INSIDE.sub(" ", text.strip()))):
        if _ITEM.match(part):
            items.append(part)
            continue
        if items:
            yield Block("\n".join(items), section, BlockKind.LIST)
            items = []
        if part:
            yield Block(part, section)
    if items:
        yield Block("\n".join(items), section, BlockKind.LIST)
