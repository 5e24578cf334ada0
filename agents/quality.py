"""How an investigation went, in three shares of what it left behind, after MedR-Bench's measures of reasoning.

* Efficiency: of the steps that it chose (look up, match, search, ask, challenge), those that changed something. A look
  up, a match or a search did if it was the first to bring evidence that a statement or a term of the sum cites in the
  end; a question, if its answer moved the first five; a challenge, if an objection moved a leader or took its lead. A
  step that failed is one of them and changed nothing. Ranking, weighing, concluding and checking are in every
  investigation and are not counted.
* Factuality: of the statements that were written, those that stood when they were held against their sources.
* Completeness: of the present findings that were weighed for the first candidate, those that a statement which stood,
  or an objection, speaks of: for it, against it, or that it does not explain them.

None of them says whether the diagnosis is right. Pure: the same record gives the same shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.actions import Verb
from agents.contract import CandidateRecord, Claim, StepRecord
from agents.objections import OBJECTION

READS = frozenset({str(Verb.LOOKUP), str(Verb.MATCH), str(Verb.SEARCH)})
CHALLENGE, VERIFY = "challenge", "verify"
CHOSEN = READS | {str(Verb.ASK), CHALLENGE}
BROUGHT = "brought"  # in what a step tells: keys of the evidence it left
MODEL = "model"  # in what a step tells: what was asked of a language model, where one was
_COUNTED = ("calls", "prompt", "completion", "cached", "seconds", "cost")


@dataclass(frozen=True, slots=True)
class Share:
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Quality:
    efficiency: Share | None  # None where an earlier version did not note what a step brought
    factuality: Share
    completeness: Share


def quality(
    steps: Sequence[StepRecord], candidates: Sequence[CandidateRecord], claims: Mapping[str, Sequence[Claim]]
) -> Quality | None:
    """None where nothing was ranked or no statement was checked: there is nothing to hold it to."""
    checked = any(step.action == VERIFY and step.digest_out for step in steps)
    if not checked or not candidates:
        return None
    every = [claim for said in claims.values() for claim in said]
    stood = [claim for claim in every if claim.verified]
    leader = min(candidates, key=lambda one: one.rank)
    return Quality(
        efficiency=_efficiency(steps, frozenset(_cited(candidates, claims))),
        factuality=Share(len(stood), len(every)),
        completeness=_completeness(leader, [one for one in claims.get(leader.disease, ()) if one.verified]),
    )


def spent(steps: Iterable[StepRecord]) -> dict[str, float]:
    """What was asked of a language model, summed over the steps; empty where none was."""
    total: dict[str, float] = {}
    for step in steps:
        told = step.got.get(MODEL) or {}
        for name in _COUNTED:
            if told.get(name) is not None:
                total[name] = total.get(name, 0) + told[name]
    return total


def _efficiency(steps: Sequence[StepRecord], cited: frozenset[str]) -> Share | None:
    chosen = [step for step in steps if step.action in CHOSEN and (step.digest_out or step.error)]
    if any(step.action in READS and not step.error and BROUGHT not in step.got for step in chosen):
        return None
    known: set[str] = set()
    changed = 0
    for step in sorted(chosen, key=lambda step: step.seq):
        fresh = set(step.got.get(BROUGHT, ())) - known
        known |= fresh
        changed += bool(fresh & cited) if step.action in READS else _moved(step.got)
    return Share(changed, len(chosen))


def _moved(got: Mapping[str, Any]) -> bool:
    return bool(got.get("moved") or got.get("felled") or got.get("caught"))


def _cited(candidates: Sequence[CandidateRecord], claims: Mapping[str, Sequence[Claim]]) -> Iterator[str]:
    """The evidence that is shown: of statements that stood, and of the sums of the candidates they are about."""
    for one in candidates:
        stood = [claim for claim in claims.get(one.disease, ()) if claim.verified]
        for claim in stood:
            yield from claim.evidence
        if stood:
            yield from (term.evidence_key for term in one.contributions if term.evidence_key)


def _completeness(leader: CandidateRecord, stood: Sequence[Claim]) -> Share:
    weighed = {term.finding for term in leader.contributions if term.kind == "finding" and term.finding}
    objected = {term.finding for term in leader.contributions if term.kind == OBJECTION}
    return Share(len(weighed & ({claim.about for claim in stood} | objected)), len(weighed))
