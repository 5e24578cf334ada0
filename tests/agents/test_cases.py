"""A published case as evidence: quoted from the bank, opened again in it, and refused when it differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents import cases
from agents.contract import EvidenceKind
from agents.evidence import intact, seal
from agents.ledger import argue
from corpus_ingest import library
from retrieval.cases import CaseBank
from retrieval.model import ContributionKind
from tests.agents.conftest import patient
from tests.published import HANNAH

PFEIFFER = "OMIM:101600"


def test_the_nearest_case_stands_behind_its_term(published: CaseBank) -> None:
    knowledge = library.current()
    argued = argue(knowledge, patient(), knowledge.ranker.explain(patient(), PFEIFFER))
    term = next(one for one in argued.candidate.contributions if one.kind == ContributionKind.SIMILAR)
    evidence = next(one for one in argued.evidence if one.key == term.evidence_key)
    assert evidence.kind is EvidenceKind.CASE and intact(evidence)
    assert (
        evidence.quote == "Family 1, II-2 \u00b7 PMID:11111111 \u00b7 OMIM:101600 Pfeiffer syndrome \u00b7 5 findings"
    )
    assert evidence.body["case"] == HANNAH.id and term.body["cases"] == [HANNAH.id]
    assert cases.holds(knowledge, evidence)


def test_whatever_differs_from_the_bank_does_not_hold(published: CaseBank) -> None:
    knowledge = library.current()
    found = cases.of_case(knowledge, knowledge.diseases.disease(PFEIFFER), HANNAH.id)
    assert found is not None
    other = {**found.body, "references": ["PMID:99999999"]}
    sealed = seal(found.kind, found.source, found.version, found.locator, found.quote, other)
    assert intact(sealed) and not cases.holds(knowledge, sealed)
    assert not cases.holds(knowledge, replace(found, body={**found.body, "case": "nobody"}))
    assert not cases.holds(knowledge, replace(found, body={"disease": PFEIFFER}))
    assert cases.of_case(knowledge, knowledge.diseases.disease(PFEIFFER), "nobody") is None


@pytest.mark.usefixtures("snapshot")
def test_every_term_of_every_leader_is_kept(published: CaseBank) -> None:
    knowledge = library.current()
    for one in knowledge.ranker.rank(patient(), limit=5).candidates:
        argued = argue(knowledge, patient(), knowledge.ranker.explain(patient(), one.id))
        total = argued.candidate.prior + sum(term.value for term in argued.candidate.contributions)
        assert total == pytest.approx(argued.candidate.score, abs=1e-6)
        known = {evidence.key for evidence in argued.evidence}
        assert all(not term.evidence_key or term.evidence_key in known for term in argued.candidate.contributions)
        assert argued.candidate.strength == str(one.strength)
