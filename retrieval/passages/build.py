"""Turns documents and their passages into the arrays of a `PassageStore`, once per snapshot.

Passages are put in the order of the documents and of their places. What does not fit together (a passage of no
document, of words that are not at its place; two documents of one id) is an error of whoever made it, and is named.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from retrieval import csr
from retrieval.diseases import DiseaseTable
from retrieval.errors import RetrievalError
from retrieval.passages import names
from retrieval.passages.document import BlockKind, Document, Passage
from retrieval.strings import Codes, StringTable

BETWEEN_HEADINGS = "\x1f"
KINDS = tuple(BlockKind)
NAMESAKES = 3  # diseases of one name that a title may mean
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.*)?)?)?\Z")


class PassagesUnfit(RetrievalError):
    """Documents and passages that do not belong together; the message names the document."""

    code = "knowledge.passages_unfit"


@dataclass(frozen=True, slots=True)
class Material:
    """Documents and their passages in one order: everything that counts passages counts them so."""

    documents: Sequence[Document]
    passages: Sequence[Passage]
    owner: np.ndarray  # int32 per passage: position of its document

    @classmethod
    def of(cls, documents: Iterable[Document], passages: Iterable[Passage]) -> Material:
        kept = list(documents)
        at: dict[str, int] = {}
        for k, document in enumerate(kept):
            if at.setdefault(document.id, k) != k:
                raise PassagesUnfit(f"Two documents have the id {document.id[:200]!r}.", hint="Give each its own.")
        found = list(passages)
        lost = next((one for one in found if one.document not in at), None)
        if lost is not None:
            raise PassagesUnfit(f"A passage names the document {lost.document[:200]!r}, which is not there.")
        found.sort(key=lambda one: (at[one.document], one.start, one.end))
        return cls(kept, found, np.array([at[one.document] for one in found], dtype=np.int32))


def build(
    material: Material, diseases: DiseaseTable, synonyms: Iterable[tuple[str, str]] = ()
) -> dict[str, np.ndarray]:
    """The arrays of a store."""
    sections = Codes()
    sections.code("")
    named = names.build(diseases, synonyms)
    return {
        **_documents(material),
        **_about(material.documents, diseases, names.DiseaseNames(named)),
        **_blocks(material.documents, sections),
        **_passages(material, sections),
        **StringTable.build(sections.strings(), "section_name_"),
        **named,
    }


def hash_of(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(_bytes(text), digest_size=8).digest(), "big")


def days(date: str) -> tuple[int, int]:
    """The first and the last day that an ISO 8601 date may mean, as 20240517; (0, 0) for what is none."""
    match = _DATE.match(date)
    if not match:
        return 0, 0
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if month > 12 or day > 31 or (match[2] and not month) or (match[3] and not day):
        return 0, 0
    first = year * 10_000 + (month or 1) * 100 + (day or 1)
    return first, year * 10_000 + (month or 12) * 100 + (day or 31)


def _documents(material: Material) -> dict[str, np.ndarray]:
    documents = material.documents
    keys = np.array([hash_of(one.id) for one in documents], dtype=np.uint64)
    spans = np.array([days(one.date) for one in documents], dtype=np.int32).reshape(len(documents), 2)
    ids = Codes()
    disease_ptr, disease = csr.pack([[ids.code(name) for name in dict.fromkeys(one.diseases)] for one in documents])
    counts = np.bincount(material.owner, minlength=len(documents))
    found = {
        **StringTable.build((_sound(one.id) for one in documents), "document_id_"),
        **StringTable.build((_sound(one.title) for one in documents), "title_"),
        **StringTable.build((_sound(one.url) for one in documents), "url_"),
        **StringTable.build((_sound(one.text) for one in documents), "text_"),
        **StringTable.build(ids.strings(), "disease_id_"),
        "document_key": keys,
        "document_order": np.argsort(keys, kind="stable").astype(np.int32),
        "passage_ptr": np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        "disease_ptr": disease_ptr,
        "disease": disease,
        "redistributable": np.array([one.redistributable for one in documents], dtype=np.bool_),
        "day_first": spans[:, 0],
        "day_last": spans[:, 1],
    }
    for name in ("source", "licence", "language", "date"):
        codes = Codes()
        found[name] = np.array([codes.code(_sound(getattr(one, name))) for one in documents], dtype=np.int32)
        found |= StringTable.build(codes.strings(), f"{name}_name_")
    return found


def _about(documents: Sequence[Document], diseases: DiseaseTable, known: names.DiseaseNames) -> dict[str, np.ndarray]:
    """Positions in the disease table of what each document is about: by the ids that it states.

    Where it states none: the diseases whose name is its whole title, if they are few (Orphanet's group and OMIM's
    entry are both called Marfan syndrome). That links a text to a disease and is marked as such; it merges nothing.
    """
    about, by_title = [], []
    for one in documents:
        stated = [i for i in map(diseases.index, one.diseases) if i is not None]
        titled = known.whole(one.title) if not one.diseases else ()
        titled = titled if len(titled) <= NAMESAKES else ()
        by_title.append(bool(titled))
        about.append(list(dict.fromkeys(stated or titled)))
    ptr, positions = csr.pack(about)
    return {"about_ptr": ptr, "about": positions, "by_title": np.array(by_title, dtype=np.bool_)}


def _blocks(documents: Sequence[Document], sections: Codes) -> dict[str, np.ndarray]:
    blocks = list(chain.from_iterable(one.blocks for one in documents))
    starts = np.fromiter(chain.from_iterable(one.starts() for one in documents), dtype=np.int32, count=len(blocks))
    lengths = np.array([len(one.text) for one in blocks], dtype=np.int32)
    kinds = {kind: code for code, kind in enumerate(KINDS)}
    return {
        "block_ptr": np.concatenate([[0], np.cumsum([len(one.blocks) for one in documents])]).astype(np.int32),
        "block_start": starts,
        "block_end": starts + lengths,
        "block_kind": np.array([kinds[one.kind] for one in blocks], dtype=np.uint8),
        "block_page": np.array([one.page or 0 for one in blocks], dtype=np.int32),
        "block_section": np.array([sections.code(_path(one.section)) for one in blocks], dtype=np.int32),
    }


def _passages(material: Material, sections: Codes) -> dict[str, np.ndarray]:
    passages = material.passages
    keys = np.array([int(one.id, 16) for one in passages], dtype=np.uint64)
    first, last = _bytes_of(material)
    return {
        "document": material.owner,
        "key": keys,
        "key_order": np.argsort(keys, kind="stable").astype(np.int32),
        "start": np.array([one.start for one in passages], dtype=np.int32),
        "end": np.array([one.end for one in passages], dtype=np.int32),
        "byte_start": first,
        "byte_end": last,
        "page": np.array([one.page or 0 for one in passages], dtype=np.int32),
        "section": np.array([sections.code(_path(one.section)) for one in passages], dtype=np.int32),
        "text_hash": np.array([copy_hash(one.text) for one in passages], dtype=np.uint64),
    }


def copy_hash(text: str) -> int:
    """Equal for texts that differ in blanks and capitals alone."""
    return hash_of(" ".join(text.casefold().split()))


def _bytes_of(material: Material) -> tuple[np.ndarray, np.ndarray]:
    """Per passage its first and last byte among the bytes of all texts; each must be where it says."""
    first, last = (np.zeros(len(material.passages), dtype=np.int64) for _ in range(2))
    base, i = 0, 0
    for k, document in enumerate(material.documents):
        text = _sound(document.text)
        plain = text.isascii()
        while i < len(material.passages) and material.owner[i] == k:
            one = material.passages[i]
            if not 0 <= one.start < one.end <= len(text) or text[one.start : one.end] != _sound(one.text):
                raise PassagesUnfit(f"A passage is not at its place in {document.id[:200]!r}: {one.start}-{one.end}.")
            before = one.start if plain else len(text[: one.start].encode())
            first[i] = base + before
            last[i] = base + before + (one.end - one.start if plain else len(text[one.start : one.end].encode()))
            i += 1
        base += len(text) if plain else len(text.encode())
    return first, last


def _path(section: Sequence[str]) -> str:
    return BETWEEN_HEADINGS.join(_sound(one).replace(BETWEEN_HEADINGS, " ") for one in section)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _sound(text: str) -> str:
    """Without lone surrogates, which no file can hold; one character stands for one, so that offsets stay."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    return text
