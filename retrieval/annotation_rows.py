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


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """One line of phenotype.hpoa; empty text where the source is empty."""

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
    line: int


COLUMNS = tuple(field.name for field in fields(AnnotationRow) if field.name != "line")


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
