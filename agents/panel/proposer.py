"""Names diseases that the ranking may have missed.

A name that stands for no disease here, or for several, grounds nothing. It is kept as it was said where each of its
words is one that names here have, and is counted otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from agents.panel.briefing import Briefing, numbered
from agents.panel.schemas import NAME, ids, many, obj, text
from agents.panel.table import Kept, Table
from agents.panel.vocabulary import shown
from retrieval.passages.names import without_ids

if TYPE_CHECKING:
    from agents.environment import Environment
    from retrieval.knowledge import Knowledge

LISTED = 20  # of the ranking
MOST = 5
AMONG = 4  # diseases of those that one name stands for


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
    found = meant(knowledge, name)
    return found[0] if len(found) == 1 else None


def meant(knowledge: Knowledge, name: str) -> list[str]:
    """Every disease that a name or an id may stand for."""
    named = knowledge.passages.names
    by_id = [one.position for one in named.find(name, knowledge.diseases) if one.by_id]
    found = by_id if by_id and not without_ids(name).strip(" .,;()") else list(named.whole(name))
    return [knowledge.diseases.ids[one] for one in dict.fromkeys(found)]


def _listed(environment: Environment) -> list[str]:
    return [f"{one.disease} {one.name}" for one in environment.record.candidates()[:LISTED]]


def _kept(environment: Environment, brief: Briefing, data: Mapping[str, Any]) -> Kept:
    listed = {one.disease for one in environment.record.candidates()[:LISTED]}
    grounded: dict[str, dict[str, Any]] = {}
    named: dict[str, dict[str, Any]] = {}
    ungrounded = unshown = 0
    for one in _each_once(data["diseases"]):
        found, explains = meant(environment.knowledge, one["disease"]), brief.terms(one["explains"])
        if len(found) == 1:
            if found[0] not in listed:
                grounded.setdefault(found[0], {**_known(environment, found[0]), "explains": explains})
            continue
        said = shown(environment.knowledge, one["disease"])
        ungrounded += 1
        unshown += not said
        if said or found:
            among = [_known(environment, each) for each in found[:AMONG]]
            kept = {"name": said, "explains": explains, "among": among, "of": len(found)}
            named.setdefault(said.casefold() or " ".join(found), kept)
    got = {"grounded": list(grounded.values()), "named": list(named.values())}
    return Kept({**got, "ungrounded": ungrounded, "unshown": unshown})


def _each_once(said: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for one in said:
        found.setdefault(" ".join(one["disease"].split()).casefold(), one)
    return list(found.values())


def _known(environment: Environment, disease: str) -> dict[str, str]:
    return {"id": disease, "name": environment.knowledge.diseases.name_of(disease)}
