"""The ontology as the rest of the house sees it: ids, labels, the graph, what replaces what.

Immutable and array-backed; several versions may be open in one process. It reads arrays and
nothing else: no file, no setting, no global.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from retrieval import csr
from retrieval.errors import NotAFinding, UnknownTerm
from retrieval.model import Resolved, Synonym, Term
from retrieval.ontology.curie import term_id
from retrieval.strings import Arrays, StringTable


class Ontology:
    """Current terms have an index 0..size-1 in order of id; obsolete ones can be read but have none."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._ids = StringTable(arrays, "id_")
        self._labels = StringTable(arrays, "label_")
        self._definitions = StringTable(arrays, "definition_")
        self._synonyms = StringTable(arrays, "synonym_")
        self._is_finding = arrays["is_finding"]
        self.version: str = StringTable(arrays, "version_")[0]
        self.size: int = len(arrays["parent_ptr"]) - 1
        self.information_content: np.ndarray = arrays["information_content"]
        self.disease_count: np.ndarray = arrays["disease_count"]

    # --- ids -------------------------------------------------------------

    @cached_property
    def ids(self) -> Sequence[str]:
        return tuple(self._all_ids[: self.size])

    def index(self, term_id: str) -> int | None:
        """Of a current id, or of the current term that an alternative or obsolete id stands for."""
        return self._index.get(term_id)

    def known_ids(self) -> Mapping[str, int]:
        """Every id that leads to a current term, alternative and replaced ones included."""
        return self._index

    def label(self, i: int) -> str:
        return self._labels[i]

    def term(self, term_id: str) -> Term:
        """The term of exactly this id, obsolete ones included; an alternative id gives its current term."""
        row = self._obsolete.get(term_id)
        if row is None:
            row = self._index.get(term_id)
        if row is None:
            raise self._unknown(term_id)
        return self._term(row)

    def terms(self) -> Iterator[Term]:
        return (self._term(i) for i in range(self.size))

    def resolve(self, text: str) -> Resolved:
        """The current term that the text names, with a note if another id was asked for."""
        asked = term_id(text)
        i = self._index.get(asked)
        if i is None:
            raise self._without_replacement(asked) if asked in self._obsolete else self._unknown(asked)
        term = self._term(i)
        if asked in self._obsolete:
            return Resolved(term, asked, f"{asked} is obsolete; replaced by {term.id} {term.label}.")
        if asked != term.id:
            return Resolved(term, asked, f"{asked} is an alternative id; the current one is {term.id} {term.label}.")
        return Resolved(term, asked)

    def finding(self, text: str) -> Resolved:
        """As `resolve`, and the term must be a phenotypic abnormality."""
        resolved = self.resolve(text)
        i = self._index[resolved.term.id]
        if not self._is_finding[i]:
            raise NotAFinding(
                f"{resolved.term.id} {resolved.term.label} is not a phenotypic abnormality.",
                hint="Findings are terms below Phenotypic abnormality (HP:0000118). "
                "Onset, inheritance and modifiers have fields of their own.",
            )
        return resolved

    # --- graph -----------------------------------------------------------

    def is_finding(self, i: int) -> bool:
        return bool(self._is_finding[i])

    @property
    def findings(self) -> np.ndarray:
        """Boolean mask of the terms that descend from Phenotypic abnormality, itself included."""
        return self._is_finding

    def parents(self, i: int) -> np.ndarray:
        return self._row("parent", i)

    def children(self, i: int) -> np.ndarray:
        return self._row("child", i)

    def ancestors(self, i: int) -> np.ndarray:
        """Indices in ascending order, the term itself included."""
        return self._row("ancestor", i)

    def descendants(self, i: int) -> np.ndarray:
        """Indices in ascending order, the term itself included."""
        return self._row("descendant", i)

    def closure(self) -> tuple[np.ndarray, np.ndarray]:
        """(ptr, ancestors) of all terms at once, for code that works on whole arrays."""
        return self._arrays["ancestor_ptr"], self._arrays["ancestor"]

    def systems(self, i: int) -> tuple[int, ...]:
        """The organ systems the term belongs to: children of Phenotypic abnormality at or above it."""
        return tuple(self._row("system", i).tolist())

    # --- inside ----------------------------------------------------------

    @cached_property
    def _all_ids(self) -> list[str]:
        return list(self._ids)

    @cached_property
    def _obsolete(self) -> dict[str, int]:
        """Obsolete id → row in the string tables."""
        return {name: self.size + k for k, name in enumerate(self._all_ids[self.size :])}

    @cached_property
    def _index(self) -> dict[str, int]:
        """An explicit `replaced_by` wins over being listed as an alternative id; a current id over both."""
        alternatives = zip(StringTable(self._arrays, "alternative_"), self._terms_of("alternative_term"), strict=True)
        replaced = zip(self._obsolete, self._terms_of("replacement"), strict=True)
        found = {name: i for name, i in (*alternatives, *replaced) if i >= 0}
        found.update({name: i for i, name in enumerate(self._all_ids[: self.size])})
        return found

    def _terms_of(self, name: str) -> list[int]:
        values: list[int] = self._arrays[name].tolist()
        return values

    def _row(self, name: str, i: int) -> np.ndarray:
        return csr.row(self._arrays[f"{name}_ptr"], self._arrays[name], i)

    def _term(self, row: int) -> Term:
        obsolete = row >= self.size
        replacement = int(self._arrays["replacement"][row - self.size]) if obsolete else -1
        return Term(
            id=self._ids[row],
            label=self._labels[row],
            definition=self._definitions[row],
            synonyms=self._synonyms_of(row),
            parents=() if obsolete else tuple(self._ids[parent] for parent in self.parents(row).tolist()),
            obsolete=obsolete,
            replaced_by=self._ids[replacement] if replacement >= 0 else None,
        )

    def _synonyms_of(self, row: int) -> tuple[Synonym, ...]:
        scopes, kinds = self._vocabulary
        start, end = self._arrays["synonym_ptr"][row : row + 2].tolist()
        return tuple(
            Synonym(
                self._synonyms[k],
                scopes[self._arrays["synonym_scope"][k]],
                kinds[self._arrays["synonym_kind"][k]],
            )
            for k in range(start, end)
        )

    @cached_property
    def _vocabulary(self) -> tuple[list[str], list[str]]:
        return list(StringTable(self._arrays, "scope_")), list(StringTable(self._arrays, "kind_"))

    def _unknown(self, asked: str) -> UnknownTerm:
        return UnknownTerm(
            f"HPO {self.version} has no term {asked}.",
            hint="Check the digits, or search for the finding by its name.",
        )

    def _without_replacement(self, asked: str) -> UnknownTerm:
        row = self._obsolete[asked]
        near = [
            f"{self._ids[i]} {self._labels[i]}"
            for i in csr.row(self._arrays["consider_ptr"], self._arrays["consider"], row - self.size).tolist()
        ]
        label = self._labels[row].removeprefix("obsolete ")
        return UnknownTerm(
            f"{asked} {label} is obsolete and has no replacement.",
            hint=f"Consider {', '.join(near)}." if near else "Search for the finding by its name.",
        )
