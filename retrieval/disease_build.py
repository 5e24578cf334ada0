"""Turns annotation rows and gene links into the arrays of a `DiseaseTable`, once per snapshot."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from retrieval import csr
from retrieval.age import ONSET_YEARS
from retrieval.annotation_rows import AnnotationRow, RowTable
from retrieval.ontology.graph import Ontology
from retrieval.pooling import Pooled, pool
from retrieval.statements import Statements, read
from retrieval.strings import StringTable

RANKED_PREFIX = "OMIM:"  # until identity mappings say which entries of other sources are the same disease


@dataclass(frozen=True, slots=True)
class GeneRow:
    """One link of a gene to a disease, as the source states it."""

    ncbi: str  # NCBIGene:2263
    symbol: str
    disease: str


@dataclass(frozen=True)
class BuiltDiseases:
    """The arrays, with what the manifest reports and the information content is counted from."""

    ids: list[str]
    arrays: dict[str, np.ndarray]
    counts: dict[str, int | dict[str, int]]
    pooled: Pooled


def build(rows: Sequence[AnnotationRow], genes: Iterable[GeneRow], ontology: Ontology) -> BuiltDiseases:
    """All arrays of the diseases, with the counts that a manifest reports."""
    ids = sorted({row.disease for row in rows}, key=_natural)
    index = {name: i for i, name in enumerate(ids)}
    row_arrays = RowTable.build(rows)
    statements, dropped = read(RowTable(row_arrays), ontology, index)
    pooled = pool(statements, len(ids))
    by_aspect = _by_aspect(rows)
    gene_arrays, gene_counts = _genes(genes, index)
    arrays = {
        **StringTable.build(ids, "id_"),
        **StringTable.build(_names(rows, ids), "name_"),
        **{f"row_{name}": array for name, array in row_arrays.items()},
        **statements.arrays(),
        **{f"pooled_{field.name}": getattr(pooled, field.name) for field in fields(Pooled)},
        **gene_arrays,
        **_disease_terms("inheritance", by_aspect["I"], index, ontology, onset=None),
        **_disease_terms("onset", by_aspect["C"], index, ontology, onset=True),
        **_disease_terms("course", by_aspect["C"], index, ontology, onset=False),
        **_onset_years(by_aspect["C"], index),
        "ranked": _ranked(ids, pooled),
    }
    for aspect in "IC":
        dropped[f"aspect {aspect}: unknown or obsolete term"] += sum(
            ontology.index(row.term) is None for row in by_aspect[aspect]
        )
    counts = _counts(rows, ids, pooled, arrays, by_aspect) | gene_counts | {"dropped": dict(sorted((+dropped).items()))}
    return BuiltDiseases(ids, arrays, counts, pooled)


def _natural(disease_id: str) -> tuple[str, int, str]:
    prefix, _, local = disease_id.partition(":")
    return prefix, int(local) if re.fullmatch("[0-9]{1,12}", local) else 0, local


def _names(rows: Iterable[AnnotationRow], ids: Sequence[str]) -> list[str]:
    """The name most rows carry; a source that renamed a disease may carry both."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        seen[row.disease][row.name] += 1
    return [min(seen[name].items(), key=lambda item: (-item[1], item[0]))[0] for name in ids]


def _by_aspect(rows: Iterable[AnnotationRow]) -> dict[str, list[AnnotationRow]]:
    found: dict[str, list[AnnotationRow]] = {aspect: [] for aspect in "PICMH"}
    for row in rows:
        found[row.aspect].append(row)
    return found


def _genes(genes: Iterable[GeneRow], index: dict[str, int]) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    links = sorted({(gene.disease, gene.symbol, gene.ncbi) for gene in genes})
    known = [link for link in links if link[0] in index]
    names = sorted({(symbol, ncbi) for _, symbol, ncbi in known})
    position = {name: g for g, name in enumerate(names)}
    of_disease: list[list[int]] = [[] for _ in index]
    for disease, symbol, ncbi in known:
        of_disease[index[disease]].append(position[symbol, ncbi])
    ptr, data = csr.pack(of_disease)
    arrays = {
        "gene_ptr": ptr,
        "gene": data,
        **StringTable.build([symbol for symbol, _ in names], "symbol_"),
        **StringTable.build([ncbi for _, ncbi in names], "ncbi_"),
    }
    return arrays, {
        "genes": len(names),
        "gene_links": len(known),
        "gene_links_without_disease": len(links) - len(known),
    }


def _stands(row: AnnotationRow) -> bool:
    """False for a row that says the disease does not do this."""
    return row.qualifier != "NOT" and not row.frequency.startswith("0/")


def _disease_terms(
    name: str, rows: Iterable[AnnotationRow], index: dict[str, int], ontology: Ontology, *, onset: bool | None
) -> dict[str, np.ndarray]:
    """Per disease the distinct terms of the rows, most often stated first; `onset` picks onset terms or the others."""
    seen: list[Counter[int]] = [Counter() for _ in index]
    for row in rows:
        term = ontology.index(row.term)
        if term is not None and _stands(row) and onset in (None, ontology.ids[term] in ONSET_YEARS):
            seen[index[row.disease]][term] += 1
    ptr, data = csr.pack([t for t, _ in sorted(count.items(), key=lambda item: (-item[1], item[0]))] for count in seen)
    return {f"{name}_term_ptr": ptr, f"{name}_term": data}


def _onset_years(rows: Iterable[AnnotationRow], index: dict[str, int]) -> dict[str, np.ndarray]:
    """Earliest and latest year over the onset terms of each disease."""
    low = np.full(len(index), np.nan, dtype=np.float32)
    high = low.copy()
    for row in rows:
        if row.term in ONSET_YEARS and _stands(row):
            i = index[row.disease]
            first, last = ONSET_YEARS[row.term]
            low[i], high[i] = np.fmin(low[i], first), np.fmax(high[i], last)
    return {"onset_low": low, "onset_high": high}


def _ranked(ids: Sequence[str], pooled: Pooled) -> np.ndarray:
    """Entries of the ranked source with at least one finding documented as present."""
    present = np.add.reduceat(np.append(~pooled.negative, False).astype(np.int64), pooled.ptr[:-1])
    present[np.diff(pooled.ptr) == 0] = 0
    return np.array(
        [i for i, name in enumerate(ids) if name.startswith(RANKED_PREFIX) and present[i] > 0], dtype=np.int32
    )


def _counts(
    rows: Sequence[AnnotationRow],
    ids: Sequence[str],
    pooled: Pooled,
    arrays: dict[str, np.ndarray],
    by_aspect: dict[str, list[AnnotationRow]],
) -> dict[str, int | dict[str, int]]:
    statements = Statements.of(arrays)
    return {
        "diseases": dict(sorted(Counter(name.partition(":")[0] for name in ids).items())),
        "ranked": len(arrays["ranked"]),
        "rows": len(rows),
        "rows_by_aspect": {aspect: len(found) for aspect, found in by_aspect.items()},
        "rows_not": sum(row.qualifier == "NOT" for row in rows),
        "rows_counted_zero": sum(row.aspect == "P" and row.frequency.startswith("0/") for row in rows),
        "findings": len(pooled.term),
        "findings_absent": int(pooled.negative.sum()),
        "findings_from_several_rows": int((np.diff(pooled.source_ptr) > 1).sum()),
        "counts_stated_again": int(statements.repeats.sum()),
    }
