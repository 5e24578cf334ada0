"""The records of one disease, as a model is shown them: what is documented of it, and its published cases.

Each is a line in words made here, of ids and labels of the ontology. What somebody wrote, such as what a case, a paper
or a collection is called, is not in it. Of a disease's many records those are shown that speak of what the patient was
looked at for, and then those that tell most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.contract import Evidence, EvidenceKind, Stance
from agents.evidence import frequency_words, label_of, of_annotation, of_onset
from agents.ledger import kind_between, stance_of
from retrieval.errors import RetrievalError
from retrieval.model import Annotation, Disease, Finding, MatchKind, Sex, Status
from retrieval.ranking.documented import UNKNOWN_FREQUENCY

if TYPE_CHECKING:
    from agents.environment import Environment
    from retrieval.knowledge import Knowledge

ANNOTATIONS = 30
CASES = 5
OF_A_CASE = 20  # findings of one case
_RELATED = (MatchKind.EXACT, MatchKind.NARROWER_DOCUMENTED, MatchKind.BROADER_DOCUMENTED)


@dataclass(frozen=True, slots=True)
class Line:
    """One record: what is shown of it, which findings it states, and the evidence that it is."""

    text: str
    says: Mapping[str, Status]  # present or absent, by finding
    evidence: Evidence
    unasked: str = ""  # the documented finding, where the patient was not looked at for it


def records_of(environment: Environment, disease: str) -> dict[str, Line]:
    """R1 → the first record; empty where nothing is known of the disease."""
    known = environment.knowledge.diseases.disease(disease)
    spoken = environment.knowledge.ranker.spoken_of(environment.profile)
    lines = [
        *_documented(environment, known, spoken),
        *_onsets(environment.knowledge, known),
        *_cases(environment, known, spoken),
    ]
    return {f"R{n}": line for n, line in enumerate(lines, 1)}


def stances(knowledge: Knowledge, finding: str, status: Status | None, line: Line) -> set[Stance]:
    """Which way the record speaks given this finding of the patient; nothing where it does not speak of it."""
    if status not in (Status.PRESENT, Status.EXCLUDED):
        return set()
    present = status is Status.PRESENT
    found = (_stance(kind_between(knowledge, finding, term), present, said) for term, said in line.says.items())
    return {one for one in found if one is not None}


def _stance(between: MatchKind, present: bool, said: Status) -> Stance | None:
    if between not in _RELATED:
        return None
    stance = stance_of(present, said is Status.EXCLUDED, between)
    # That something is absent denies what is narrower, and says nothing of what is broader.
    open_still = MatchKind.NARROWER_DOCUMENTED if present else MatchKind.BROADER_DOCUMENTED
    return None if stance is Stance.AGAINST and between is open_still else stance


# --- what is documented -----------------------------------------------------------------


def _documented(environment: Environment, disease: Disease, spoken: frozenset[str]) -> Iterator[Line]:
    knowledge, sex = environment.knowledge, environment.profile.sex
    closed = spoken | knowledge.ranker.cannot_have(environment.profile)
    rows = [row for row in disease.annotations if sex not in (Sex.FEMALE, Sex.MALE) or row.sex in (None, sex)]
    rows.sort(key=lambda row: (row.term not in spoken, -_telling(knowledge, row), row.term, row.negative))
    for row in rows[:ANNOTATIONS]:
        unasked = row.term if not row.negative and row.term not in closed else ""
        status = Status.EXCLUDED if row.negative else Status.PRESENT
        yield Line(_row(knowledge, row), {row.term: status}, of_annotation(knowledge, disease, row), unasked)


def _telling(knowledge: Knowledge, row: Annotation) -> float:
    """More, the more often it is seen here and the more seldom elsewhere."""
    index = knowledge.ontology.index(row.term)
    often = UNKNOWN_FREQUENCY if math.isnan(row.frequency.value) else row.frequency.value
    return 0.0 if index is None else often * float(knowledge.ontology.information_content[index])


def _row(knowledge: Knowledge, row: Annotation) -> str:
    how = "described as absent, " if row.negative else ""
    begins = [_named(knowledge, term) for term in row.onset if knowledge.ontology.index(term) is not None]
    parts = [f"{_named(knowledge, row.term)}: {how}{frequency_words(row.frequency)}"]
    parts += [f"in {row.sex} patients alone"] if row.sex else []
    parts += [f"it begins: {', '.join(begins)}"] if begins else []
    return "; ".join(parts)


def _onsets(knowledge: Knowledge, disease: Disease) -> Iterator[Line]:
    for term in disease.onset:
        yield Line(f"the disease begins: {_named(knowledge, term)}", {}, of_onset(knowledge, disease, term))


# --- published cases --------------------------------------------------------------------


def _cases(environment: Environment, disease: Disease, spoken: frozenset[str]) -> Iterator[Line]:
    """Those that the run found, by their findings alone."""
    kept = environment.record.evidence()
    own = [one for one in kept.values() if one.kind is EvidenceKind.CASE and one.body.get("disease") == disease.id]
    for one in sorted(own, key=lambda one: one.key)[:CASES]:
        findings = sorted(_findings(environment.knowledge, str(one.body["case"])), key=lambda f: f.term not in spoken)
        shown = findings[:OF_A_CASE]
        if shown:
            text = f"a published patient with the disease, {_told(environment.knowledge, shown)}"
            yield Line(text, {finding.term: finding.status for finding in shown}, one)


def _findings(knowledge: Knowledge, case_id: str) -> tuple[Finding, ...]:
    try:
        position = knowledge.cases.index(case_id)
        return () if position is None else knowledge.cases.case(position).findings
    except RetrievalError:
        return ()  # they were read earlier in this run, and cannot be any more


def _told(knowledge: Knowledge, findings: Iterable[Finding]) -> str:
    by_status: dict[Status, list[str]] = {Status.PRESENT: [], Status.EXCLUDED: []}
    for one in findings:
        by_status[one.status].append(_named(knowledge, one.term))
    words = {Status.PRESENT: "present", Status.EXCLUDED: "looked for and absent"}
    return "; ".join(f"{words[status]}: {', '.join(names)}" for status, names in by_status.items() if names)


def _named(knowledge: Knowledge, term: str) -> str:
    return f"{term} {label_of(knowledge, term)}"
