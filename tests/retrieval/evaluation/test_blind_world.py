"""A whole world without some papers: what an investigation may read of it, and that it ranks as the benchmark does."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.evaluation.blind_world import BlindWorld
from retrieval.evaluation.blinding import Blinding
from retrieval.model import Finding, Profile, Status
from retrieval.snapshot import Snapshot
from tests.agents.conftest import patient

PFEIFFER = "OMIM:101600"


@pytest.fixture(scope="module")
def blinding(snapshot: Snapshot) -> Blinding:
    return Blinding(snapshot.ontology, snapshot.diseases)


def papers_of(snapshot: Snapshot, disease: str) -> list[str]:
    rows = snapshot.diseases.disease(disease).annotations
    return sorted({one for row in rows for one in row.references if one.startswith("PMID:")})


def test_scores_are_those_of_the_ranking_benchmark_to_the_last_digit(snapshot: Snapshot, blinding: Blinding) -> None:
    papers = papers_of(snapshot, PFEIFFER)[:2]
    world = BlindWorld(snapshot, blinding, papers)
    expected, _ = snapshot.ranker.asked(patient(), instead=blinding.instead(papers), hidden=world.hidden)
    found = world.ranker.rank(patient(), limit=50)
    assert np.array_equal(found.scores, expected)
    assert not np.array_equal(found.scores, snapshot.ranker.rank(patient(), limit=0).scores), "the papers do matter"
    for one in found.candidates:
        assert one.prior + sum(term.value for term in one.contributions) == pytest.approx(one.score, abs=1e-9)
        assert world.ranker.explain(patient(), one.id).candidate.score == pytest.approx(one.score, abs=1e-9)


def test_nothing_that_is_read_of_a_disease_rests_on_the_papers_alone(snapshot: Snapshot, blinding: Blinding) -> None:
    papers = papers_of(snapshot, PFEIFFER)
    world = BlindWorld(snapshot, blinding, papers)
    before, after = snapshot.diseases.disease(PFEIFFER), world.diseases.disease(PFEIFFER)
    assert len(after.annotations) < len(before.annotations)
    assert not any(row.references and set(row.references) <= set(papers) for row in after.annotations)
    explained = world.ranker.explain(patient(), PFEIFFER)
    assert not any(one.references and set(one.references) <= set(papers) for one in explained.candidate.contributions)
    assert {one.term for one in explained.expected} <= {row.term for row in after.annotations}


def test_what_a_contribution_quotes_is_what_the_blinded_table_says(snapshot: Snapshot, blinding: Blinding) -> None:
    world = BlindWorld(snapshot, blinding, papers_of(snapshot, PFEIFFER)[:1])
    rows = {(row.term, row.negative): row for row in world.diseases.disease(PFEIFFER).annotations}
    profile = Profile((*patient().findings, Finding("HP:0006101", Status.EXCLUDED)))
    for one in world.ranker.explain(profile, PFEIFFER).candidate.contributions:
        if one.matched and one.frequency and (one.matched, False) in rows:
            assert one.frequency == rows[one.matched, False].frequency


def test_without_papers_the_world_is_the_snapshot(snapshot: Snapshot, blinding: Blinding) -> None:
    world = BlindWorld(snapshot, blinding, ())
    assert world.hidden is None and world.id == snapshot.id
    own, same = snapshot.ranker.rank(patient(), limit=20), world.ranker.rank(patient(), limit=20)
    assert own.candidates == same.candidates
