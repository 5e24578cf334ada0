"""What is kept of a case, and nothing else: the whole of de-identification is this file.

Findings by their terms, sex, age and onset made coarse, a gene if one was named. Never the note, a label, a date,
words as they were written, a relative, or a phrase without a term. Pure: it reads no database and no clock.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from diagnosis_app.cases.content import Content
from diagnosis_app.errors import Invalid
from retrieval.age import ONSET_YEARS, parse_age
from retrieval.cases.build import usable
from retrieval.genes import GeneTable
from retrieval.model import CaseGene, Finding, PublishedCase, Sex, Status
from retrieval.ontology.graph import Ontology

LEAST = 3  # findings that are present: fewer say too little to compare, and too much of who it is
MONTHS_UNTIL = 2.0  # years: younger patients are kept by months
OLDEST = 90  # years: from here on ages are one class, because so few people have them
SOURCE = "local"  # the collection that these cases name; no published collection is called so
# First year of life that an age of onset must not exceed, and the class it is kept as (definitions of HPO).
_CLASSES = (
    (0.0, "HP:0003577"),  # congenital
    (28 / 365.25, "HP:0003623"),  # neonatal
    (1.0, "HP:0003593"),  # infantile
    (5.0, "HP:0011463"),  # childhood
    (16.0, "HP:0003621"),  # juvenile
    (40.0, "HP:0011462"),  # young adult
    (60.0, "HP:0003596"),  # middle age
)
_LATE = "HP:0003584"
_EXACT = 1e-6  # of floats: 14/12 years are 14 months


class Known(Protocol):
    """The part of `Knowledge` that is needed here."""

    @property
    def ontology(self) -> Ontology: ...
    @property
    def genes(self) -> GeneTable: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """All that a local case holds of a patient."""

    present: tuple[str, ...]
    excluded: tuple[str, ...]
    sex: Sex
    age: str | None
    onset: str | None
    gene: str = ""

    def stored(self) -> dict[str, Any]:
        return {**asdict(self), "present": list(self.present), "excluded": list(self.excluded), "sex": self.sex.value}

    def digest(self) -> str:
        """Of what was shown, so that nothing else is kept."""
        text = json.dumps(self.stored(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def kept_of(content: Content, knowledge: Known, *, gene: str = "") -> Kept:
    """What would be kept of this content. Obsolete terms become the current ones."""
    ontology = knowledge.ontology
    present, excluded = usable(ontology, content.profile().findings)
    if len(present) < LEAST:
        raise Invalid(
            _("The case has fewer than %(n)s findings that are present: it cannot be kept.") % {"n": LEAST},
            field="findings",
            hint=_("Add findings to the case and investigate it again."),
            code="local_case.too_few_findings",
        )
    return Kept(
        present=tuple(ontology.ids[i] for i in present),
        excluded=tuple(ontology.ids[i] for i in excluded),
        sex=content.sex,
        age=coarse_age(content.age),
        onset=onset_class(content.onset),
        gene=_known(gene, knowledge.genes),
    )


def _known(gene: str, genes: GeneTable) -> str:
    """The knowledge's own symbol of the gene, never what somebody wrote: a name has the form of a symbol, too."""
    if not gene.strip():
        return ""
    found = genes.index(gene)
    if found is None:
        near = ", ".join(one.symbol for one in genes.near(gene))
        raise Invalid(
            _("The knowledge in use knows no such gene."),
            field="gene",
            hint=_("Did you mean %(near)s?") % {"near": near}
            if near
            else _("Write its symbol, as FGFR2, or leave it empty."),
        )
    return genes.gene(found).symbol


def coarse_age(age: str | None) -> str | None:
    """Full years; below two years full months; from 90 on, 90."""
    if not age:
        return None
    years = parse_age(age) + _EXACT
    return f"P{int(years * 12)}M" if years < MONTHS_UNTIL else f"P{min(int(years), OLDEST)}Y"


def onset_class(onset: str | None) -> str | None:
    """A class of HPO's, also where an age was given."""
    if not onset or onset in ONSET_YEARS:
        return onset or None
    years = parse_age(onset)
    return next((term for limit, term in _CLASSES if years <= limit + _EXACT), _LATE)


def stored_kept(stored: dict[str, Any]) -> Kept:
    return Kept(
        present=tuple(stored["present"]),
        excluded=tuple(stored["excluded"]),
        sex=Sex(stored["sex"]),
        age=stored["age"],
        onset=stored["onset"],
        gene=stored["gene"],
    )


def as_case(local_id: str, kept: Kept, ids: tuple[str, ...], name: str) -> PublishedCase:
    """In the form in which cases are compared."""
    findings = [Finding(term) for term in kept.present] + [Finding(term, Status.EXCLUDED) for term in kept.excluded]
    return PublishedCase(
        id=local_id,
        findings=tuple(findings),
        diagnoses=ids,
        diagnosis=name,
        sex=kept.sex,
        age=kept.age,
        onset=kept.onset,
        genes=(CaseGene(kept.gene),) if kept.gene else (),
        source=SOURCE,
    )
