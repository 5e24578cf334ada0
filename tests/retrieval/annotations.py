"""Annotation rows made in a line, for tests."""

from __future__ import annotations

from retrieval.annotation_rows import AnnotationRow, RowTable
from retrieval.pooling import Pooled, pool
from retrieval.statements import Statements, read
from tests.retrieval.ontology.small import ontology

SMALL = ontology()
DISEASE = "OMIM:100001"


def row(frequency: str = "", *, term: str = "HP:0001250", reference: str = "PMID:1", **more: str) -> AnnotationRow:
    values = {"qualifier": "", "evidence": "PCS", "onset": "", "sex": "", "modifier": "", "aspect": "P"} | more
    disease = values.pop("disease", DISEASE)
    return AnnotationRow(
        disease=disease, name="A disease", term=term, reference=reference, frequency=frequency, line=6, **values
    )


def statements(*rows: AnnotationRow) -> Statements:
    diseases = {name: i for i, name in enumerate(sorted({row.disease for row in rows}))}
    return read(RowTable(RowTable.build(rows)), SMALL, diseases)[0]


def pooled(*rows: AnnotationRow) -> Pooled:
    return pool(statements(*rows), len({row.disease for row in rows}))
