"""A ranking as a program reads it: the same object from `manage.py diagnose --json` and from the API.

The arithmetic and its JSON are `retrieval.ranking`'s; this adds what was read, the hints, and the
words that must stand beside every result.
"""

from __future__ import annotations

from typing import Any

from diagnosis_app.cases.content import Content, GeneEntry
from retrieval.knowledge import Knowledge
from retrieval.model import CandidateGene, Status
from retrieval.ranking.as_json import NOTE, ranking_json
from retrieval.ranking.hints import hints

INTENDED_USE = "Supports a clinician's own judgement; not for emergencies, not for patients."
UNMERGED = "OMIM entries are ranked; nothing is merged by name, and no identity mappings are loaded."


def ranked(knowledge: Knowledge, content: Content, limit: int, *, case: str = "") -> dict[str, Any]:
    """`content` must be settled: every term is one that the ontology in use knows."""
    profile = content.profile()
    ranking = knowledge.ranker.rank(profile, limit=limit)
    body = ranking_json(
        knowledge.ontology,
        ranking,
        snapshot=knowledge.id,
        case=case,
        citation=knowledge.manifest.citation,
        note=f"{UNMERGED} {NOTE}",
    )
    body["hpo"] = knowledge.ontology.version
    body["input"] = input_of(content, knowledge)
    body["hints"] = [
        {
            "code": hint.code,
            "finding": hint.finding,
            "message": hint.message,
            "suggestions": [{"id": term, "label": label} for term, label in hint.suggestions],
        }
        for hint in hints(knowledge.ontology, profile)
    ]
    body["intended_use"] = INTENDED_USE
    return body


def input_of(content: Content, knowledge: Knowledge) -> dict[str, Any]:
    """What was read of the patient, without the note."""
    counted = {status.value: 0 for status in Status}
    for entry in content.findings:
        counted[entry.status.value] += 1
    return {
        "findings": [
            {"term": entry.term, "label": entry.label, "status": entry.status.value, "onset": entry.onset}
            for entry in content.findings
        ],
        "counts": counted,
        "sex": content.sex.value,
        "age": content.age,
        "onset": content.onset,
        "genes": [_gene(knowledge, entry) for entry in content.genes],
    }


def _gene(knowledge: Knowledge, entry: GeneEntry) -> dict[str, Any]:
    known = knowledge.genes.find(CandidateGene(entry.symbol, entry.id)) is not None
    return {**entry.model_dump(mode="json", exclude={"origin"}), "known": known}
