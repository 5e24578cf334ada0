"""Takes a case's own publications out of what is documented of its disease.

The annotations cite the papers that published cases come from; a ranking that keeps those rows is
asked what it was told. Rows whose only reference is one of the publications are dropped; rows that
cite further ones stay, with their frequency unknown, because a count cannot be divided.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from retrieval.diseases import DiseaseTable
from retrieval.ontology.graph import Ontology
from retrieval.pooling import pool
from retrieval.ranking.documented import Documented
from retrieval.statements import NO_CLASS, UNKNOWN, Statements


class Blinding:
    """Opens the statements behind the pooled rows once, for many cases."""

    def __init__(self, ontology: Ontology, diseases: DiseaseTable) -> None:
        self._ontology = ontology
        self._statements = Statements.of(diseases._arrays)
        self._references = [
            frozenset(part.strip() for part in text.split(";") if part.strip())
            for text in diseases.rows.vocabulary("reference")
        ]
        self._reference_of = diseases.rows.codes("reference")[self._statements.row]
        # Statements are in the order of the source, where a disease's rows are not always together.
        order = np.argsort(self._statements.disease, kind="stable")
        self._ptr = np.searchsorted(self._statements.disease[order], np.arange(diseases.size + 1))
        self._order = order

    def documented(self, disease: int, publications: Collection[str]) -> Documented | None:
        """What is documented of the disease without the publications; None if they make no difference."""
        mine = self._order[self._ptr[disease] : self._ptr[disease + 1]]
        cited = [self._references[code] for code in self._reference_of[mine].tolist()]
        named = set(publications)
        gone = np.array([bool(references) and references <= named for references in cited], dtype=bool)
        shared = np.array([bool(references & named) for references in cited], dtype=bool) & ~gone
        if not (gone | shared).any():
            return None
        s = self._statements.where(mine)
        unknown = replace(
            s,
            disease=np.zeros_like(s.disease),
            form=np.where(shared, UNKNOWN, s.form).astype(s.form.dtype),
            n=np.where(shared, -1, s.n).astype(s.n.dtype),
            m=np.where(shared, -1, s.m).astype(s.m.dtype),
            point=np.where(shared, np.nan, s.point).astype(s.point.dtype),
            frequency_class=np.where(shared, NO_CLASS, s.frequency_class).astype(s.frequency_class.dtype),
        )
        pooled = pool(unknown.where(~gone), 1)
        return Documented(Documented.build(self._ontology, pooled, np.array([0])), pooled)
