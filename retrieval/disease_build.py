"""Turns annotation rows, gene links, Orphanet's entries and Mondo's classes into the arrays of a `DiseaseTable`.

Done once per snapshot. Rows keep the id their source gave them; a disease gathers the rows of all its ids.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, fields

import numpy as np

from retrieval import csr, identity, nosology, prevalence
from retrieval.age import ONSET_YEARS
from retrieval.annotation_rows import HPO, ORPHANET, SOURCES, AnnotationRow, RowTable
from retrieval.nosology import Nosology
from retrieval.ontology.graph import Ontology
from retrieval.pooling import Pooled, pool
from retrieval.statements import Statements, read
from retrieval.strings import Codes, StringTable
from retrieval.vocabularies import MondoTerm, OrphanetEntry


@dataclass(frozen=True, slots=True)
class GeneRow:
    """One link of a gene to a disease, as the source states it."""

    ncbi: str  # NCBIGene:2263
    symbol: str
    disease: str
    hgnc: str = ""  # HGNC:3689
    association: str = ""  # of Orphanet: how the gene takes part


@dataclass(frozen=True)
class BuiltDiseases:
    """The arrays, with what the manifest reports and the information content is counted from."""

    ids: list[str]
    arrays: dict[str, np.ndarray]
    counts: dict[str, int | dict[str, int]]
    pooled: Pooled


def build(
    rows: Sequence[AnnotationRow],
    genes: Iterable[GeneRow],
    ontology: Ontology,
    orphanet: Sequence[OrphanetEntry] = (),
    mondo: Sequence[MondoTerm] = (),
    diagnosed: Iterable[tuple[Sequence[str], str]] = (),
) -> BuiltDiseases:
    """All arrays of the diseases, with the counts that a manifest reports.

    `diagnosed` are the diagnoses of published cases, accepted ids and name: a disease that no annotation
    and no other source knows is then listed without findings.
    """
    rows, taken = _each_finding_once(rows)
    decided = identity.decide(orphanet, mondo)
    annotated = {row.disease for row in rows}
    diagnosed = list(diagnosed)
    from_cases = _from_cases(diagnosed, annotated, decided, orphanet)
    standing = nosology.build(sorted({*annotated, *from_cases}), decided, orphanet, mondo)
    table = Nosology(standing)
    ids = [members[0] for members in table.all_ids]
    index = table.index
    row_arrays = RowTable.build(rows)
    statements, dropped = read(RowTable(row_arrays), ontology, index)
    pooled = pool(statements, len(ids))
    by_aspect = _by_aspect(rows)
    gene_arrays, gene_counts = _genes(genes, index, len(ids))
    arrays = {
        **standing,
        **StringTable.build(_names(rows, ids, table, from_cases), "name_"),
        **{f"row_{name}": array for name, array in row_arrays.items()},
        **statements.arrays(),
        **{f"pooled_{field.name}": getattr(pooled, field.name) for field in fields(Pooled)},
        **gene_arrays,
        **_disease_terms("inheritance", by_aspect["I"], index, len(ids), ontology, onset=None),
        **_disease_terms("onset", by_aspect["C"], index, len(ids), ontology, onset=True),
        **_disease_terms("course", by_aspect["C"], index, len(ids), ontology, onset=False),
        **_onset_years(by_aspect["C"], index, len(ids)),
        **_prevalence(orphanet, index, len(ids)),
        "ranked": _ranked(
            ids, pooled, decided, orphanet, index, {one for ids_of_case, _ in diagnosed for one in ids_of_case}
        ),
    }
    dropped += _without_term(by_aspect, ontology)
    counts = _counts(rows, ids, pooled, arrays, by_aspect) | gene_counts | {"dropped": dict(sorted((+dropped).items()))}
    if from_cases:
        counts |= {"diseases_from_cases_alone": len(from_cases)}
    if orphanet or mondo:
        counts |= {"identity": decided.counts} | _brought(rows, taken, table, orphanet, arrays)
    return BuiltDiseases(ids, arrays, counts, pooled)


def _each_finding_once(rows: Sequence[AnnotationRow]) -> tuple[Sequence[AnnotationRow], int]:
    """Without HPO's copies of what Orphanet states here itself; what HPO's file denies (NOT) stays.

    The copies are findings of entries that Orphanet's own file holds with findings.
    """
    held = {row.disease for row in rows if row.source == ORPHANET and row.aspect == "P"}
    if not held:
        return rows, 0
    kept = [
        row
        for row in rows
        if row.source != HPO or row.disease not in held or row.aspect != "P" or row.qualifier == "NOT"
    ]
    return kept, len(rows) - len(kept)


def _from_cases(
    diagnosed: Iterable[tuple[Sequence[str], str]],
    annotated: Set[str],
    decided: identity.Identity,
    orphanet: Iterable[OrphanetEntry],
) -> dict[str, str]:
    """First id and name of each diagnosis of which no id is known from elsewhere."""
    known = {*annotated, *(entry.id for entry in orphanet), *(one for ids in decided.members.values() for one in ids)}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for ids, name in diagnosed:
        if ids and not known.intersection(ids):
            found[min(ids, key=identity.order)][name] += 1
    return {one: _most_often(found[one]) for one in sorted(found)}


def _most_often(names: Counter[str]) -> str:
    return min(names.items(), key=lambda item: (-item[1], item[0]))[0]


def _names(
    rows: Iterable[AnnotationRow], ids: Sequence[str], table: Nosology, from_cases: Mapping[str, str]
) -> list[str]:
    """The name most rows of the first id carry; a source that renamed a disease may carry both."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        seen[row.disease][row.name] += 1

    def name(of_disease: str) -> str:
        if of_disease in seen:
            return _most_often(seen[of_disease])
        return table.known_name(of_disease) or from_cases.get(of_disease) or of_disease

    return [name(one) for one in ids]


def _by_aspect(rows: Iterable[AnnotationRow]) -> dict[str, list[AnnotationRow]]:
    found: dict[str, list[AnnotationRow]] = {aspect: [] for aspect in "PICMH"}
    for row in rows:
        found[row.aspect].append(row)
    return found


def _genes(
    genes: Iterable[GeneRow], index: Mapping[str, int], size: int
) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """A gene of Orphanet takes its NCBI number from HPO's table by its symbol, and lends it its HGNC number."""
    rows = sorted(set(genes), key=lambda row: (row.disease, row.symbol, row.ncbi, row.hgnc, row.association))
    numbers = {row.symbol: row.ncbi for row in reversed(rows) if row.ncbi}
    hgnc = {row.symbol: row.hgnc for row in reversed(rows) if row.hgnc}
    names = sorted({(row.symbol, row.ncbi or numbers.get(row.symbol, "")) for row in rows if row.disease in index})
    position = {name: g for g, name in enumerate(names)}
    associations = Codes()
    associations.code("")
    of_disease: list[dict[int, int]] = [{} for _ in range(size)]
    links = set()
    for row in rows:
        links.add((row.disease, row.symbol, row.ncbi))
        if row.disease in index:
            g = position[row.symbol, row.ncbi or numbers.get(row.symbol, "")]
            here = of_disease[index[row.disease]]
            here[g] = here.get(g) or associations.code(row.association)
    ptr, data = csr.pack(sorted(here) for here in of_disease)
    arrays = {
        "gene_ptr": ptr,
        "gene": data,
        "gene_association": csr.pack([here[g] for g in sorted(here)] for here in of_disease)[1],
        **StringTable.build(associations.strings(), "association_"),
        **StringTable.build([symbol for symbol, _ in names], "symbol_"),
        **StringTable.build([ncbi for _, ncbi in names], "ncbi_"),
        **StringTable.build([hgnc.get(symbol, "") for symbol, _ in names], "hgnc_"),
    }
    known = sum(disease in index for disease, _, _ in links)
    return arrays, {"genes": len(names), "gene_links": known, "gene_links_without_disease": len(links) - known}


def _stands(row: AnnotationRow) -> bool:
    """False for a row that says the disease does not do this."""
    return row.qualifier != "NOT" and not row.frequency.startswith("0/")


def _disease_terms(
    name: str,
    rows: Iterable[AnnotationRow],
    index: Mapping[str, int],
    size: int,
    ontology: Ontology,
    *,
    onset: bool | None,
) -> dict[str, np.ndarray]:
    """Per disease the distinct terms of the rows, most often stated first; `onset` picks onset terms or the others."""
    seen: list[Counter[int]] = [Counter() for _ in range(size)]
    by: dict[tuple[int, int], int] = {}  # which sources say so, a bit each
    for row in rows:
        term = ontology.index(row.term)
        if term is not None and _stands(row) and onset in (None, ontology.ids[term] in ONSET_YEARS):
            i = index[row.disease]
            seen[i][term] += 1
            by[i, term] = by.get((i, term), 0) | 1 << SOURCES.index(row.source)
    ranked = [[t for t, _ in sorted(count.items(), key=lambda item: (-item[1], item[0]))] for count in seen]
    ptr, data = csr.pack(ranked)
    masks = csr.pack([by[i, t] for t in terms] for i, terms in enumerate(ranked))[1].astype(np.uint8)
    return {f"{name}_term_ptr": ptr, f"{name}_term": data, f"{name}_term_source": masks}


def _onset_years(rows: Iterable[AnnotationRow], index: Mapping[str, int], size: int) -> dict[str, np.ndarray]:
    """Earliest and latest year over the onset terms of each disease."""
    low = np.full(size, np.nan, dtype=np.float32)
    high = low.copy()
    for row in rows:
        if row.term in ONSET_YEARS and _stands(row):
            i = index[row.disease]
            first, last = ONSET_YEARS[row.term]
            low[i], high[i] = np.fmin(low[i], first), np.fmax(high[i], last)
    return {"onset_low": low, "onset_high": high}


def _prevalence(orphanet: Iterable[OrphanetEntry], index: Mapping[str, int], size: int) -> dict[str, np.ndarray]:
    """Per disease the share of people who have it, and which measure that is."""
    share = np.full(size, np.nan, dtype=np.float32)
    basis = np.zeros(size, dtype=np.uint8)
    for entry in orphanet:
        if entry.id in index:
            share[index[entry.id]], basis[index[entry.id]] = prevalence.share(entry.prevalences)
    return {"prevalence": share, "prevalence_basis": basis}


def _ranked(
    ids: Sequence[str],
    pooled: Pooled,
    decided: identity.Identity,
    orphanet: Sequence[OrphanetEntry],
    index: Mapping[str, int],
    diagnosed: Iterable[str],
) -> np.ndarray:
    """Diseases with at least one finding documented as present or a published case, groups left out.

    Diseases of OMIM always; those of Orphanet alone when Orphanet's own file says which of its entries
    are groups. A group is ranked only if it is all there is: none of what it is broader than is listed.
    """
    present = np.add.reduceat(np.append(~pooled.negative, False).astype(np.int64), pooled.ptr[:-1])
    present[np.diff(pooled.ptr) == 0] = 0
    present[sorted({index[one] for one in diagnosed if one in index})] += 1
    omim = [i for i, name in enumerate(ids) if name.startswith("OMIM:") and present[i] > 0]
    listed = set(omim)
    candidates = {entry.id for entry in orphanet} - decided.headings_only
    groups = {name for name, below in decided.groups.items() if any(index.get(one) in listed for one in below)}
    alone = [i for i, name in enumerate(ids) if name in candidates - groups and present[i] > 0]
    return np.array(sorted([*omim, *alone]), dtype=np.int32)


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


def _without_term(by_aspect: Mapping[str, Sequence[AnnotationRow]], ontology: Ontology) -> Counter[str]:
    """Rows of inheritance and course that name no term; those of findings are counted where they are read."""
    return Counter(
        f"aspect {aspect}: unknown or obsolete term"
        for aspect in "IC"
        for row in by_aspect[aspect]
        if ontology.index(row.term) is None
    )


def _brought(
    rows: Iterable[AnnotationRow],
    taken: int,
    table: Nosology,
    orphanet: Sequence[OrphanetEntry],
    arrays: Mapping[str, np.ndarray],
) -> dict[str, int | dict[str, int]]:
    """What Orphanet and Mondo brought."""
    alone = [i for i in arrays["ranked"].tolist() if not table.all_ids[i][0].startswith("OMIM:")]
    return {
        "diseases_of_omim_and_orphanet": sum(any(one.startswith("ORPHA:") for one in ids[1:]) for ids in table.all_ids),
        "diseases_without_annotations": int((np.diff(arrays["pooled_ptr"]) == 0).sum()),
        "diseases_in_a_series": int((arrays["series"] >= 0).sum()),
        "orphanet": {
            "entries": len(orphanet),
            "findings": sum(row.source == ORPHANET and row.aspect == "P" for row in rows),
            "rows_of_hpo_replaced": taken,
            "with_prevalence": int((~np.isnan(arrays["prevalence"])).sum()),
            "ranked_without_omim": len(alone),
        },
    }
