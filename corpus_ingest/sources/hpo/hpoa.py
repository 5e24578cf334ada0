"""Reads phenotype.hpoa into rows, verbatim. What a row means is decided in `retrieval.statements`.

Every value that the house later interprets is checked here, where file and line are known.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from corpus_ingest.source import unparsable
from corpus_ingest.sources.hpo.lines import Raw, numbered_lines
from retrieval import statements
from retrieval.annotation_rows import WRITTEN, AnnotationRow

HEADER = [
    *("database_id", "disease_name", "qualifier", "hpo_id", "reference", "evidence"),
    *("onset", "frequency", "sex", "modifier", "aspect", "biocuration"),
]
_DISEASE = re.compile(r"[A-Z]+:[0-9]+\Z")
_TERM = re.compile(r"HP:[0-9]{7}\Z")
_ASPECTS = frozenset("PICMH")
_READERS: dict[str, Callable[[str], object]] = {
    "qualifier": statements.is_not,
    "onset": statements.onset_years,
    "frequency": statements.frequency,
    "sex": statements.sex,
}


def read_rows(path: Raw) -> list[AnnotationRow]:
    """All rows of all aspects, in the order of the file, each with its line number."""
    rows: list[AnnotationRow] = []
    header = False
    for number, line in numbered_lines(path):
        if line.startswith("#") or not line:
            continue
        columns = line.split("\t")
        if not header:
            if columns != HEADER:
                raise unparsable(path.name, number, f"expected the columns {', '.join(HEADER)}")
            header = True
            continue
        rows.append(_row(path.name, number, columns))
    if not rows:
        raise unparsable(path.name, 1, "the file holds no rows")
    return rows


def _row(name: str, number: int, columns: list[str]) -> AnnotationRow:
    if len(columns) != len(HEADER):
        raise unparsable(name, number, f"{len(columns)} columns instead of {len(HEADER)}")
    row = AnnotationRow(line=number, **dict(zip(WRITTEN, columns, strict=False)))
    if not _DISEASE.match(row.disease):
        raise unparsable(name, number, "database_id is not an id such as OMIM:154700")
    if not _TERM.match(row.term):
        raise unparsable(name, number, "hpo_id is not an id such as HP:0001250")
    if row.aspect not in _ASPECTS:
        raise unparsable(name, number, "aspect is none of P, I, C, M, H")
    for column in _READERS:
        if problem := _problem(column, getattr(row, column)):
            raise unparsable(name, number, f"{column} {problem}")
    return row


@lru_cache(maxsize=65536)
def _problem(column: str, text: str) -> str:
    try:
        _READERS[column](text)
    except ValueError as error:
        return str(error)
    return ""
