"""Carries out one action against the knowledge: reads, and says what it read. It writes nothing.

What comes back is evidence and a few facts for the thread. A rewritten question only proposes published cases: how
like the patient they are is computed on the patient's own findings. A passage that colleagues marked as wrong for a
disease stands behind all others for that disease.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.actions import Action, Lookup, Match, Search
from agents.cases import of_case
from agents.contract import Evidence
from agents.evidence import frequency_words, label_of, of_annotation, of_profile
from agents.passages import of_passage
from agents.set_back import SetBack, arranged
from agents.words import CURIE
from retrieval.cases import match
from retrieval.errors import RetrievalError
from retrieval.model import Annotation, Disease, Finding, Profile
from retrieval.passages.search import search
from retrieval.search.client import Note

if TYPE_CHECKING:
    from retrieval.cases import SimilarCase
    from retrieval.cases.bank import CaseBank
    from retrieval.knowledge import Knowledge
    from retrieval.passages.search import Nearest

LOOKED_AT = 20  # most similar cases that are counted by diagnosis
SHOWN = 5  # of them, and of passages, that become evidence
PROPOSED = 50  # cases that a rewritten question may bring
FOUND = 12  # passages that a search looks at
NAMED = 3  # diagnoses named in the thread
AWAY = (Note.AWAY, Note.LOADING)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a run may read besides its snapshot."""

    search: Nearest | None = None  # the retrieval process; None where a deployment has none
    local: CaseBank | None = None  # confirmed cases of the team
    hidden: np.ndarray | None = None  # mask of the published cases that may not be seen
    set_back: SetBack = field(default_factory=dict)  # passages that colleagues marked as wrong, by disease


@dataclass(frozen=True, slots=True)
class World:
    knowledge: Knowledge
    outside: Outside

    @property
    def bank(self) -> CaseBank:
        return self.knowledge.cases

    @property
    def passages(self) -> bool:
        """Whether there is a text to search; not where it cannot be read."""
        try:
            return bool(self.knowledge.passages.size)
        except RetrievalError:
            return False

    @property
    def local(self) -> CaseBank | None:
        local = self.outside.local
        return local if local is not None and local.size else None


@dataclass(frozen=True, slots=True)
class Performed:
    evidence: tuple[Evidence, ...]
    got: Mapping[str, Any]


def perform(action: Action, world: World, profile: Profile, names: Mapping[str, str]) -> Performed:
    """`names` are those of the candidates. Raises `RetrievalError` where the knowledge cannot be read."""
    match action:
        case Lookup():
            return _look_up(action, world.knowledge)
        case Match():
            return _match(action, world, profile)
        case Search():
            return _search(action, world, names)
    raise ValueError(f"not performed here: {action.verb}")


# --- lookup ---------------------------------------------------------------------------


def _look_up(action: Lookup, knowledge: Knowledge) -> Performed:
    disease = knowledge.diseases.disease(action.disease)
    index = knowledge.diseases.index(action.disease)
    rows = _about(knowledge, disease, action.about)
    evidence = (of_profile(knowledge, disease), *(of_annotation(knowledge, disease, row) for row in rows))
    heading = knowledge.diseases.heading(index) if index is not None else ()
    got = {
        "disease": disease.id,
        "name": disease.name,
        "documented": len({row.term for row in disease.annotations if not row.negative}),
        "genes": [link.symbol for link in disease.genes][:NAMED],
        "group": knowledge.diseases.name_of(heading[0]) if heading else "",
        "about": label_of(knowledge, action.about) if action.about else "",
        "how_often": [_said(row) for row in rows],
    }
    return Performed(evidence, got)


def _about(knowledge: Knowledge, disease: Disease, term: str) -> list[Annotation]:
    """What is documented of a finding: itself, or what is more specific."""
    index = knowledge.ontology.index(term) if term else None
    if index is None:
        return []
    below = {knowledge.ontology.ids[int(one)] for one in knowledge.ontology.descendants(index)}
    return [row for row in disease.annotations if row.term in below][:NAMED]


def _said(row: Annotation) -> dict[str, Any]:
    return {"negative": row.negative, "words": frequency_words(row.frequency)}


# --- match ----------------------------------------------------------------------------


def _match(action: Match, world: World, profile: Profile) -> Performed:
    """Of the team's own cases only how many are alike is told, and how alike the nearest of all is: what a run holds
    outlives their withdrawal."""
    knowledge = world.knowledge
    found = _similar(world.bank, action, profile, world.outside.hidden)
    local = _similar(world.local, action, profile, None)
    evidence = []
    for one in found[:SHOWN]:
        disease = _diagnosed(knowledge, one)
        piece = of_case(knowledge, disease, one.id) if disease else None
        if piece is not None:
            evidence.append(piece)
    counted = Counter(_named(knowledge, one) for one in found)
    best = found[0].similarity if found else 0.0
    got = {
        "cases": len(found),
        "best": round(best, 3),
        "diagnoses": [{"name": name, "cases": n} for name, n in counted.most_common(NAMED)],
        "more": [label_of(knowledge, term) for term in action.more],
        "local": len(local),
        "nearest": round(max(best, local[0].similarity), 3) if local else round(best, 3),
    }
    return Performed(tuple(evidence), got)


def _similar(bank: CaseBank | None, action: Match, profile: Profile, hidden: np.ndarray | None) -> list[SimilarCase]:
    """Cases like the patient. With a wider question those that it proposes, compared by the patient's own findings."""
    if bank is None or not bank.size:
        return []
    if not action.more:
        return list(match(bank, profile, limit=LOOKED_AT, hidden=hidden))
    known = {finding.term for finding in profile.findings}
    wider = replace(profile, findings=(*profile.findings, *(Finding(one) for one in action.more if one not in known)))
    proposed = [one.position for one in match(bank, wider, limit=PROPOSED, hidden=hidden)]
    others = np.ones(bank.size, dtype=np.bool_)
    others[proposed] = False
    return list(match(bank, profile, limit=LOOKED_AT, hidden=others))


def _diagnosed(knowledge: Knowledge, one: SimilarCase) -> Disease | None:
    for diagnosis in one.diagnoses:
        if knowledge.diseases.index(diagnosis) is not None:
            return knowledge.diseases.disease(diagnosis)
    return None


def _named(knowledge: Knowledge, one: SimilarCase) -> str:
    """In the words of the knowledge, or by ids: what a record calls its diagnosis is somebody else's text."""
    known = next((i for id in one.diagnoses if (i := knowledge.diseases.index(id)) is not None), None)
    return knowledge.diseases.name(known) if known is not None else ", ".join(_ids(one)) or one.id


def _ids(one: SimilarCase) -> list[str]:
    return [id for id in one.diagnoses if CURIE.fullmatch(id)]


# --- search ---------------------------------------------------------------------------


def _search(action: Search, world: World, names: Mapping[str, str]) -> Performed:
    knowledge = world.knowledge
    said = [label_of(knowledge, term) for term in action.findings]
    called = [names.get(one) or knowledge.diseases.name_of(one) for one in action.diseases]
    about = {knowledge.diseases.disease(one).id: one for one in action.diseases if _known(knowledge, one)}
    marked = {one: _marked(knowledge, world.outside.set_back, one) for one in about}
    # Those that are set back take no other passage's place among the ones that are looked at.
    limit = FOUND + len(frozenset().union(*marked.values()))
    found = search(knowledge, ", ".join((*called, *said)), client=world.outside.search, limit=limit)
    order = arranged(found.hits, about, marked, FOUND)
    kept = [of_passage(knowledge.diseases.disease(disease), hit) for disease, hit in order.kept[:SHOWN]]
    got = {
        "diseases": called,
        "findings": said,
        "found": order.found,
        "kept": len(kept),
        "off": order.off,
        "note": str(found.note) if world.outside.search is not None else "",
    }
    if order.behind:
        got |= {"set_back": len(order.behind), "behind": list(order.behind)}
    return Performed(tuple(kept), got)


def _known(knowledge: Knowledge, disease: str) -> bool:
    return knowledge.diseases.index(disease) is not None


def _marked(knowledge: Knowledge, marks: SetBack, disease: str) -> frozenset[str]:
    """The marks of one disease, under whichever of its ids they were made."""
    index = knowledge.diseases.index(disease)
    names = {disease} if index is None else {disease, *knowledge.diseases.all_ids(index)}
    return frozenset().union(*(marks.get(one, frozenset()) for one in names))
