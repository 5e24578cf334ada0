"""Every disease of a snapshot: names, documented findings, genes, inheritance, course.

Array-backed and immutable. The numbers that ranking needs are columns (`pooled`); everything a
page shows is read from the raw rows when it is asked for. A disease may have several ids: which
entries are one is decided in `retrieval.identity`, and never by name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from retrieval import csr
from retrieval.annotation_rows import SOURCES, RowTable
from retrieval.errors import UnknownDisease
from retrieval.model import Annotation, Disease, Frequency, FrequencyKind, GeneLink, Sex
from retrieval.nosology import Nosology
from retrieval.ontology.graph import Ontology
from retrieval.pooling import UNKNOWN_POINT, Pooled, percent_stated, pool
from retrieval.prevalence import BASES
from retrieval.statements import CLASSES, KINDS, NO_CLASS, Statements
from retrieval.strings import Arrays, StringTable

_SEXES = (None, Sex.FEMALE, Sex.MALE)
_QUOTED = (
    "reference",
    "evidence",
    "onset",
    "modifier",
    "source",
)  # columns of the raw rows that hold several values each


class Quoted(NamedTuple):
    """One pooled row as a contribution quotes it."""

    term: str | None
    frequency: Frequency | None
    references: tuple[str, ...]
    evidence: str  # codes
    sex: Sex | None  # the row speaks of this sex only


@lru_cache(maxsize=32_768)
def _stated(kind: int, value: float, n: int, m: int, of_class: int) -> Frequency:
    """One object per frequency that a source states: rankings quote the same few thousand again and again."""
    counted = KINDS[kind] is FrequencyKind.COUNTED
    return Frequency(
        kind=KINDS[kind],
        value=value,
        n=n if counted else None,
        m=m if counted else None,
        term=CLASSES[of_class] if of_class != NO_CLASS and not counted else None,
        percent=percent_stated(value) if KINDS[kind] is FrequencyKind.PERCENT else None,
    )


_QUOTABLE = np.dtype(
    [
        *(("term", "i4"), ("kind", "u1"), ("value", "f8"), ("n", "i4"), ("m", "i4"), ("frequency_class", "u1")),
        *(("sex", "u1"), ("reference", "i4"), ("evidence", "i4")),
    ]
)


class DiseaseTable:
    """Diseases have an index 0..size-1; `ranked` are the ones a differential lists."""

    def __init__(self, arrays: Arrays, ontology: Ontology) -> None:
        self._arrays = arrays
        self._ontology = ontology
        self.nosology = Nosology(arrays)
        self._names = StringTable(arrays, "name_")
        self._symbols = StringTable(arrays, "symbol_")
        self._ncbi = StringTable(arrays, "ncbi_")
        self._hgnc = StringTable(arrays, "hgnc_")
        self.rows = RowTable({name[4:]: array for name, array in arrays.items() if name.startswith("row_")})
        self.pooled = Pooled(**{field.name: arrays[f"pooled_{field.name}"] for field in fields(Pooled)})
        self.size: int = self.nosology.size
        self.ranked: np.ndarray = arrays["ranked"]
        self.disease_onset_low: np.ndarray = arrays["onset_low"]  # float32 years, NaN unknown
        self.disease_onset_high: np.ndarray = arrays["onset_high"]
        self.prevalence: np.ndarray = arrays["prevalence"]  # float32 share of people, NaN unknown

    @cached_property
    def ids(self) -> Sequence[str]:
        """The canonical id of each disease: of OMIM where it has one, else of Orphanet, the lowest number first."""
        return tuple(members[0] for members in self.nosology.all_ids)

    @cached_property
    def has_omim(self) -> np.ndarray:
        """bool[size]: has an entry of OMIM."""
        return np.array([name.startswith("OMIM:") for name in self.ids], dtype=np.bool_)

    def all_ids(self, i: int) -> tuple[str, ...]:
        """Every id of the disease, the canonical one first."""
        return self.nosology.all_ids[i]

    def index(self, disease_id: str) -> int | None:
        """The disease that has this id, whichever source gave it."""
        return self.nosology.index.get(disease_id)

    def name(self, i: int) -> str:
        return self._names[i]

    def name_of(self, disease_id: str) -> str:
        """The name of any id: of a disease, a group, a series; the id itself where nobody names it."""
        i = self.index(disease_id)
        if i is not None and disease_id == self.ids[i]:
            return self.name(i)
        return self.nosology.known_name(disease_id) or (self.name(i) if i is not None else disease_id)

    def heading(self, i: int) -> tuple[str, ...]:
        """Ids of the groups it stands under, the nearest first."""
        return self.nosology.headings(i)

    def series(self, i: int) -> str | None:
        """OMIM's phenotypic series (OMIMPS:203655), where it is in one."""
        return self.nosology.series(i)

    def prevalence_basis(self, i: int) -> str:
        """Which measure `prevalence` is: Point prevalence, or what stands in for it; empty where unknown."""
        return BASES[self._arrays["prevalence_basis"][i]]

    def genes(self, i: int) -> tuple[GeneLink, ...]:
        start, end = self._arrays["gene_ptr"][i : i + 2].tolist()
        genes, how = self._arrays["gene"][start:end].tolist(), self._arrays["gene_association"][start:end].tolist()
        return tuple(self._gene_links[g, a] for g, a in zip(genes, how, strict=True))

    def inheritance(self, i: int) -> tuple[str, ...]:
        """HPO terms of the modes of inheritance, the most often stated first."""
        return self._terms("inheritance", i)

    def disease(self, disease_id: str) -> Disease:
        """Everything documented of one disease."""
        i = self.index(disease_id)
        if i is None:
            raise UnknownDisease(
                f"This knowledge holds no disease {disease_id}.", hint="Write the id as OMIM:154700 or ORPHA:558."
            )
        start, end = self.pooled.ptr[i : i + 2].tolist()
        return Disease(
            id=self.ids[i],
            name=self._names[i],
            annotations=tuple(self.annotation(k) for k in range(start, end)),
            genes=self.genes(i),
            inheritance=self._terms("inheritance", i),
            onset=self._terms("onset", i),
            course=self._terms("course", i),
            ids=self.all_ids(i),
            onset_sources=self._term_sources("onset", i),
        )

    def annotation(self, k: int) -> Annotation:
        """Pooled row k with all that its source rows say."""
        pooled = self.pooled
        rows = csr.row(pooled.source_ptr, pooled.source, k).tolist()
        return Annotation(
            term=self._ontology.ids[int(pooled.term[k])],
            frequency=_stated(*self._quotable[k].tolist()[1:6]),
            references=self._distinct("reference", rows),
            evidence=self._distinct("evidence", rows),
            onset=self._distinct("onset", rows),
            sex=_SEXES[pooled.sex[k]],
            modifiers=self._distinct("modifier", rows),
            negative=bool(pooled.negative[k]),
            sources=self._distinct("source", rows),
            places=tuple(self.rows.place(row) for row in rows),
        )

    def quoted(self, rows: Collection[int]) -> Iterator[Quoted]:
        """What contributions quote of pooled rows."""
        ids, references, evidence = self._ontology.ids, self._parts_of["reference"], self._joined_evidence
        columns = self._quotable[list(rows)].tolist()
        for k, (term, kind, value, n, m, of_class, sex, cited, code) in zip(rows, columns, strict=True):
            if cited >= 0:
                behind = references[cited], evidence[code]
            else:
                several = csr.row(self.pooled.source_ptr, self.pooled.source, k).tolist()
                behind = self._distinct("reference", several), ", ".join(self._distinct("evidence", several))
            yield Quoted(ids[term], _stated(kind, value, n, m, of_class), *behind, _SEXES[sex])

    def pooled_without(self, references: Collection[str]) -> Pooled:
        """The documented findings as they were without these publications (PMID:..., OMIM:...).

        A row that cites any of them is left out whole: its count cannot be divided.
        """
        named = [any(part in references for part in _parts(text)) for text in self.rows.vocabulary("reference")]
        statements = Statements.of(self._arrays)
        gone = np.array(named, dtype=np.bool_)[self.rows.codes("reference")[statements.row]]
        return pool(statements.where(~gone), self.size)

    # --- inside ----------------------------------------------------------

    @cached_property
    def _gene_links(self) -> dict[tuple[int, int], GeneLink]:
        """One object per gene and way in which it takes part."""
        how = tuple(StringTable(self._arrays, "association_"))
        symbols, ncbi, hgnc = tuple(self._symbols), tuple(self._ncbi), tuple(self._hgnc)
        pairs = set(zip(self._arrays["gene"].tolist(), self._arrays["gene_association"].tolist(), strict=True))
        return {(g, a): GeneLink(symbols[g], ncbi[g], hgnc[g], how[a]) for g, a in pairs}

    @cached_property
    def _quotable(self) -> np.ndarray:
        """One record per pooled row: a ranking quotes hundreds at a time, from all over the table.

        `reference` and `evidence` are codes of the raw row behind it, -1 where there are several.
        """
        pooled = self.pooled
        silent = np.where(pooled.negative, 0.0, UNKNOWN_POINT)
        value = np.where(np.isnan(pooled.frequency), silent, pooled.frequency.astype(np.float64))
        only = np.asarray(pooled.source)[pooled.source_ptr[:-1]]
        several = np.diff(pooled.source_ptr) != 1
        columns = {name: getattr(pooled, name) for name in ("term", "kind", "n", "m", "frequency_class", "sex")}
        columns |= {name: np.where(several, -1, self.rows.codes(name)[only]) for name in ("reference", "evidence")}
        records = np.empty(len(value), dtype=_QUOTABLE)
        for name, column in (columns | {"value": value}).items():
            records[name] = column
        return records

    def _terms(self, name: str, i: int) -> tuple[str, ...]:
        found = csr.row(self._arrays[f"{name}_term_ptr"], self._arrays[f"{name}_term"], i).tolist()
        return tuple(self._ontology.ids[t] for t in found)

    def _term_sources(self, name: str, i: int) -> tuple[tuple[str, ...], ...]:
        found = csr.row(self._arrays[f"{name}_term_ptr"], self._arrays[f"{name}_term_source"], i).tolist()
        return tuple(tuple(source for bit, source in enumerate(SOURCES) if mask >> bit & 1) for mask in found)

    def _distinct(self, column: str, rows: Sequence[int]) -> tuple[str, ...]:
        parts, codes = self._parts_of[column], self._codes_of[column]
        return tuple(dict.fromkeys(chain.from_iterable(parts[codes[k]] for k in rows)))

    @cached_property
    def _joined_evidence(self) -> list[str]:
        return [", ".join(parts) for parts in self._parts_of["evidence"]]

    @cached_property
    def _codes_of(self) -> dict[str, list[int]]:
        return {column: self.rows.codes(column).tolist() for column in _QUOTED}

    @cached_property
    def _parts_of(self) -> dict[str, list[tuple[str, ...]]]:
        """Per column, the values of each distinct text: a page shows hundreds of rows at a time."""
        return {
            column: [tuple(dict.fromkeys(_parts(text))) for text in self.rows.vocabulary(column)] for column in _QUOTED
        }


def _parts(text: str) -> list[str]:
    """A column may hold several values: PMID:1;PMID:2."""
    return [part for part in (piece.strip() for piece in text.split(";")) if part]
