"""What a sceptic holds against a leading candidate: typed, bounded, and each with the finding it speaks of.

Three objections, all of them arithmetic over what is documented:

* a cardinal sign is contradicted: documented in nearly everybody, and looked for and absent in this patient. The sum
  weighs every absence lightly, because lists of absent findings are taken down carelessly; a sign that nearly nobody
  lacks is another matter;
* the age does not fit: the disease is described to begin long after the patient was ill. The sum counts a little for
  it; so much apart, it is said;
* a mimic explains more: a candidate further down explains all that this one explains and more, and nothing more
  speaks against it.

An objection is a term of the sum, never positive, and all of one candidate together stay within a bound. What the sum
already holds against the candidate for the same reason is taken off: nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import Any

from agents.contract import CandidateRecord, ContributionRecord
from retrieval.model import FrequencyKind

OBJECTION = "objection"

# A sign is cardinal whose frequency, as the arithmetic takes it, is at least this: a count is drawn towards what is
# usual for the sign, so that 20 of 20 in a series that was chosen for it is not enough, and 36 of 36 or "obligate" is.
CARDINAL = 0.95
# And that so many patients were looked at for: of a sign as common as hypotonia, 4 of 4 would be enough otherwise.
LOOKED_AT = 15
# The chance that an absence which was taken down is right.
TRUST = 0.9
# Doublings of age between the last possible begin of the illness and the first documented one: 14 months to 16 years
# is 3.3. Below it onset windows are too coarse.
APART = 2.0
AGE = 1.5  # log-odds that such a gap weighs altogether
MIMIC = 0.6  # log-odds: little, because every finding is in both sums already
MORE = 2  # findings that a mimic must explain besides
TOGETHER = 2.5  # log-odds that all objections to one candidate weigh at the most
SLIGHT = 0.05  # log-odds: what adds less is no explanation


class Type(StrEnum):
    CONTRADICTED = "contradicted_sign"
    AGE = "age"
    MIMIC = "mimic"


@dataclass(frozen=True, slots=True)
class Objection:
    type: Type
    value: float  # what it adds to the sum; never positive
    finding: str = ""
    evidence: str = ""  # key
    body: Mapping[str, Any] | None = None

    def as_contribution(self) -> ContributionRecord:
        body = {"type": str(self.type), **(self.body or {})}
        return ContributionRecord(OBJECTION, self.value, self.finding, self.evidence, body)


def objections_to(one: CandidateRecord, others: Sequence[CandidateRecord]) -> list[Objection]:
    """All that is held against one candidate, within the bound. `others` are the leading ones beside it."""
    found = [*_contradicted(one), *_age(one), *_mimic(one, others)]
    together = -sum(objection.value for objection in found)
    if together <= TOGETHER:
        return found
    share = TOGETHER / together
    return [Objection(o.type, o.value * share, o.finding, o.evidence, o.body) for o in found]


def without_objections(one: CandidateRecord) -> tuple[ContributionRecord, ...]:
    return tuple(term for term in one.contributions if term.kind != OBJECTION)


def _contradicted(one: CandidateRecord) -> Iterator[Objection]:
    for term in one.contributions:
        if term.kind != "excluded" or term.body.get("note") or not is_cardinal(term.body.get("frequency")):
            continue
        share = float(term.body["frequency"]["value"])
        more = log(1.0 - TRUST * share) - min(term.value, 0.0)
        if more < 0:
            body = {name: term.body.get(name) for name in ("label", "matched", "frequency")}
            yield Objection(Type.CONTRADICTED, more, term.finding, term.evidence_key, body)


def is_cardinal(frequency: Mapping[str, Any] | None) -> bool:
    """Whether nearly everybody with the disease has it; `frequency` as evidence keeps it."""
    if not frequency:
        return False
    kind = frequency.get("kind")
    enough = kind == FrequencyKind.CLASS or (kind == FrequencyKind.COUNTED and int(frequency["m"]) >= LOOKED_AT)
    return enough and float(frequency["value"]) >= CARDINAL


def _age(one: CandidateRecord) -> Iterator[Objection]:
    """The onset is documented as late as the patient cannot yet be."""
    term = next((term for term in one.contributions if term.kind == "onset" and not term.finding), None)
    apart = float(term.body.get("apart") or 0.0) if term else 0.0
    if term is None or apart < APART:
        return
    more = -AGE - min(term.value, 0.0)
    if more < 0:
        yield Objection(Type.AGE, more, "", term.evidence_key, {"label": term.body.get("label", ""), "apart": apart})


def _mimic(one: CandidateRecord, others: Sequence[CandidateRecord]) -> Iterator[Objection]:
    own, against = _explained(one), _against(one)
    for other in others:
        if other.disease == one.disease or other.score > one.score:
            continue
        theirs = _explained(other)
        if own < theirs and len(theirs - own) >= MORE and _against(other) <= against:
            body = {"label": "", "other": other.name, "other_id": other.disease, "more": sorted(theirs - own)}
            yield Objection(Type.MIMIC, -MIMIC, "", "", body)
            return


def _explained(one: CandidateRecord) -> frozenset[str]:
    return frozenset(term.finding for term in one.contributions if term.kind == "finding" and term.value > SLIGHT)


def _against(one: CandidateRecord) -> frozenset[str]:
    """Findings that speak against it: absent though documented, opposite, or documented as absent."""
    return frozenset(
        term.finding
        for term in one.contributions
        if (term.kind == "excluded" and term.value < -SLIGHT)
        or (term.kind == "finding" and term.body.get("match") in ("opposite", "documented_absent"))
    )
