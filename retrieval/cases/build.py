"""Turns published cases into the arrays of a `CaseBank`, once per snapshot.

Obsolete and alternative ids become the current ones; what the ontology does not know or what is no
finding is left out, and with it a case of which nothing is left that was present.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from retrieval import csr
from retrieval.cases import index
from retrieval.cases.weights import weights, whole
from retrieval.model import CaseGene, Finding, PublishedCase, Sex, Status, Zygosity
from retrieval.ontology.graph import Ontology
from retrieval.strings import StringTable

SEXES = tuple(Sex)
ZYGOSITIES = tuple(Zygosity)
Arrays = dict[str, np.ndarray]


def build(ontology: Ontology, cases: Iterable[PublishedCase], *, weight: np.ndarray | None = None) -> Arrays:
    """The arrays, cases in order of id; a case given twice is there once."""
    different = sorted({case.id: case for case in cases}.values(), key=lambda case: case.id)
    ordered = [case for case in different if usable(ontology, case.findings)[0]]
    times = _Vocabulary(["", *(time for case in ordered for time in _times(case))])
    findings, present = _findings(ontology, ordered, times)
    chosen = whole(weights(ontology) if weight is None else weight)
    return {
        **findings,
        **index.build(ontology, *present, chosen),
        "opposite": _opposites(ontology) if ordered else np.zeros((0, 2), dtype=np.int32),
        **StringTable.build([case.id for case in ordered], "id_"),
        **StringTable.build([case.label for case in ordered], "label_"),
        "sex": np.array([SEXES.index(case.sex) for case in ordered], dtype=np.uint8),
        "age": times.codes(case.age or "" for case in ordered),
        "onset": times.codes(case.onset or "" for case in ordered),
        **times.arrays("time_"),
        **_coded("diagnosis_name", ordered, lambda case: case.diagnosis),
        **_coded("licence", ordered, lambda case: case.licence),
        **_coded("source", ordered, lambda case: case.source),
        **_diagnoses(ordered),
        **_publications(ordered),
        **_genes(ordered),
    }


def usable(ontology: Ontology, findings: Iterable[Finding]) -> tuple[list[int], list[int]]:
    """(present, excluded) indices of what can be used, ascending, each once; present wins over excluded."""
    found: dict[Status, set[int]] = {Status.PRESENT: set(), Status.EXCLUDED: set()}
    for finding in findings:
        term = ontology.index(finding.term)
        if term is not None and ontology.is_finding(term) and finding.status in found:
            found[finding.status].add(term)
    present = found[Status.PRESENT]
    return sorted(present), sorted(found[Status.EXCLUDED] - present)


def counts(arrays: Arrays, given: Iterable[PublishedCase]) -> dict[str, object]:
    """What the manifest says of the cases."""
    kept, brought = len(arrays["norm"]), len({case.id for case in given})
    return {
        "cases": kept,
        "cases_without_usable_finding": brought - kept,
        "case_publications": len(StringTable(arrays, "publication_id_")),
        "diseases_with_cases": len({tuple(one) for one in _rows(arrays["diagnosis_ptr"], arrays["diagnosis"])}),
    }


def _rows(ptr: np.ndarray, data: np.ndarray) -> Iterable[list[int]]:
    return (csr.row(ptr, data, i).tolist() for i in range(len(ptr) - 1))


def _opposites(ontology: Ontology) -> np.ndarray:
    from retrieval.ranking.opposites import opposite_pairs  # the ranking itself imports this room

    return opposite_pairs(ontology)


class _Vocabulary:
    """Distinct texts, sorted, and the position of each."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = sorted(set(texts))
        self.code = {text: k for k, text in enumerate(self.texts)}

    def codes(self, texts: Iterable[str]) -> np.ndarray:
        return np.array([self.code[text] for text in texts], dtype=np.int32)

    def arrays(self, prefix: str) -> Arrays:
        return StringTable.build(self.texts, prefix)


def _times(case: PublishedCase) -> list[str]:
    return [time for time in (case.age, case.onset, *(finding.onset for finding in case.findings)) if time]


def _findings(
    ontology: Ontology, cases: Sequence[PublishedCase], times: _Vocabulary
) -> tuple[Arrays, tuple[np.ndarray, np.ndarray]]:
    """All findings, a case's present ones first; and the present ones alone as (ptr, terms)."""
    rows: list[list[int]] = []
    present: list[list[int]] = []
    onsets: list[int] = []
    for case in cases:
        shown, absent = usable(ontology, case.findings)
        onset = _onsets(ontology, case.findings)
        onsets += [times.code[onset.get((0, term), "")] for term in shown]
        onsets += [times.code[onset.get((1, term), "")] for term in absent]
        rows.append(shown + absent)
        present.append(shown)
    ptr, terms = csr.pack(rows)
    counts = np.array([len(shown) for shown in present], dtype=np.int32)
    arrays = {
        "finding_ptr": ptr,
        "finding": terms,
        "finding_onset": np.array(onsets, dtype=np.int32),
        "absent_from": ptr[:-1] + counts,
    }
    return arrays, csr.pack(present)


def _onsets(ontology: Ontology, findings: Iterable[Finding]) -> dict[tuple[int, int], str]:
    """Per finding (0 present, 1 excluded; term) the first onset stated."""
    found: dict[tuple[int, int], str] = {}
    for finding in findings:
        term = ontology.index(finding.term) if finding.onset else None
        if term is not None and finding.onset:
            found.setdefault((int(finding.status is Status.EXCLUDED), term), finding.onset)
    return found


def _coded(name: str, cases: Sequence[PublishedCase], text: Callable[[PublishedCase], str]) -> Arrays:
    texts = [text(case) for case in cases]
    vocabulary = _Vocabulary(texts)
    return {name: vocabulary.codes(texts), **vocabulary.arrays(f"{name}_")}


def _diagnoses(cases: Sequence[PublishedCase]) -> Arrays:
    names = _Vocabulary(name for case in cases for name in case.diagnoses)
    ptr, data = csr.pack([names.code[name] for name in dict.fromkeys(case.diagnoses)] for case in cases)
    return {"diagnosis_ptr": ptr, "diagnosis": data, **names.arrays("diagnosis_id_")}


def _publications(cases: Sequence[PublishedCase]) -> Arrays:
    """A publication has one title: the longest that a case gives it, for some give none."""
    titles: dict[str, str] = {}
    for case in cases:
        for one in case.publications:
            titles[one.id] = max(titles.get(one.id, ""), one.title, key=lambda title: (len(title), title))
    names = _Vocabulary(titles)
    rows = ([names.code[one] for one in dict.fromkeys(p.id for p in case.publications)] for case in cases)
    ptr, data = csr.pack(rows)
    return {
        "publication_ptr": ptr,
        "publication": data,
        **names.arrays("publication_id_"),
        **StringTable.build([titles[name] for name in names.texts], "publication_title_"),
    }


def _genes(cases: Sequence[PublishedCase]) -> Arrays:
    flat: list[CaseGene] = [gene for case in cases for gene in case.genes]
    symbols, ids = _Vocabulary(gene.symbol for gene in flat), _Vocabulary(gene.id for gene in flat)
    return {
        "gene_ptr": _ptr(len(case.genes) for case in cases),
        "gene_symbol": symbols.codes(gene.symbol for gene in flat),
        "gene_id": ids.codes(gene.id for gene in flat),
        "zygosity": np.array([ZYGOSITIES.index(gene.zygosity) for gene in flat], dtype=np.uint8),
        "gene_variant_ptr": _ptr(len(gene.variants) for gene in flat),
        **symbols.arrays("symbol_"),
        **ids.arrays("gene_id_"),
        **StringTable.build([variant for gene in flat for variant in gene.variants], "variant_"),
    }


def _ptr(lengths: Iterable[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(list(lengths), dtype=np.int64)]).astype(np.int32)
