"""The published cases of a snapshot: numbers as arrays, each case decoded when somebody asks for it.

Cases stand in order of id, so that position decides ties as the id would. Terms are indices of the
ontology that the bank was built with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np

from retrieval import csr
from retrieval.cases import build
from retrieval.cases.index import ClosureIndex
from retrieval.model import CaseGene, Finding, Publication, PublishedCase, Status
from retrieval.ontology.graph import Ontology
from retrieval.strings import Arrays, StringTable


class CaseBank:
    """Cases have a position 0..size-1."""

    def __init__(self, arrays: Arrays, ontology: Ontology) -> None:
        self._arrays = arrays
        self.ontology = ontology
        self.terms = ClosureIndex(arrays)
        self.size: int = len(arrays["norm"])
        self._ids = StringTable(arrays, "id_")
        self._labels = StringTable(arrays, "label_")
        self._variants = StringTable(arrays, "variant_")

    @staticmethod
    def build(
        ontology: Ontology, cases: Iterable[PublishedCase], *, weight: np.ndarray | None = None
    ) -> dict[str, np.ndarray]:
        """The arrays of a bank; `weight` (float, per term) replaces the weights of comparison."""
        return build.build(ontology, cases, weight=weight)

    @classmethod
    def empty(cls, ontology: Ontology) -> CaseBank:
        return cls(build.build(ontology, ()), ontology)

    # --- cases -----------------------------------------------------------

    @cached_property
    def ids(self) -> Sequence[str]:
        return tuple(self._ids)

    def id(self, i: int) -> str:
        return self._ids[i]

    def index(self, case_id: str) -> int | None:
        """The position of a case, or None."""
        return self._index.get(case_id)

    def case(self, i: int) -> PublishedCase:
        """All that is known of one case."""
        a, names = self._arrays, self._diagnosis_names
        codes = self.diagnosis_codes(i).tolist()
        return PublishedCase(
            id=self._ids[i],
            findings=self._findings(i),
            diagnoses=tuple(self.diseases[code] for code in codes),
            diagnosis=names[a["diagnosis_name"][i]],
            label=self._labels[i],
            sex=build.SEXES[a["sex"][i]],
            age=self._times[a["age"][i]] or None,
            onset=self._times[a["onset"][i]] or None,
            genes=tuple(self._gene(k) for k in range(*a["gene_ptr"][i : i + 2].tolist())),
            publications=self.publications(i),
            licence=self._licences[a["licence"][i]],
            source=self._sources[a["source"][i]],
        )

    def label(self, i: int) -> str:
        return self._labels[i]

    # --- findings --------------------------------------------------------

    def present(self, i: int) -> np.ndarray:
        """Indices of the findings that the patient had, ascending."""
        found: np.ndarray = self._arrays["finding"][self._arrays["finding_ptr"][i] : self._arrays["absent_from"][i]]
        return found

    def excluded(self, i: int) -> np.ndarray:
        """Indices of the findings that were looked for and not there, ascending."""
        found: np.ndarray = self._arrays["finding"][self._arrays["absent_from"][i] : self._arrays["finding_ptr"][i + 1]]
        return found

    # --- diagnoses and publications --------------------------------------

    @cached_property
    def diseases(self) -> Sequence[str]:
        """Every diagnosis id that a case has, once, sorted."""
        return tuple(StringTable(self._arrays, "diagnosis_id_"))

    def diagnosis_codes(self, i: int) -> np.ndarray:
        """Positions in `diseases` of the ids of one case's diagnosis."""
        return csr.row(self._arrays["diagnosis_ptr"], self._arrays["diagnosis"], i)

    def diagnoses(self, i: int) -> tuple[str, ...]:
        return tuple(self.diseases[code] for code in self.diagnosis_codes(i).tolist())

    def diagnosis(self, i: int) -> str:
        """The name of the diagnosis as the source states it."""
        return self._diagnosis_names[int(self._arrays["diagnosis_name"][i])]

    def all_diagnoses(self) -> tuple[np.ndarray, np.ndarray]:
        """(ptr, positions in `diseases`) of all cases at once, for code that works on whole arrays."""
        return self._arrays["diagnosis_ptr"], self._arrays["diagnosis"]

    @cached_property
    def publication_ids(self) -> Sequence[str]:
        """Every publication that a case has, once, sorted."""
        return tuple(StringTable(self._arrays, "publication_id_"))

    def all_publications(self) -> tuple[np.ndarray, np.ndarray]:
        """(ptr, positions in `publication_ids`) of all cases at once."""
        return self._arrays["publication_ptr"], self._arrays["publication"]

    def all_genes(self) -> tuple[np.ndarray, list[str], list[str]]:
        """(ptr, symbol and id of each gene entry) of all cases at once; a symbol or an id may be empty."""
        a = self._arrays
        symbols = [self._symbols[code] for code in a["gene_symbol"].tolist()]
        return a["gene_ptr"], symbols, [self._gene_ids[code] for code in a["gene_id"].tolist()]

    def publications(self, i: int) -> tuple[Publication, ...]:
        codes = csr.row(self._arrays["publication_ptr"], self._arrays["publication"], i).tolist()
        return tuple(Publication(self.publication_ids[code], self._titles[code]) for code in codes)

    def citing(self, publications: Collection[str]) -> np.ndarray:
        """Mask of the cases that one of these publications describes."""
        mask = np.zeros(self.size, dtype=np.bool_)
        ptr, order = self._cases_by_publication
        for name in publications:
            code = self._publication_codes.get(name)
            if code is not None:
                mask[self._case_of_publication[csr.row(ptr, order, code)]] = True
        return mask

    @cached_property
    def opposites(self) -> Mapping[int, frozenset[int]]:
        """Per finding those that say the opposite of it, such as small and large head."""
        found: dict[int, set[int]] = {}
        for one, other in self._arrays["opposite"].tolist():
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
        return {term: frozenset(others) for term, others in found.items()}

    # --- inside ----------------------------------------------------------

    def _findings(self, i: int) -> tuple[Finding, ...]:
        start, end = self._arrays["finding_ptr"][i : i + 2].tolist()
        absent_from = int(self._arrays["absent_from"][i])
        ids, terms, onsets = self.ontology.ids, self._arrays["finding"], self._arrays["finding_onset"]
        return tuple(
            Finding(
                ids[terms[k]],
                Status.PRESENT if k < absent_from else Status.EXCLUDED,
                self._times[onsets[k]] or None,
            )
            for k in range(start, end)
        )

    def _gene(self, k: int) -> CaseGene:
        a = self._arrays
        return CaseGene(
            symbol=self._symbols[a["gene_symbol"][k]],
            id=self._gene_ids[a["gene_id"][k]],
            zygosity=build.ZYGOSITIES[a["zygosity"][k]],
            variants=tuple(self._variants[v] for v in range(*a["gene_variant_ptr"][k : k + 2].tolist())),
        )

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.ids)}

    @cached_property
    def _times(self) -> list[str]:
        return list(StringTable(self._arrays, "time_"))

    @cached_property
    def _diagnosis_names(self) -> list[str]:
        return list(StringTable(self._arrays, "diagnosis_name_"))

    @cached_property
    def _titles(self) -> list[str]:
        return list(StringTable(self._arrays, "publication_title_"))

    @cached_property
    def _licences(self) -> list[str]:
        return list(StringTable(self._arrays, "licence_"))

    @cached_property
    def _sources(self) -> list[str]:
        return list(StringTable(self._arrays, "source_"))

    @cached_property
    def _symbols(self) -> list[str]:
        return list(StringTable(self._arrays, "symbol_"))

    @cached_property
    def _gene_ids(self) -> list[str]:
        return list(StringTable(self._arrays, "gene_id_"))

    @cached_property
    def _publication_codes(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.publication_ids)}

    @cached_property
    def _cases_by_publication(self) -> tuple[np.ndarray, np.ndarray]:
        return csr.group(self._arrays["publication"], len(self.publication_ids))

    @cached_property
    def _case_of_publication(self) -> np.ndarray:
        return np.repeat(np.arange(self.size), np.diff(self._arrays["publication_ptr"]))
