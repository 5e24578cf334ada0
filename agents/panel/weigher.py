"""Weighs one candidate by one source at a time, and sees the text of no other.

A finding counts only where words that stand in the source name it and do not deny it, as the reader of notes reads
them: what the model says is where to look. A finding that the sum already counts for or against the candidate is not
new, and weighs nothing. What is documented of a disease is another's to weigh (`archivist`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agents.contract import CandidateRecord, Evidence, EvidenceKind, digest
from agents.evidence import label_of
from agents.objections import SLIGHT
from agents.panel.briefing import Briefing, term_named
from agents.panel.fence import hostile
from agents.panel.schemas import NAME, QUOTE, ids, many, obj, text
from agents.panel.table import Kept, Table
from agents.passages import findings_in, findings_quoted, requoted
from retrieval.model import Status

if TYPE_CHECKING:
    from agents.environment import Environment

LEADERS = 5
SOURCES = 3  # passages that are read for one candidate
MOST = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A finding, and the words of the source that name it."""

    finding: str
    evidence: str  # key


def weigh(environment: Environment, table: Table) -> None:
    for one in environment.record.candidates()[:LEADERS]:
        for source in _sources(environment, one.disease):
            _weigh(environment, table, one, source)


def _sources(environment: Environment, disease: str) -> list[Evidence]:
    """The passages about it, each once whichever words of it were quoted."""
    found: dict[str, Evidence] = {}
    for one in environment.record.evidence().values():
        if one.kind is EvidenceKind.PASSAGE and one.body.get("disease") == disease:
            found.setdefault(str(one.body["passage"]), one)
    return [found[key] for key in sorted(found)][:SOURCES]


def _weigh(environment: Environment, table: Table, one: CandidateRecord, source: Evidence) -> None:
    key = f"weigher-{digest([one.disease, source.body['passage'], len(environment.record.questions())])[:16]}"
    why = {"disease": one.disease, "name": one.name, "passage": str(source.body["passage"])}
    shown = table.show(str(source.body["text"]), "E1 passage")
    if why_not := shown.hostile or _hostile_name(source):
        if environment.done(key) is None:
            table.withhold(environment, "weigher", key, why, why_not)
        return
    brief = Briefing(environment.knowledge, environment.profile)
    place = obj(finding=ids_one(brief), quote=text(QUOTE))
    schema = obj(supports=many(place, MOST), against=many(place, MOST), missing=many(text(NAME), MOST))

    def read(data: Mapping[str, Any]) -> Kept:
        return _kept(environment, brief, one, source, data)

    said = f"THE DISEASE\nD1 {one.disease} {one.name}\n\nTHE SOURCE\n{shown.text}"
    table.ask(environment, "weigher", key, said, schema, read, why=why)


def _hostile_name(source: Evidence) -> str:
    """What speaks to a machine in the names over a passage. No prompt shows them, but they tell whose text it is."""
    named = (source.body["title"], *source.body["section"], source.source, source.body["citation"])
    return next((why for one in named if (why := hostile(str(one)))), "")


def ids_one(brief: Briefing) -> dict[str, Any]:
    return dict(ids(list(brief.findings), 1)["items"])


def _kept(
    environment: Environment, brief: Briefing, one: CandidateRecord, source: Evidence, data: Mapping[str, Any]
) -> Kept:
    value = {term.finding: term.value for term in one.contributions if term.kind in ("finding", "excluded")}
    got: dict[str, Any] = {"missing": _missing(environment, source, data["missing"])}
    refused = len(data["missing"]) - len(got["missing"])
    for name, status, sign in (("supports", Status.PRESENT, 1.0), ("against", Status.EXCLUDED, -1.0)):
        places = list(_places(environment, brief, source, data[name], status))
        refused += len(data[name]) - len(places)
        got[name] = [
            {
                "finding": place.finding,
                "label": label_of(environment.knowledge, place.finding),
                "evidence": place.evidence,
                "new": sign * value.get(place.finding, 0.0) <= SLIGHT,  # the sum does not count it so already
            }
            for place in {place.finding: place for place in places}.values()
        ]
    return Kept(got, refused)


def _places(
    environment: Environment, brief: Briefing, source: Evidence, said: list[Mapping[str, Any]], status: Status
) -> Iterator[Place]:
    """What stands: the words occur, and in the whole source the reader reads the finding in them as was said."""
    present = {one.term for one in environment.profile.findings if one.status is Status.PRESENT}
    for one in said:
        evidence = requoted(environment.knowledge, source, one["quote"])
        for term in brief.terms(one["finding"]) if evidence is not None else ():
            if evidence and term in present and findings_quoted(environment.knowledge, evidence).get(term) is status:
                environment.record.keep_evidence([evidence])
                yield Place(term, evidence.key)


def _missing(environment: Environment, source: Evidence, names: list[str]) -> list[dict[str, str]]:
    """What the source names, and the patient was not looked at for."""
    knowledge, text = environment.knowledge, str(source.body["text"])
    says, profile = findings_in(knowledge, text), environment.profile
    closed = knowledge.ranker.spoken_of(profile) | knowledge.ranker.cannot_have(profile)
    words = {one.term: one.text for one in reversed(knowledge.reader.read(text))}
    found = dict.fromkeys(term for name in names if (term := term_named(knowledge, name)))
    kept = []
    for term in found:
        if says.get(term) is not Status.PRESENT or term in closed:
            continue
        if (place := requoted(knowledge, source, words[term])) is not None:
            environment.record.keep_evidence([place])
            kept.append({"term": term, "label": label_of(knowledge, term), "evidence": place.key})
    return kept
