"""One published case beside the patient, finding by finding: present, near, absent, opposite or not recorded.

Presence holds for what is more general, absence for what is more specific; "not recorded" is never
read as absent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from retrieval.cases import CaseBank
from retrieval.cases.compare import ConflictKind, SharedKind
from retrieval.model import Status
from retrieval.ontology.graph import Ontology
from retrieval.search.similar import Found

Sign = Literal["present", "near", "absent", "opposite", "uncertain", "none"]


@dataclass(frozen=True, slots=True)
class Cell:
    """`other` is the finding as the case names it, where that is another term."""

    sign: Sign
    words: str
    other: str = ""


def status_cell(status: Status) -> Cell:
    """The patient's own column."""
    return {
        Status.PRESENT: Cell("present", _("present")),
        Status.EXCLUDED: Cell("absent", _("absent")),
        Status.UNCERTAIN: Cell("uncertain", _("uncertain")),
    }.get(status, Cell("none", _("not recorded")))


def beside(bank: CaseBank, found: Found) -> Beside:
    return Beside(bank, found)


class Beside:
    """Answers for each finding of the patient how it stands in one case."""

    def __init__(self, bank: CaseBank, found: Found) -> None:
        self._ontology = bank.ontology
        self._shown = frozenset(bank.present(found.position).tolist())
        self._absent = frozenset(bank.excluded(found.position).tolist())
        compared = found.compared
        self._shared = {one.patient: one for one in compared.shared} if compared else {}
        self._conflicts = {one.patient: one for one in compared.conflicting} if compared else {}

    def cell(self, term: str, status: Status) -> Cell:
        if status == Status.PRESENT and (shared := self._shared.get(term)):
            return self._as_shared(term, shared.case, shared.kind)
        conflict = self._conflicts.get(term)
        if conflict and conflict.kind == ConflictKind.OPPOSITE:
            return Cell("opposite", _("the opposite"), label(self._ontology, conflict.case))
        return self.recorded(term)

    def recorded(self, term: str) -> Cell:
        """What the case says of a term by itself, what is below it or what is above it."""
        index = self._ontology.index(term)
        if index is None:
            return Cell("none", _("not recorded"))
        if index in self._shown:
            return Cell("present", _("present"))
        below = next((one for one in sorted(self._shown) if index in self._ontology.ancestors(one)), None)
        if below is not None:
            return Cell("present", _("present, more specific"), self._ontology.label(below))
        above = next((int(one) for one in self._ontology.ancestors(index) if int(one) in self._absent), None)
        if above is not None:
            return Cell("absent", _("absent"), "" if above == index else self._ontology.label(above))
        return Cell("none", _("not recorded"))

    def _as_shared(self, term: str, other: str, kind: SharedKind) -> Cell:
        name = "" if term == other else label(self._ontology, other)
        match kind:
            case SharedKind.EXACT:
                return Cell("present", _("present"))
            case SharedKind.NARROWER:
                return Cell("present", _("present, more specific"), name)
            case SharedKind.BROADER:
                return Cell("near", _("a more general finding"), name)
        return Cell("near", _("a related finding"), name)


def label(ontology: Ontology, term: str) -> str:
    index = ontology.index(term)
    return ontology.label(index) if index is not None else term
