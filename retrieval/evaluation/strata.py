"""The strata a result is read in, frozen against whatever the ranker knows.

A case is *diagnosable* when some evidence remains after blinding: a finding that the reference
annotations document as present of one of its accepted OMIM ids, in a row that cites more than the
case's own publications, or another publication's case of the disease in the given bank. It has a
*published case* when the bank holds such a case. Both are computed from OMIM's rows of one release
of phenotype.hpoa and from the bank, so that richer knowledge cannot change what it is measured on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from retrieval.annotation_rows import AnnotationRow

RELEASE = "2025-01-16"  # of phenotype.hpoa, from which the published figures were computed
_OMIM = "OMIM:"
_EXCLUDED_CLASS = "HP:0040285"

References = Mapping[str, Sequence[frozenset[str]]]  # disease -> the references of each distinct row


class Stratum(StrEnum):
    ALL = "all"
    DIAGNOSABLE = "diagnosable"
    PUBLISHED = "with_published_case"  # diagnosable, and the bank holds another publication's case
    UNPUBLISHED = "no_published_case"  # diagnosable by annotations alone


@dataclass(frozen=True, slots=True)
class StratumOf:
    """Where one case belongs."""

    diagnosable: bool
    published_cases: int  # of its disease in the bank, without its own publications

    def holds(self, stratum: Stratum) -> bool:
        match stratum:
            case Stratum.ALL:
                return True
            case Stratum.DIAGNOSABLE:
                return self.diagnosable
            case Stratum.PUBLISHED:
                return self.published_cases > 0
            case Stratum.UNPUBLISHED:
                return self.diagnosable and self.published_cases == 0


def documented_references(rows: Iterable[AnnotationRow]) -> dict[str, list[frozenset[str]]]:
    """What each OMIM disease's findings rest on. Rows that say absent are no evidence of presence."""
    found: dict[str, set[frozenset[str]]] = defaultdict(set)
    for row in rows:
        if row.disease.startswith(_OMIM) and row.aspect == "P" and _says_present(row):
            found[row.disease].add(frozenset(part.strip() for part in row.reference.split(";") if part.strip()))
    return {disease: sorted(sets, key=sorted) for disease, sets in found.items()}


def _says_present(row: AnnotationRow) -> bool:
    return row.qualifier != "NOT" and not row.frequency.startswith("0/") and row.frequency != _EXCLUDED_CLASS


class Strata:
    """Answers for any case: (accepted ids, publications) -> stratum."""

    def __init__(
        self,
        documented: References,
        bank: Iterable[tuple[Collection[str], Collection[str]]],
        same: Callable[[str], Collection[str]] = lambda disease: (),
    ) -> None:
        """`bank` gives (diagnoses, publications) of each case. `same` gives other ids of a disease: it is
        asked only for diagnoses that name no OMIM id, so that identities never move a case that does."""
        self._documented = documented
        self._same = same
        self._cases: dict[str, list[int]] = defaultdict(list)
        self._publications: list[frozenset[str]] = []
        for diagnoses, publications in bank:
            for disease in self._ids(diagnoses):
                self._cases[disease].append(len(self._publications))
            self._publications.append(frozenset(publications))

    def of(self, diagnoses: Collection[str], publications: Collection[str]) -> StratumOf:
        hidden, ids = frozenset(publications), self._ids(diagnoses)
        rows = (references for disease in ids for references in self._documented.get(disease, ()))
        documented = any(not references or not references <= hidden for references in rows)
        cases = {at for disease in ids for at in self._cases.get(disease, ())}
        others = sum(not self._publications[at] & hidden for at in cases)
        return StratumOf(documented or others > 0, others)

    def _ids(self, diagnoses: Collection[str]) -> set[str]:
        if any(disease.startswith(_OMIM) for disease in diagnoses):
            return set(diagnoses)
        return set(diagnoses) | {other for disease in diagnoses for other in self._same(disease)}
