"""Tries to break each leader. An objection has a type and a ground: a finding, or another disease of the list.

Whether the ground holds is looked up: a contradicted sign is one that is documented and absent here, or the other way
round; a mimic explains what this one does, and more. What the sum already counts weighs nothing again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from agents.contract import CandidateRecord, digest
from agents.evidence import label_of
from agents.objections import SLIGHT
from agents.panel.briefing import Briefing, numbered
from agents.panel.schemas import ids, many, obj, one_of
from agents.panel.table import Kept, Table
from retrieval.model import Status

if TYPE_CHECKING:
    from agents.environment import Environment

LEADERS = 3
LISTED = 10
MOST = 4
SHOWN = 25  # documented findings of the leader


class Type(StrEnum):
    CONTRADICTED = "contradicted_sign"
    UNEXPLAINED = "unexplained_sign"
    MIMIC = "mimic"


def object_to_leaders(environment: Environment, table: Table) -> None:
    order = environment.record.candidates()[:LISTED]
    for one in order[:LEADERS]:
        _object(environment, table, one, [other for other in order if other.disease != one.disease])


def _object(environment: Environment, table: Table, one: CandidateRecord, others: Sequence[CandidateRecord]) -> None:
    brief = Briefing(environment.knowledge, environment.profile)
    listed = numbered("D", [other.disease for other in others])
    names = {other.disease: other.name for other in others}
    objection = obj(
        type=one_of([str(kind) for kind in Type]),
        findings=ids(list(brief.findings), MOST),
        diseases=ids(list(listed), 1),
    )

    def read(data: Mapping[str, Any]) -> Kept:
        return _kept(environment, brief, one, dict(zip(listed, others, strict=True)), data)

    said = "\n".join(
        (
            f"THE LEADING DISEASE\n{one.disease} {one.name}",
            f"documented: {', '.join(_documented(environment, one.disease))}",
            "\nTHE OTHERS OF THE LIST",
            *(f"{key} {disease} {names[disease]}" for key, disease in listed.items()),
        )
    )
    key = f"sceptic-{digest([one.disease, len(environment.record.questions())])[:16]}"
    why = {"disease": one.disease, "name": one.name}
    table.ask(environment, "sceptic", key, said, obj(objections=many(objection, MOST)), read, why=why)


def _documented(environment: Environment, disease: str) -> list[str]:
    rows = environment.knowledge.diseases.disease(disease).annotations
    terms = dict.fromkeys(row.term for row in rows if not row.negative)
    return [label_of(environment.knowledge, term) for term in list(terms)[:SHOWN]]


def _kept(
    environment: Environment,
    brief: Briefing,
    one: CandidateRecord,
    others: Mapping[str, CandidateRecord],
    data: Mapping[str, Any],
) -> Kept:
    held: dict[tuple[str, str], dict[str, Any]] = {}
    refused = 0
    for said in data["objections"]:
        terms = brief.terms(said["findings"])
        against = [others[key] for key in said["diseases"] if key in others]
        grounded = [*_by_findings(environment, one, Type(said["type"]), terms)]
        if said["type"] == Type.MIMIC:
            grounded = [_by_mimic(one, other) for other in against if _explains_more(one, other)]
        refused += not grounded
        for ground in grounded:
            held.setdefault((ground["type"], ground["ground"]), ground)
    return Kept({"objections": list(held.values())}, refused)


def _by_findings(
    environment: Environment, one: CandidateRecord, kind: Type, terms: Sequence[str]
) -> list[dict[str, Any]]:
    """Findings that speak against it, as the sum reads them: it counts each of them, so that none weighs again."""
    value = {term.finding: term.value for term in one.contributions if term.kind in ("finding", "excluded")}
    status = {finding.term: finding.status for finding in environment.profile.findings}
    found = []
    for term in terms:
        weighed = value.get(term, 0.0)
        contradicted = kind is Type.CONTRADICTED and weighed < -SLIGHT
        unexplained = kind is Type.UNEXPLAINED and status[term] is Status.PRESENT and weighed <= SLIGHT
        if contradicted or unexplained:
            label = label_of(environment.knowledge, term)
            found.append({"type": str(kind), "ground": term, "label": label, "new": False})
    return found


def _by_mimic(one: CandidateRecord, other: CandidateRecord) -> dict[str, Any]:
    counted = any(term.kind == "objection" and term.body.get("other_id") == other.disease for term in one.contributions)
    return {"type": str(Type.MIMIC), "ground": other.disease, "label": other.name, "new": not counted}


def _explains_more(one: CandidateRecord, other: CandidateRecord) -> bool:
    own, theirs = _explained(one), _explained(other)
    return own < theirs


def _explained(one: CandidateRecord) -> frozenset[str]:
    return frozenset(term.finding for term in one.contributions if term.kind == "finding" and term.value > SLIGHT)
