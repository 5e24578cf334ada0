"""A ranking without some publications is the ranking of a world in which nobody wrote them.

This is what makes the benchmark honest: a published patient is never found by its own paper.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.evaluation import Blinding
from retrieval.model import CandidateGene, Profile
from retrieval.ranking import Ranker
from retrieval.ranking.fusion import Artefact
from tests.retrieval.ranking import published_world
from tests.retrieval.ranking.published_world import CASES, FURTHER, ONLY_IN_REPORTS, ONLY_ONCE, PATIENTS, SHARED, World
from tests.retrieval.ranking.test_properties import profiles
from tests.retrieval.ranking.world import PLAIN

WHOLE = published_world.world()
BLINDING = Blinding(WHOLE.ontology, WHOLE.diseases)
PAPERS = sorted({paper.id for one in CASES for paper in one.publications} | {"PMID:002", "PMID:005", "PMID:999999"})
ROUNDED = 2e-9  # scores are rounded to nine decimals


Asked = tuple[np.ndarray, np.ndarray]  # scores and probabilities


def blind(patient: Profile, papers: tuple[str, ...], fitted: Artefact | None = None) -> Asked:
    ranker = WHOLE.ranker(fitted) if fitted else published_world.ranker()
    return ranker.asked(patient, instead=BLINDING.instead(papers), hidden=WHOLE.bank.citing(papers))


def never_written(patient: Profile, papers: tuple[str, ...], fitted: Artefact | None = None) -> Asked:
    # The weights are chosen by what the snapshot holds, which one patient's papers do not change.
    ranker = World.of(papers, like=WHOLE).ranker(fitted or published_world.ranker().fitted)
    ranking = ranker.rank(patient, limit=10_000)
    probabilities = np.zeros(ranking.total)
    for candidate in ranking.candidates:
        probabilities[WHOLE.place(candidate.id)] = candidate.probability
    return ranking.scores, probabilities


def assert_equal(one: Asked, other: Asked) -> None:
    assert one[0] == pytest.approx(other[0], abs=ROUNDED)
    assert one[1] == pytest.approx(other[1], abs=1e-7)


@pytest.mark.parametrize(
    "papers",
    [
        (),
        (SHARED,),  # the only source of some rows, one of two sources of others, and of two diseases
        (SHARED, FURTHER),  # takes every case and every row of the small head syndrome
        ("PMID:006",),  # every row of the cleft syndrome, and one of its two cases
        ("PMID:001",),  # rows of two diseases and one case of three
        ("PMID:9002",),  # the last case of a disease that keeps its rows
        ("PMID:9011",),  # the only case of a disease that nothing else knows
        ("PMID:9011", "PMID:9012"),
        ("PMID:9013",),  # of nobody's case
        ("PMID:9010",),  # one of two equal cases, and the case of their twin
        tuple(PAPERS),
    ],
    ids=lambda papers: "+".join(papers) if len(papers) < 3 else "all",
)
@pytest.mark.parametrize("fitted", [None, PLAIN], ids=["shipped", "plain"])
def test_hiding_publications_is_never_having_had_them(papers: tuple[str, ...], fitted: Artefact | None) -> None:
    for patient in PATIENTS:
        assert_equal(blind(patient, papers, fitted), never_written(patient, papers, fitted))


@settings(deadline=None, max_examples=40)
@given(profiles, st.sets(st.sampled_from(PAPERS), max_size=4), st.sets(st.sampled_from(["HEAD1", "REPORT1", "X1"])))
def test_whatever_the_patient_and_the_publications(drawn: Profile, papers: set[str], genes: set[str]) -> None:
    listed = tuple(CandidateGene(symbol) for symbol in sorted(genes))
    patient = Profile(drawn.findings, drawn.sex, drawn.age, drawn.onset, listed)
    hidden = tuple(sorted(papers))
    assert_equal(blind(patient, hidden), never_written(patient, hidden))


def test_the_publications_that_are_hidden_here_did_decide_something() -> None:
    """Otherwise the equalities above would hold of anything."""
    told, _ = blind(PATIENTS[1], ())
    moved = {paper: float(np.abs(blind(PATIENTS[1], (paper,))[0] - told).max()) for paper in PAPERS}
    assert moved["PMID:999999"] == moved["PMID:9013"] == 0
    assert moved[SHARED] > 0.1 and moved["PMID:002"] > 0.1


def test_a_disease_that_loses_all_that_is_known_of_it_stays_listed_and_is_worth_what_silence_is_worth() -> None:
    patient = PATIENTS[2]
    scores, _ = blind(patient, ("PMID:9011", "PMID:9012", "PMID:006", SHARED, "PMID:9001"))
    gone = [WHOLE.place(name) for name in (ONLY_IN_REPORTS, ONLY_ONCE, "OMIM:100006")]
    assert len(set(scores[gone].tolist())) == 1
    unknown = published_world.ranker()
    expected = unknown.prior + len(patient.findings) * unknown.fitted.weights.finding * np.log(0.5)
    assert scores[gone[0]] == pytest.approx(expected)


def test_hidden_cases_alone_leave_the_annotations_as_they_are() -> None:
    hidden = np.ones(WHOLE.bank.size, dtype=np.bool_)
    for patient in PATIENTS[:3]:
        without = published_world.ranker().scores(patient, hidden=hidden)
        no_bank = Ranker(WHOLE.ontology, WHOLE.diseases, WHOLE.arrays, fitted=published_world.ranker().fitted)
        assert without == pytest.approx(no_bank.scores(patient), abs=ROUNDED)


def test_hiding_is_for_one_question_and_remembered_by_nobody() -> None:
    before = published_world.ranker().scores(PATIENTS[1])
    blind(PATIENTS[1], tuple(PAPERS))
    assert np.array_equal(published_world.ranker().scores(PATIENTS[1]), before)


@pytest.mark.parametrize("papers", [(), (SHARED,), tuple(PAPERS)], ids=["none", "one", "all"])
def test_what_a_fit_reads_is_what_is_ranked_by(papers: tuple[str, ...]) -> None:
    """The raw terms times the weights are the score: a fit cannot be of another ranker."""
    ranker, hidden = published_world.ranker(), WHOLE.bank.citing(papers)
    weights = ranker.fitted.weights
    for patient in PATIENTS:
        plain = Profile(patient.findings, patient.sex, patient.age, patient.onset)
        seen = ranker.weighed(plain, instead=BLINDING.instead(papers), hidden=hidden)
        own = np.array([weights.finding, weights.onset, weights.profile, weights.nearest, 1.0])
        total = seen.raw_terms() @ own  # the last column is declared, in the unit of the score
        assert ranker.prior + total == pytest.approx(blind(plain, papers)[0], abs=ROUNDED)
