"""The list: what it ranks, in which order, what it sets aside, and when it says it is not enough."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.errors import NotAFinding, UnknownDisease, UnknownTerm
from retrieval.model import Finding, Profile, Status
from retrieval.ranking import rankable
from tests.retrieval.ranking.world import FOCAL_OLD, ontology_and_diseases, profile, ranker, term


def test_every_ranked_disease_has_a_place_and_a_score() -> None:
    ranking = ranker().rank(profile("Seizure"), limit=1000)
    _, diseases = ontology_and_diseases()
    assert ranking.total == len(diseases.ranked) == len(ranking.candidates) == len(ranking.scores)
    assert "ORPHA:1" not in {candidate.id for candidate in ranking.candidates}
    assert [candidate.rank for candidate in ranking.candidates] == list(range(1, ranking.total + 1))


def test_the_fitting_disease_leads() -> None:
    ranking = ranker().rank(profile("Arachnodactyly", "Ectopia lentis", "Tall stature"))
    assert ranking.candidates[0].id == "OMIM:100001"
    assert ranking.candidates[0].genes == ("LIMB1",)
    assert ranking.outcome == "ranked"
    assert ranking.reasons == ()


def test_ties_are_broken_by_id_and_share_their_expected_rank() -> None:
    ranking = ranker().rank(profile("Scoliosis", "Myopia"))
    first, second = ranking.candidates[:2]
    assert (first.id, second.id) == ("OMIM:100009", "OMIM:100010")
    assert first.score == second.score
    assert ranking.ties[:2] == (1, 1)
    _, diseases = ontology_and_diseases()
    position = list(diseases.ranked).index(diseases.index("OMIM:100010"))
    assert ranking.expected_rank(position) == 1.5


def test_the_prior_is_uniform() -> None:
    ranking = ranker().rank(Profile(), limit=3)
    assert {c.prior for c in ranking.candidates} == {-np.log(ranking.total)}
    assert all(c.score == c.prior and c.contributions == () for c in ranking.candidates)


@pytest.mark.parametrize(
    ("asked", "reasons"),
    [
        (Profile(), ("no_findings",)),
        (profile(excluded=("Seizure", "Ataxia", "Myopia")), ("no_findings",)),
        (profile("Arachnodactyly", "Ectopia lentis"), ("too_few_findings",)),
        (profile("Seizure", "Focal-onset seizure", "Focal motor seizure"), ("too_few_findings",)),
        (profile("Arachnodactyly", "Ectopia lentis", "Hearing impairment"), ("too_few_specific_findings",)),
        (profile("Arachnodactyly", "Ectopia lentis", "Tall stature"), ()),
    ],
)
def test_fewer_than_three_specific_findings_are_not_enough(asked: Profile, reasons: tuple[str, ...]) -> None:
    ranking = ranker().rank(asked)
    assert ranking.reasons == reasons
    assert ranking.outcome == ("insufficient" if reasons else "ranked")
    assert ranking.candidates, "the list is delivered all the same; the page decides"


def test_uncertain_and_family_findings_weigh_nothing_and_are_named() -> None:
    plain = ranker().rank(profile("Seizure"))
    more = Profile(
        (
            Finding(term("Seizure")),
            Finding(term("Ataxia"), Status.UNCERTAIN),
            Finding(term("Myopia"), Status.FAMILY),
        )
    )
    ranking = ranker().rank(more)
    assert np.array_equal(ranking.scores, plain.scores)
    assert {(one.finding, one.reason) for one in ranking.not_used} == {
        (term("Ataxia"), "uncertain"),
        (term("Myopia"), "family"),
    }


def test_a_finding_entered_twice_counts_once() -> None:
    once, twice = ranker().rank(profile("Seizure")), ranker().rank(profile("Seizure", "Seizure"))
    assert np.array_equal(once.scores, twice.scores)
    assert [one.reason for one in twice.not_used] == ["duplicate"]


def test_a_general_finding_beside_a_narrow_one_adds_nothing_new() -> None:
    narrow = ranker().rank(profile("Focal-onset seizure"))
    both = ranker().rank(profile("Focal-onset seizure", "Seizure"))
    _, diseases = ontology_and_diseases()
    position = list(diseases.ranked).index(diseases.index("OMIM:100002"))
    assert both.scores[position] == pytest.approx(narrow.scores[position])
    shown = next(c for c in both.candidates if c.id == "OMIM:100002")
    general = next(one for one in shown.contributions if one.finding == term("Seizure"))
    assert (general.value, general.note) == (0.0, "already_counted")


def test_what_is_unexplained_costs_once_in_a_family() -> None:
    narrow = ranker().explain(profile("Focal-onset seizure"), "OMIM:100001").candidate
    both = ranker().explain(profile("Focal-onset seizure", "Seizure"), "OMIM:100001").candidate
    assert both.score == pytest.approx(narrow.score)
    assert [one.note for one in both.contributions] == ["already_counted", ""]


def test_a_contradicted_exclusion_is_set_aside() -> None:
    plain = ranker().rank(profile("Focal-onset seizure"))
    ranking = ranker().rank(profile("Focal-onset seizure", excluded=("Seizure", "Focal-onset seizure")))
    assert np.array_equal(ranking.scores, plain.scores)
    assert {one.reason for one in ranking.not_used} == {"contradicted"}
    assert {one.because_of for one in ranking.not_used} == {term("Focal-onset seizure")}


def test_a_present_parent_with_an_excluded_child_is_no_contradiction() -> None:
    ranking = ranker().rank(profile("Seizure", excluded=("Focal-onset seizure",)))
    assert ranking.not_used == ()
    assert ranking.used == 2


def test_an_exclusion_below_another_counts_once() -> None:
    general = ranker().rank(profile(excluded=("Seizure",)))
    both = ranker().rank(profile(excluded=("Seizure", "Focal-onset seizure")))
    assert np.array_equal(general.scores, both.scores)
    assert [(n.reason, n.because_of) for n in both.not_used] == [("already_counted", term("Seizure"))]


def test_an_obsolete_id_equals_its_replacement() -> None:
    ontology, _ = ontology_and_diseases()
    asked = Profile((Finding(FOCAL_OLD), Finding(term("Ataxia"))))
    resolved = rankable(ontology, asked)
    assert resolved == profile("Focal-onset seizure", "Ataxia")
    old, new = ranker().rank(asked), ranker().rank(resolved)
    assert np.array_equal(old.scores, new.scores)
    assert old.candidates == new.candidates


def test_a_stored_profile_is_ranked_by_what_the_ontology_still_knows() -> None:
    ontology, _ = ontology_and_diseases()
    stored = Profile((Finding(FOCAL_OLD), Finding("HP:7777777"), Finding("HP:0003674"), Finding(term("Ataxia"))))
    assert rankable(ontology, stored) == profile("Focal-onset seizure", "Ataxia")
    assert ranker().rank(rankable(ontology, stored)).used == 2


def test_what_is_no_finding_is_refused_by_name() -> None:
    with pytest.raises(UnknownTerm):
        ranker().rank(profile("HP:7777777"))
    with pytest.raises(NotAFinding):
        ranker().rank(profile("HP:0003674"))


def test_a_disease_that_is_not_ranked_can_be_explained() -> None:
    explanation = ranker().explain(profile("Arachnodactyly", "Seizure"), "ORPHA:1")
    assert explanation.candidate.rank == 0
    assert [one.finding for one in explanation.explains] == [term("Arachnodactyly")]
    assert explanation.candidate.contributions[0].value > 1


def test_an_unknown_disease_is_refused() -> None:
    with pytest.raises(UnknownDisease):
        ranker().explain(profile("Seizure"), "OMIM:999999")


def test_five_hundred_findings_are_ranked() -> None:
    ontology, _ = ontology_and_diseases()
    every = [name for i, name in enumerate(ontology.ids) if ontology.is_finding(i)]
    asked = Profile(tuple(Finding(name) for name in every * 15))
    assert np.isfinite(ranker().rank(asked).scores).all()
