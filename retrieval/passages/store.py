"""The documents of a snapshot and the passages cut from them, as arrays: what is quoted is read from here.

Each text is kept once, as one piece of UTF-8; a passage knows where in it it stands, in characters and in
bytes, so that it is read without reading the rest. Passages have a position 0..size-1, in the order of the
documents and of their places; those of one document are neighbours. Diseases are positions of the snapshot's
`DiseaseTable`, so that ORPHA:558 and OMIM:154700 are one. Nothing is decoded until somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from retrieval import csr
from retrieval.diseases import DiseaseTable
from retrieval.passages import build
from retrieval.passages.build import BETWEEN_HEADINGS, KINDS, Material, hash_of
from retrieval.passages.document import Block, Document, Passage
from retrieval.passages.names import DiseaseNames
from retrieval.strings import Arrays, StringTable

_PASSAGE_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What is known of a document beside its text."""

    id: str
    position: int
    title: str
    source: str
    url: str
    licence: str  # its own; empty where it is its source's
    language: str
    date: str
    diseases: tuple[str, ...]  # as the source names them
    by_title: bool = False  # the source names none, and the title is the name of one
    redistributable: bool = True  # whether an export may carry its text


class PassageStore:
    """Read-only; safe to share between threads."""

    def __init__(self, arrays: Arrays, diseases: DiseaseTable) -> None:
        self._arrays = arrays
        self.diseases = diseases
        self.names = DiseaseNames(arrays)
        self.size: int = len(arrays["start"])
        self.document_count: int = len(arrays["document_key"])
        self.document_of: np.ndarray = arrays["document"]  # int32 per passage: position of its document
        self.text_hash: np.ndarray = arrays["text_hash"]  # uint64 per passage: equal for copies
        self._blob: np.ndarray = arrays["text_blob"]
        self._texts = StringTable(arrays, "text_")
        self._document_ids = StringTable(arrays, "document_id_")
        self._titles = StringTable(arrays, "title_")
        self._urls = StringTable(arrays, "url_")

    @staticmethod
    def build(
        documents: Iterable[Document],
        passages: Iterable[Passage],
        diseases: DiseaseTable,
        synonyms: Iterable[tuple[str, str]] = (),
    ) -> dict[str, np.ndarray]:
        """The arrays of a store. `synonyms`: (disease id, another name of it)."""
        return build.build(Material.of(documents, passages), diseases, synonyms)

    @classmethod
    def empty(cls, diseases: DiseaseTable) -> PassageStore:
        return cls(cls.build((), (), diseases), diseases)

    # --- passages --------------------------------------------------------

    def id(self, i: int) -> str:
        return f"{int(self._arrays['key'][i]):016x}"

    def index(self, passage_id: str) -> int | None:
        """The position of a passage, or None."""
        i = int(self.positions([passage_id])[0])
        return None if i < 0 else i

    @property
    def keys(self) -> np.ndarray:
        """uint64 per passage: its id as a number."""
        return self._arrays["key"]

    def positions(self, passage_ids: Sequence[str]) -> np.ndarray:
        """The position of each; -1 for those that are not here."""
        fit = np.array([_PASSAGE_ID.fullmatch(one) is not None for one in passage_ids], dtype=np.bool_)
        sought = [int(one, 16) if ok else 0 for one, ok in zip(passage_ids, fit.tolist(), strict=True)]
        found = _sought(self._arrays["key"], self._arrays["key_order"], np.array(sought, dtype=np.uint64))
        return np.where(fit, found, -1)

    def passage(self, passage_id: str) -> Passage | None:
        i = self.index(passage_id)
        return None if i is None else self.at(i)

    def at(self, i: int) -> Passage:
        a = self._arrays
        page = int(a["page"][i])
        return Passage(
            id=self.id(i),
            document=self._document_ids[int(self.document_of[i])],
            start=int(a["start"][i]),
            end=int(a["end"][i]),
            text=self.text(i),
            section=self.section(i),
            page=page if page > 0 else None,
        )

    def text(self, i: int) -> str:
        first, last = int(self._arrays["byte_start"][i]), int(self._arrays["byte_end"][i])
        return self._blob[first:last].tobytes().decode("utf-8")

    def span(self, i: int) -> tuple[int, int]:
        """Where the passage stands in its document's text."""
        return int(self._arrays["start"][i]), int(self._arrays["end"][i])

    def section(self, i: int) -> tuple[str, ...]:
        return self._sections[int(self._arrays["section"][i])]

    def title(self, i: int) -> str:
        """The title of the passage's document."""
        return self._titles[int(self.document_of[i])]

    # --- documents -------------------------------------------------------

    def document_index(self, document_id: str) -> int | None:
        key = np.array([hash_of(document_id)], dtype=np.uint64)
        k = int(_sought(self._arrays["document_key"], self._arrays["document_order"], key)[0])
        return k if k >= 0 and self._document_ids[k] == document_id else None

    def document(self, document_id: str) -> Document | None:
        """The whole document: its blocks, and the text that every offset refers to."""
        k = self.document_index(document_id)
        return None if k is None else self.document_at(k)

    def document_at(self, k: int) -> Document:
        record, text, a = self.record(k), self._texts[k], self._arrays
        rows = range(*a["block_ptr"][k : k + 2].tolist())
        blocks = tuple(
            Block(
                text=text[int(a["block_start"][b]) : int(a["block_end"][b])],
                section=self._sections[int(a["block_section"][b])],
                kind=KINDS[int(a["block_kind"][b])],
                page=int(a["block_page"][b]) or None,
            )
            for b in rows
        )
        return Document(
            record.id,
            record.source,
            record.title,
            blocks,
            record.diseases,
            record.url,
            record.licence,
            record.language,
            record.date,
            record.redistributable,
        )

    def record(self, k: int) -> DocumentRecord:
        a = self._arrays
        return DocumentRecord(
            id=self._document_ids[k],
            position=k,
            title=self._titles[k],
            source=self.sources[int(a["source"][k])],
            url=self._urls[k],
            licence=self._licences[int(a["licence"][k])],
            language=self.languages[int(a["language"][k])],
            date=self._dates[int(a["date"][k])],
            diseases=tuple(self.disease_ids[code] for code in self._disease_codes(k)),
            by_title=bool(a["by_title"][k]),
            redistributable=bool(a["redistributable"][k]),
        )

    def passages_of(self, k: int) -> range:
        """Positions of the passages of document k."""
        return range(*self._arrays["passage_ptr"][k : k + 2].tolist())

    def diseases_of(self, k: int) -> tuple[int, ...]:
        """Positions in the disease table of what document k is about; ids that it does not know are left out."""
        return tuple(csr.row(self._arrays["about_ptr"], self._arrays["about"], k).tolist())

    # --- columns for filters ---------------------------------------------

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources that documents came from; `source_codes` counts from here."""
        return tuple(StringTable(self._arrays, "source_name_"))

    @cached_property
    def languages(self) -> tuple[str, ...]:
        return tuple(StringTable(self._arrays, "language_name_"))

    @cached_property
    def disease_ids(self) -> tuple[str, ...]:
        """Every id that a document names, once."""
        return tuple(StringTable(self._arrays, "disease_id_"))

    @property
    def source_codes(self) -> np.ndarray:
        """Per document the place of its source in `sources`."""
        return self._arrays["source"]

    @property
    def language_codes(self) -> np.ndarray:
        return self._arrays["language"]

    @property
    def days(self) -> tuple[np.ndarray, np.ndarray]:
        """(first, last) day that each document's date may mean, as 20240517; 0 where there is none."""
        return self._arrays["day_first"], self._arrays["day_last"]

    def documents_about(self, positions: Iterable[int]) -> np.ndarray:
        """Positions of the documents about one of these diseases, ascending, each once."""
        return _rows(*self._documents_by_disease, positions)

    def documents_naming(self, ids: Iterable[str]) -> np.ndarray:
        """Positions of the documents that state one of these ids, known to the disease table or not."""
        codes = (self._disease_code[name] for name in ids if name in self._disease_code)
        return _rows(*self._documents_by_id, codes)

    def passages_of_all(self, documents: np.ndarray) -> np.ndarray:
        """Positions of the passages of these documents (ascending), ascending."""
        return csr.rows(self._arrays["passage_ptr"], documents)

    # --- inside ----------------------------------------------------------

    def _disease_codes(self, k: int) -> list[int]:
        found: list[int] = csr.row(self._arrays["disease_ptr"], self._arrays["disease"], k).tolist()
        return found

    @cached_property
    def _documents_by_disease(self) -> tuple[np.ndarray, np.ndarray]:
        return _turned(self._arrays["about_ptr"], self._arrays["about"], self.diseases.size)

    @cached_property
    def _documents_by_id(self) -> tuple[np.ndarray, np.ndarray]:
        return _turned(self._arrays["disease_ptr"], self._arrays["disease"], len(self.disease_ids))

    @cached_property
    def _disease_code(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.disease_ids)}

    @cached_property
    def _sections(self) -> list[tuple[str, ...]]:
        paths = StringTable(self._arrays, "section_name_")
        return [tuple(path.split(BETWEEN_HEADINGS)) if path else () for path in paths]

    @cached_property
    def _licences(self) -> list[str]:
        return list(StringTable(self._arrays, "licence_name_"))

    @cached_property
    def _dates(self) -> list[str]:
        return list(StringTable(self._arrays, "date_name_"))


def _turned(ptr: np.ndarray, data: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows that hold each value: (ptr, rows)."""
    value_ptr, order = csr.group(data, size)
    return value_ptr, np.repeat(np.arange(len(ptr) - 1, dtype=np.int32), np.diff(ptr))[order]


def _rows(ptr: np.ndarray, rows: np.ndarray, values: Iterable[int]) -> np.ndarray:
    found = [csr.row(ptr, rows, value) for value in values]
    return csr.distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.int32)


def _sought(keys: np.ndarray, order: np.ndarray, sought: np.ndarray) -> np.ndarray:
    """The first position that has each of these keys, -1 where none has; `order` sorts the keys."""
    size = len(order)
    if not size:
        return np.full(len(sought), -1, dtype=np.int64)
    low, high = np.zeros(len(sought), dtype=np.int64), np.full(len(sought), size, dtype=np.int64)
    for _ in range(size.bit_length()):  # by hand: a sorted copy of the keys would cost as much memory as the keys
        middle = np.minimum((low + high) // 2, size - 1)
        below = (keys[order[middle]] < sought) & (low < high)
        low, high = np.where(below, middle + 1, low), np.where(below, high, np.minimum(middle, high))
    at = order[np.minimum(low, size - 1)].astype(np.int64)
    return np.where((low < size) & (keys[at] == sought), at, -1)
