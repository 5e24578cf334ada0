"""A ranking as the JSON that programs read: `prior` and the values of all contributions add up to `score`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retrieval.model import Contribution, Frequency, ScoredDisease

if TYPE_CHECKING:
    from retrieval.ontology.graph import Ontology
    from retrieval.ranking.ranker import Ranking

NOTE = (
    "Scores are natural log-odds and comparable within one list only. Common diseases and diseases "
    "without an OMIM entry are not ranked."
)


def ranking_json(
    ontology: Ontology,
    ranking: Ranking,
    *,
    snapshot: str,
    case: str,
    citation: str = "",
    note: str = NOTE,
) -> dict[str, Any]:
    """Plain lists and dictionaries, finite numbers only."""
    return {
        "snapshot": snapshot,
        "case": case,
        "outcome": ranking.outcome,
        "reasons": list(ranking.reasons),
        "ranked": ranking.total,
        "used": ranking.used,
        "none_of_these": ranking.none_of_these,
        "none_leads": ranking.none_leads,
        "not_used": [
            {"finding": one.finding, "reason": one.reason, "because_of": one.because_of} for one in ranking.not_used
        ],
        "candidates": [candidate_json(ontology, candidate) for candidate in ranking.candidates],
        "note": note,
        "citation": citation,
    }


def candidate_json(ontology: Ontology, candidate: ScoredDisease) -> dict[str, Any]:
    return {
        "rank": candidate.rank,
        "id": candidate.id,
        "ids": list(candidate.ids),
        "name": candidate.name,
        "score": candidate.score,
        "prior": candidate.prior,
        "probability": candidate.probability,
        "strength": candidate.strength.value if candidate.strength else None,
        "genes": list(candidate.genes),
        "contributions": [contribution_json(ontology, one) for one in candidate.contributions],
    }


def contribution_json(ontology: Ontology, one: Contribution) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "finding": one.finding,
        "label": _label(ontology, one.finding),
        "value": one.value,
        "matched": one.matched,
        "matched_label": _label(ontology, one.matched),
        "match": one.match.value if one.match else None,
        "through": one.through,
        "frequency": frequency_json(one.frequency) if one.frequency else None,
        "background": one.background,
        "references": list(one.references),
        "evidence": one.evidence,
        "sex": one.sex.value if one.sex else None,
        "note": one.note,
        "gene": one.gene,
        "likeness": one.likeness,
        "observed": list(one.observed) if one.observed else None,
        "cases": list(one.cases),
    }


def frequency_json(frequency: Frequency) -> dict[str, Any]:
    return {
        "kind": frequency.kind.value,
        "value": frequency.value,
        "n": frequency.n,
        "m": frequency.m,
        "term": frequency.term,
        "percent": frequency.percent,
    }


def _label(ontology: Ontology, term: str | None) -> str | None:
    index = ontology.index(term) if term else None
    return ontology.label(index) if index is not None else None
