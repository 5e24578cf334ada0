"""Takes a case's own publications out of everything that is documented.

The annotations cite the papers that published cases come from; a ranking that keeps those rows is
asked what it was told. Rows whose only reference is one of the publications do not exist for the
case, whichever disease they describe; rows that cite further ones stay, with their frequency
unknown, because a pooled count cannot be divided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cached_property

import numpy as np

from retrieval import csr
from retrieval.diseases import DiseaseTable
from retrieval.ontology.graph import Ontology
from retrieval.pooling import Pooled, pool
from retrieval.ranking.documented import Documented
from retrieval.statements import NO_CLASS, UNKNOWN, Statements


class Blinding:
    """Opens the statements behind the pooled rows once, for many cases."""

    def __init__(self, ontology: Ontology, diseases: DiseaseTable, *, without: Collection[str] = ()) -> None:
        """`without` names kinds of reference ("ORPHA") whose rows are left out for every case;
        `without_any` then says whether a ranked disease has such a row."""
        self._ontology = ontology
        self._position = {int(disease): at for at, disease in enumerate(diseases.ranked)}
        self._size = diseases.size
        self._references = [
            frozenset(part.strip() for part in text.split(";") if part.strip())
            for text in diseases.rows.vocabulary("reference")
        ]
        all_statements = Statements.of(diseases._arrays)
        left_out = np.array([_only_of(one, without) for one in self._references], dtype=np.bool_)
        gone = left_out[diseases.rows.codes("reference")[all_statements.row]]
        self.without_any = bool(np.isin(all_statements.disease[gone], diseases.ranked).any())
        self._statements = all_statements.where(~gone)
        self._reference_of = diseases.rows.codes("reference")[self._statements.row]
        # Statements are in the order of the source, where a disease's rows are not always together.
        self._ptr, self._order = csr.group(self._statements.disease, diseases.size)

    def instead(self, publications: Collection[str]) -> dict[int, Documented]:
        """What a ranking takes in place of its own table: position in `DiseaseTable.ranked` -> findings."""
        found = {}
        for disease in sorted(self._citing(publications)):
            position = self._position.get(disease)
            documented = self.documented(disease, publications) if position is not None else None
            if position is not None and documented is not None:
                found[position] = documented
        return found

    def documented(self, disease: int, publications: Collection[str]) -> Documented | None:
        """What is documented of the disease without the publications; None if they make no difference."""
        mine = csr.row(self._ptr, self._order, disease)
        seen = self._without(self._statements.where(mine), self._reference_of[mine], publications)
        if seen is None:
            return None
        pooled = pool(replace(seen, disease=np.zeros_like(seen.disease)), 1)
        return Documented(Documented.build(self._ontology, pooled, np.array([0])), pooled)

    def pooled_without(self, publications: Collection[str]) -> Pooled:
        """All that is documented, as it would be without the publications."""
        seen = self._without(self._statements, self._reference_of, publications)
        return pool(self._statements if seen is None else seen, self._size)

    def hit(self, publications: Collection[str]) -> list[int]:
        """Positions in `DiseaseTable.ranked` of the diseases with a row that cites one of the publications."""
        return sorted(at for one in self._citing(publications) if (at := self._position.get(one)) is not None)

    def pooled(self) -> Pooled:
        """All that is documented without the rows that `without` names."""
        return pool(self._statements, self._size)

    # --- inside ----------------------------------------------------------

    def _without(self, s: Statements, references: np.ndarray, publications: Collection[str]) -> Statements | None:
        """Statements without those that only the publications back, and with an unknown frequency where they share
        it with others; None if they make no difference."""
        named = set(publications)
        only = np.array([bool(one) and one <= named for one in self._references], dtype=np.bool_)
        part = np.array([bool(one & named) for one in self._references], dtype=np.bool_)
        gone, shared = only[references], (part & ~only)[references]
        if not (gone | shared).any():
            return None
        unknown = replace(
            s,
            form=np.where(shared, UNKNOWN, s.form).astype(s.form.dtype),
            n=np.where(shared, -1, s.n).astype(s.n.dtype),
            m=np.where(shared, -1, s.m).astype(s.m.dtype),
            point=np.where(shared, np.nan, s.point).astype(s.point.dtype),
            frequency_class=np.where(shared, NO_CLASS, s.frequency_class).astype(s.frequency_class.dtype),
        )
        return unknown.where(~gone)

    def _citing(self, publications: Collection[str]) -> set[int]:
        return {disease for paper in publications for disease in self._diseases_of.get(paper, ())}

    @cached_property
    def _diseases_of(self) -> dict[str, set[int]]:
        """Publication -> diseases with a statement that cites it."""
        found: dict[str, set[int]] = {}
        pairs = np.unique(np.stack([self._reference_of, self._statements.disease]), axis=1)
        for code, disease in pairs.T.tolist():
            for reference in self._references[code]:
                found.setdefault(reference, set()).add(disease)
        return found


def _only_of(references: Iterable[str], kinds: Collection[str]) -> bool:
    prefixes = {reference.partition(":")[0] for reference in references}
    return bool(prefixes) and prefixes <= set(kinds)
