"""The terms of a score that are not about one finding, in words: similar cases, the whole picture, how common.

The same words in the live list, an opened candidate, the record as text, and an investigation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnosis_app.cases.published import patient
from retrieval.cases import CaseBank
from retrieval.model import ContributionKind

WHOLE = frozenset({ContributionKind.PROFILE, ContributionKind.SIMILAR, ContributionKind.PREVALENCE})
# Agreement from which a nearest case is worth a sentence: of candidates among the first ten, 1 in 10 was right just
# below it (0.5 to 0.6), 2 in 10 just above (0.6 to 0.7), 4 in 10 beyond (981 development cases, their papers hidden).
ALIKE = 0.6
TELLING = 5  # published patients from which it is worth saying that none of them shows a finding
NEAREST = 3  # cases that a row names


def term_name(kind: str) -> str:
    """What the term is about; empty for one that is about a finding, a gene, sex or onset."""
    return {
        "similar": _("Similar published cases"),
        "profile": _("The findings taken together"),
        "prevalence": _("How common it is"),
    }.get(kind, "")


def term_how(kind: str, likeness: float | None, cases: Sequence[str], bank: CaseBank | None) -> str:
    """Why the term weighs what it weighs."""
    if kind == "similar":
        return nearest_words(cases, bank, likeness)
    if kind == "profile":
        told = _("how much of what is documented of it this patient shows, and how little else")
        return (
            _("%(told)s; likeness %(likeness)s") % {"told": told, "likeness": f"{likeness:.2f}"} if likeness else told
        )
    if kind == "prevalence":
        return _("as this deployment declares it, by Orphanet's classes")
    return ""


def nearest_words(cases: Sequence[str], bank: CaseBank | None, likeness: float | None) -> str:
    """nearest: Boy, 9 months (agreement 0.61)

    Not the likeness of the list of similar cases: what the disease explains is not held against the case here."""
    positions = [i for one in cases if bank is not None and (i := bank.index(one)) is not None]
    named = "; ".join(patient(bank.case(i)) for i in positions[:NEAREST]) if bank is not None else ""
    alike = _("agreement %(likeness)s") % {"likeness": f"{likeness:.2f}"} if likeness is not None else ""
    if not named:
        return alike
    told = _("nearest published patient with it: %(case)s") % {"case": named}
    return f"{told}, {alike}" if alike else told


def observed_words(observed: Iterable[int] | None) -> str:
    """4 of 5 published patients"""
    counts = list(observed or ())
    if len(counts) != 2 or not counts[1] or (not counts[0] and counts[1] < TELLING):
        return ""
    return ngettext("%(n)s of %(m)s published patient", "%(n)s of %(m)s published patients", counts[1]) % {
        "n": counts[0],
        "m": counts[1],
    }


def alike(kind: str, likeness: float | None) -> bool:
    return kind == ContributionKind.SIMILAR and likeness is not None and likeness >= ALIKE
