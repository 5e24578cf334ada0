"""A whole world without some papers: what an investigation may read of it, and that it ranks as the benchmark does."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.evaluation.blind_world import BlindWorld
from retrieval.evaluation.blinding import Blinding
from retrieval.model import Finding, Profile, Status
from retrieval.ranking.ranker import Ranker
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


def test_without_papers_the_questions_are_those_of_the_snapshot(snapshot: Snapshot, blinding: Blinding) -> None:
    own = snapshot.ranker.next_questions(patient())
    same = BlindWorld(snapshot, blinding, ()).ranker.next_questions(patient())
    assert own.questions, "there is something to ask"
    assert same.uncertainty == pytest.approx(own.uncertainty)
    for mine, theirs in zip(same.questions, own.questions, strict=True):
        assert mine.term == theirs.term and mine.gain == pytest.approx(theirs.gain)
        assert (mine.first_if_present, mine.first_if_absent) == (theirs.first_if_present, theirs.first_if_absent)
        for one, other in zip(mine.leaders, theirs.leaders, strict=True):
            assert (one.id, one.documented, one.matched) == (other.id, other.documented, other.matched)
            assert (one.if_present, one.if_absent) == pytest.approx((other.if_present, other.if_absent))


def test_no_question_is_chosen_or_explained_by_the_papers(snapshot: Snapshot, blinding: Blinding) -> None:
    shown = [leader for one in snapshot.ranker.next_questions(patient()).questions for leader in one.leaders]
    papers = {one for leader in shown for one in leader.references if one.startswith("PMID:")}
    world = BlindWorld(snapshot, blinding, papers)

    def rest_on_the_papers(ranker: Ranker) -> list[str]:
        found = [leader for one in ranker.next_questions(patient()).questions for leader in one.leaders]
        return [one.id for one in found if one.references and set(one.references) <= papers]

    assert rest_on_the_papers(snapshot.ranker), "with the papers some do"
    assert rest_on_the_papers(world.ranker) == []
    seen, blind = snapshot.ranker.next_questions(patient()), world.ranker.next_questions(patient())
    assert [one.gain for one in seen.questions] != [one.gain for one in blind.questions]


def test_a_world_can_be_asked_some_findings_alone(snapshot: Snapshot, blinding: Blinding) -> None:
    world = BlindWorld(snapshot, blinding, ())
    every = world.ranker.may_ask(patient())
    assert {one.term for one in world.ranker.next_questions(patient()).questions} <= set(every)
    assert not {one.term for one in patient().findings} & set(every), "what is known is not asked"
    some = world.asking_only(every[10:12])
    assert some.ranker.may_ask(patient()) == every[10:12]
    assert {one.term for one in some.ranker.next_questions(patient()).questions} <= set(every[10:12])
    assert world.ranker.may_ask(patient()) == every, "the world that it was made of is as it was"
