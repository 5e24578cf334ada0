"""A published case as evidence: the patient it tells of, the paper, and the diagnosis that was made.

It shows that somebody like the patient was published with a disease; it proves nothing of this patient,
and no statement is written from it. What the case holds is checked against the bank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.contract import Evidence, EvidenceKind
from agents.evidence import SEPARATOR, seal
from retrieval.model import Status

if TYPE_CHECKING:
    from retrieval.knowledge import Knowledge
    from retrieval.model import Disease

PUBLISHED = "Published cases"


def of_case(knowledge: Knowledge, disease: Disease, case_id: str) -> Evidence | None:
    """One patient with the disease; None where the bank does not hold the case."""
    bank = knowledge.cases
    position = bank.index(case_id)
    if position is None:
        return None
    case = bank.case(position)
    papers = [publication.id for publication in case.publications]
    diagnosis = " ".join((*case.diagnoses, case.diagnosis))
    present = sum(finding.status is Status.PRESENT for finding in case.findings)
    told = f"{present} {'finding' if present == 1 else 'findings'}"
    body = {
        "disease": disease.id,
        "disease_name": disease.name,
        "case": case.id,
        "label": case.label,
        "diagnoses": list(case.diagnoses),
        "references": papers,
        "collection": case.source,
        "licence": case.licence,
    }
    parts = (case.label or case.id, ", ".join(papers), diagnosis, told)
    quote = SEPARATOR.join(part for part in parts if part)
    return seal(EvidenceKind.CASE, PUBLISHED, knowledge.id, f"case {case.id}", quote, body)


def holds(knowledge: Knowledge, evidence: Evidence) -> bool:
    """Whether the bank still tells exactly so."""
    disease_id, case_id = evidence.body.get("disease"), evidence.body.get("case")
    if not isinstance(disease_id, str) or not isinstance(case_id, str):
        return False
    if knowledge.diseases.index(disease_id) is None:
        return False
    again = of_case(knowledge, knowledge.diseases.disease(disease_id), case_id)
    return again is not None and again.key == evidence.key
