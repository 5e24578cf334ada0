"""Names diseases that the ranking may have missed. A name that nothing here knows is counted and not repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agents.panel.briefing import Briefing, numbered
from agents.panel.schemas import NAME, ids, many, obj, text
from agents.panel.table import Kept, Table
from retrieval.passages.names import without_ids

if TYPE_CHECKING:
    from agents.environment import Environment
    from retrieval.knowledge import Knowledge

LISTED = 20  # of the ranking
MOST = 5


def propose(environment: Environment, table: Table) -> list[str]:
    """Ids of diseases, the proposed ones first that the list does not hold."""
    listed = [f"{key} {name}" for key, name in numbered("D", _listed(environment)).items()]
    brief = Briefing(environment.knowledge, environment.profile)
    item = obj(disease=text(NAME), explains=ids(list(brief.findings), len(brief.findings)))

    def read(data: Mapping[str, Any]) -> Kept:
        return _kept(environment, brief, data)

    said = "THE FIRST OF THE LIST\n" + "\n".join(listed)
    got = table.ask(environment, "proposer", "proposer", said, obj(diseases=many(item, MOST)), read)
    return [one["id"] for one in got["grounded"]] if got else []


def normalised(knowledge: Knowledge, name: str) -> str | None:
    """The disease that a name or an id stands for, where it stands for one alone."""
    named = knowledge.passages.names
    by_id = [one.position for one in named.find(name, knowledge.diseases) if one.by_id]
    found = by_id if by_id and not without_ids(name).strip(" .,;()") else list(named.whole(name))
    return knowledge.diseases.ids[found[0]] if len(set(found)) == 1 else None


def _listed(environment: Environment) -> list[str]:
    return [f"{one.disease} {one.name}" for one in environment.record.candidates()[:LISTED]]


def _kept(environment: Environment, brief: Briefing, data: Mapping[str, Any]) -> Kept:
    listed = {one.disease for one in environment.record.candidates()[:LISTED]}
    grounded: dict[str, dict[str, Any]] = {}
    ungrounded = 0
    for one in data["diseases"]:
        disease = normalised(environment.knowledge, one["disease"])
        if disease is None:
            ungrounded += 1
        elif disease not in listed:
            name = environment.knowledge.diseases.name_of(disease)
            grounded.setdefault(disease, {"id": disease, "name": name, "explains": brief.terms(one["explains"])})
    return Kept({"grounded": list(grounded.values()), "ungrounded": ungrounded})
