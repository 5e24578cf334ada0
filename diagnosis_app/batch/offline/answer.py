"""One case of a batch as a document: what the API answers of a run, with its statements and their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.contract import CandidateRecord, Claim, Evidence, Outcome, OutcomeCode, Reason
from agents.influence import places
from agents.memory import MemoryRecord
from agents.prompts import JOBS
from diagnosis_app.api.answer import INTENDED_USE
from diagnosis_app.api.run_model import of_model
from diagnosis_app.api.run_words import RunContribution, RunSum
from diagnosis_app.batch.reading import Input
from diagnosis_app.runs.panel_result import Cited, panel_from

_LISTED = frozenset({OutcomeCode.RANKED, OutcomeCode.PARTIAL})


def document(
    given: Input, manifest: Mapping[str, Any], record: MemoryRecord, outcome: Outcome, seconds: float
) -> dict[str, Any]:
    """Statements that were not verified are counted, never shown."""
    listed = outcome.code in _LISTED
    checked = str(Reason.NOT_CHECKED) not in outcome.reasons
    claims = record.claims() if listed and checked else {}
    shown = {disease: [one for one in found if one.verified] for disease, found in claims.items()}
    count = sum(len(found) for found in shown.values())
    order = record.candidates() if listed else []
    ranks = places(order)
    told = [(one.action, one.got) for one in record.steps() if one.action in JOBS and one.digest_out]
    panel = panel_from(told, _standing(order, shown))
    return {
        "input": {
            "file": given.name,
            "sha256": given.sha256,
            "kind": given.kind,
            "remarks": [remark.as_json() for remark in given.remarks],
        },
        "state": "ended",
        "outcome": str(outcome.code),
        "reasons": list(outcome.reasons),
        "error": outcome.error.as_json() if outcome.error else None,
        "manifest": dict(manifest),
        "candidates": [
            {
                **_candidate(one, shown.get(one.disease, ())),
                "proposed": one.disease in panel.proposed,
                "arithmetic_rank": ranks[one.disease],
            }
            for one in order
        ],
        "sources": _sources(record, shown) if listed else {},
        "statements": {"shown": count, "removed": sum(len(found) for found in claims.values()) - count},
        **of_model(manifest, panel, [got for _, got in told]).model_dump(mode="json"),
        "seconds": round(seconds, 3),
        "intended_use": INTENDED_USE,
    }


def _standing(order: Sequence[CandidateRecord], shown: Mapping[str, Sequence[Claim]]) -> dict[str, Cited]:
    """The statements that a summary may be made of: there is no page here that it could lead to."""
    return {
        claim.key: Cited(claim.key, claim.text, "", one.rank, one.name)
        for one in order
        for claim in shown.get(one.disease, ())
        if not claim.doubted
    }


def _candidate(one: CandidateRecord, claims: Any) -> dict[str, Any]:
    answered = RunSum(
        rank=one.rank,
        id=one.disease,
        ids=list(one.ids),
        name=one.name,
        score=one.score,
        prior=one.prior,
        strength=one.strength,
        genes=list(one.genes),
        contributions=[
            RunContribution(
                kind=term.kind,
                finding=term.finding or None,
                value=term.value,
                evidence=term.evidence_key,
                detail=dict(term.body),
            )
            for term in one.contributions
        ],
    )
    return {**answered.model_dump(mode="json"), "statements": [_statement(claim) for claim in claims]}


def _statement(claim: Claim) -> dict[str, Any]:
    said = {"key": claim.key, "stance": str(claim.stance), "text": claim.text, "sources": list(claim.evidence)}
    return {**said, "doubted": True} if claim.doubted else said


def _sources(record: MemoryRecord, shown: Mapping[str, list[Claim]]) -> dict[str, Any]:
    """By key, what statements and contributions stand on."""
    named = {key for found in shown.values() for claim in found for key in claim.evidence}
    named |= {term.evidence_key for one in record.candidates() for term in one.contributions}
    evidence = record.evidence()
    return {key: _source(evidence[key]) for key in sorted(named & evidence.keys())}


def _source(one: Evidence) -> dict[str, Any]:
    return {
        "kind": str(one.kind),
        "source": one.source,
        "version": one.version,
        "locator": one.locator,
        "quote": one.quote,
        "span": {"start": one.span[0], "end": one.span[1]},
        "body": dict(one.body),
    }
