"""The rows of a disease annotation file, kept as the source wrote them.

Every column stands verbatim (dictionary-encoded), with the line it came from, so that whatever
is computed from them can be traced back and computed again. Interpretation lives in `pooling`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from retrieval.strings import Arrays, Codes, StringTable

HPO = "hpo"
ORPHANET = "orphanet"
SOURCES = (HPO, ORPHANET)


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """One line of phenotype.hpoa, or one finding of an entry of Orphanet; empty text where the source is empty."""

    disease: str
    name: str
    qualifier: str
    term: str
    reference: str
    evidence: str
    onset: str
    frequency: str
    sex: str
    modifier: str
    aspect: str
    line: int  # of phenotype.hpoa; of an entry of Orphanet, the number of the finding in it
    source: str = HPO

    @property
    def place(self) -> str:
        """Where the row stands in the raw files."""
        return place(self.source, self.disease, self.aspect, self.line)


def place(source: str, disease: str, aspect: str, line: int) -> str:
    """The file and the line of a row; of Orphanet, the file of the entry and which of its findings it is."""
    if source == ORPHANET:
        return f"ORPHApacket_{disease.partition(':')[2]}.json, {_PARTS.get(aspect, 'entry')} {line}"
    return f"phenotype.hpoa, line {line}"


_PARTS = {"P": "finding", "I": "inheritance", "C": "onset"}
COLUMNS = tuple(field.name for field in fields(AnnotationRow) if field.name != "line")
WRITTEN = COLUMNS[: COLUMNS.index("source")]  # the columns of phenotype.hpoa, in its order


class RowTable:
    """All rows, in the order of the source."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._values = {column: StringTable(arrays, f"{column}_") for column in COLUMNS}

    @staticmethod
    def build(rows: Iterable[AnnotationRow]) -> dict[str, np.ndarray]:
        codes = {column: Codes() for column in COLUMNS}
        columns: dict[str, list[int]] = {column: [] for column in COLUMNS}
        lines: list[int] = []
        for row in rows:
            for column in COLUMNS:
                columns[column].append(codes[column].code(getattr(row, column)))
            lines.append(row.line)
        arrays = {f"{column}_code": np.array(columns[column], dtype=np.int32) for column in COLUMNS}
        for column in COLUMNS:
            arrays.update(StringTable.build(codes[column].strings(), f"{column}_"))
        return {**arrays, "line": np.array(lines, dtype=np.int32)}

    def __len__(self) -> int:
        return len(self._arrays["line"])

    def __getitem__(self, k: int) -> AnnotationRow:
        texts = {column: self.text(column, k) for column in COLUMNS}
        return AnnotationRow(line=int(self._arrays["line"][k]), **texts)

    def text(self, column: str, k: int) -> str:
        return self._values[column][int(self._arrays[f"{column}_code"][k])]

    def place(self, k: int) -> str:
        """Where row k stands in the raw files."""
        source, disease, aspect = (self.text(column, k) for column in ("source", "disease", "aspect"))
        return place(source, disease, aspect, int(self._arrays["line"][k]))

    def codes(self, column: str) -> np.ndarray:
        """Per row, the position of its text in `vocabulary(column)`."""
        found: np.ndarray = self._arrays[f"{column}_code"]
        return found

    def vocabulary(self, column: str) -> list[str]:
        """The distinct texts of a column."""
        return self._vocabularies[column]

    @cached_property
    def _vocabularies(self) -> dict[str, list[str]]:
        return {column: list(self._values[column]) for column in COLUMNS}
