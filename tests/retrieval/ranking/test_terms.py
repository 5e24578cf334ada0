"""The score as a sum: every kind of term, with published cases, genes and a declared prevalence."""

from __future__ import annotations

import json
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.cases import CaseBank
from retrieval.model import CandidateGene, Contribution, ContributionKind, MatchKind, Profile, ScoredDisease, Strength
from retrieval.ranking import Ranker, ranking_json, summing
from retrieval.ranking.fusion import EXCLUDED, HAS_CASES
from tests.retrieval.ranking import world
from tests.retrieval.ranking.published_world import (
    NOT_LISTED,
    ONLY_IN_REPORTS,
    ONLY_ONCE,
    PATIENTS,
    PREVALENCE,
    case,
    ranker,
)
from tests.retrieval.ranking.published_world import world as published
from tests.retrieval.ranking.test_properties import profiles
from tests.retrieval.ranking.world import profile, term

calmly = settings(deadline=None, max_examples=60)
WORLD = published()
DECLARED = 0.5
GENES = st.lists(st.sampled_from(["LIMB1", "HEAD1", "CLEFT1", "REPORT1", "UNHEARD1"]), max_size=4)


def with_genes(patient: Profile, symbols: list[str]) -> Profile:
    genes = tuple(CandidateGene(symbol) for symbol in symbols)
    return Profile(patient.findings, patient.sex, patient.age, patient.onset, genes)


patients = st.builds(with_genes, profiles, GENES)


def candidate(patient: Profile, disease: str, *, by: Ranker | None = None) -> ScoredDisease:
    return (by or ranker()).explain(patient, disease).candidate


def contribution(patient: Profile, disease: str, kind: ContributionKind, *, by: Ranker | None = None) -> Contribution:
    (found,) = (one for one in candidate(patient, disease, by=by).contributions if one.kind is kind)
    return found


def of(patient: Profile, disease: str, finding: str) -> Contribution:
    found = candidate(patient, disease).contributions
    (one,) = (c for c in found if c.kind is ContributionKind.FINDING and c.finding == term(finding))
    return one


@calmly
@given(patients)
def test_contributions_of_every_kind_add_up_to_the_score(patient: Profile) -> None:
    ranking = ranker(DECLARED).rank(patient, limit=400)
    assert len(ranking.candidates) == ranking.total
    for one in ranking.candidates:
        total = one.prior + sum(c.value for c in one.contributions)
        assert total == pytest.approx(one.score, abs=1e-9)
        assert total == pytest.approx(ranking.scores[WORLD.place(one.id)], abs=1e-8), "what is shown is what was ranked"
        assert math.isfinite(total)


def test_among_them_is_every_kind_there_is() -> None:
    seen = {
        c.kind
        for patient in (
            *PATIENTS,
            profile("Cryptorchidism", excluded=("Ataxia",), sex=PATIENTS[1].sex, onset="P1D", age="P90Y"),
        )
        for one in ranker(DECLARED).rank(patient, limit=400).candidates
        for c in one.contributions
        if c.value
    }
    assert seen == set(ContributionKind)


@calmly
@given(patients, st.randoms(use_true_random=False))
def test_the_order_of_findings_and_genes_is_irrelevant(patient: Profile, rng: random.Random) -> None:
    findings, genes = list(patient.findings), list(patient.genes)
    rng.shuffle(findings)
    rng.shuffle(genes)
    other = Profile(tuple(findings), patient.sex, patient.age, patient.onset, tuple(genes))
    one, two = ranker(DECLARED).rank(patient), ranker(DECLARED).rank(other)
    assert np.array_equal(one.scores, two.scores)
    assert one.candidates == two.candidates


@calmly
@given(patients)
def test_the_explanation_is_the_ranking(patient: Profile) -> None:
    subject = ranker(DECLARED)
    for one in subject.rank(patient, limit=400).candidates[::40]:
        assert subject.explain(patient, one.id).candidate == one


@calmly
@given(patients)
def test_the_sign_and_the_fields_of_a_contribution_follow_its_kind(patient: Profile) -> None:
    for one in ranker(DECLARED).rank(patient, limit=400).candidates:
        for c in one.contributions:
            if c.kind in {ContributionKind.PROFILE, ContributionKind.SIMILAR}:
                assert c.value >= 0 and c.likeness is not None and 0 <= c.likeness <= 1
            else:
                assert c.likeness is None
            if c.kind in {ContributionKind.EXCLUDED, ContributionKind.ONSET, ContributionKind.SEX}:
                assert c.value <= 0
            if c.match in {MatchKind.UNEXPLAINED, MatchKind.OPPOSITE, MatchKind.DOCUMENTED_ABSENT}:
                assert c.value <= 0
            elif c.match:
                assert c.value >= 0
            if c.match is MatchKind.PUBLISHED:
                assert c.matched is None and c.references == () and c.observed is not None
            assert (c.kind is ContributionKind.SIMILAR) <= (len(c.cases) == 1)


@calmly
@given(patients)
def test_exclusions_stay_within_their_declared_bound_and_no_weight_moves_it(patient: Profile) -> None:
    from retrieval.ranking import likelihood

    for one in ranker().rank(patient, limit=30).candidates:
        against = sum(c.value for c in one.contributions if c.kind is ContributionKind.EXCLUDED)
        assert -EXCLUDED * likelihood.EXCLUSIONS_MOST - 1e-9 <= against <= 0


# --- published cases ----------------------------------------------------------


def test_the_nearest_case_is_named_with_its_paper_and_how_near_it_is() -> None:
    patient = profile("Arachnodactyly", "Ectopia lentis", "Tall stature")
    one = contribution(patient, "OMIM:100001", ContributionKind.SIMILAR)
    assert (one.cases, one.references, one.likeness) == (("limb-1",), ("PMID:001",), 1.0)
    assert one.value == pytest.approx(ranker().fitted.weights.nearest + HAS_CASES)


def test_of_equal_cases_the_first_by_id_speaks() -> None:
    assert contribution(PATIENTS[4], "OMIM:100009", ContributionKind.SIMILAR).cases == ("twin-a",)


def test_a_case_without_a_publication_speaks_too() -> None:
    one = contribution(profile("Ataxia"), "OMIM:100007", ContributionKind.SIMILAR)
    assert (one.cases, one.references) == (("unpublished",), ())


def test_a_finding_that_only_published_cases_show_is_so_called() -> None:
    one = of(profile("Short stature"), "OMIM:100003", "Short stature")
    assert one.match is MatchKind.PUBLISHED
    assert one.observed == (3, 3)
    assert one.value > 0
    assert (one.matched, one.frequency, one.references, one.through) == (None, None, (), None)


def test_a_documented_finding_keeps_its_source_beside_what_cases_show() -> None:
    one = of(profile("Arachnodactyly"), "OMIM:100001", "Arachnodactyly")
    assert one.match is MatchKind.EXACT
    assert one.references == ("PMID:001",) and one.frequency is not None and one.frequency.n == 9
    assert one.observed == (2, 3)


def test_a_common_finding_that_is_documented_is_never_held_against_the_disease() -> None:
    """As common in it as anywhere, and its one case does not mention it: nothing for, and nothing against."""
    one = of(profile("Hearing impairment"), "OMIM:100006", "Hearing impairment")
    assert (one.match, one.observed, one.value) == (MatchKind.EXACT, (0, 1), 0.0)
    assert one.references == ("PMID:006",)
    bank = CaseBank(CaseBank.build(WORLD.ontology, [case("a", "OMIM:100006", "Hearing impairment")]), WORLD.ontology)
    found = Ranker(WORLD.ontology, WORLD.diseases, WORLD.arrays, bank).explain(
        profile("Hearing impairment"), "OMIM:100006"
    )
    (shown,) = (c for c in found.explains if c.finding)
    assert shown.value > 0
    assert (shown.match, shown.references) == (MatchKind.EXACT, ("PMID:006",)), "its source is still named"


def test_what_cases_show_counts_a_narrower_finding_too() -> None:
    assert of(profile("Microcephaly"), "OMIM:100003", "Microcephaly").observed == (2, 3)
    assert of(profile("Seizure"), "OMIM:100003", "Seizure").observed == (1, 3)


def test_diseases_without_cases_say_nothing_of_them() -> None:
    found = candidate(profile("Hypertonia", "Cataract"), "OMIM:100011").contributions
    assert all(one.observed is None and one.cases == () for one in found)


def test_an_opposite_speaks_for_a_disease_only_where_a_published_case_shows_it() -> None:
    shown = of(profile("Microcephaly"), "OMIM:100004", "Microcephaly")  # a large head is documented
    assert (shown.match, shown.observed) == (MatchKind.PUBLISHED, (1, 1))
    assert shown.value > 0 and shown.matched is None
    other = of(profile("Macrocephaly"), "OMIM:100003", "Macrocephaly")  # a small head is, also in the cases
    assert other.match is MatchKind.OPPOSITE and other.value < 0
    assert other.matched == term("Microcephaly") and other.observed == (0, 3)


def test_what_cases_show_near_a_finding_earns_a_part_and_names_what_both_are() -> None:
    near = of(profile("Arachnodactyly"), ONLY_ONCE, "Arachnodactyly")  # a case shows short fingers
    assert (near.match, near.through) == (MatchKind.PUBLISHED, term("Abnormal finger morphology"))
    assert near.observed == (0, 1), "of the finding itself"
    itself = of(profile("Brachydactyly"), ONLY_ONCE, "Brachydactyly")
    assert (itself.match, itself.through, itself.observed) == (MatchKind.PUBLISHED, None, (1, 1))
    assert 0 < near.value < itself.value
    assert of(profile("Arachnodactyly"), ONLY_IN_REPORTS, "Arachnodactyly").match is MatchKind.UNEXPLAINED


@calmly
@given(profiles)
def test_no_opposite_and_no_documented_absence_is_positive_without_a_case_that_shows_it(patient: Profile) -> None:
    alone = {one.id: one for one in world.ranker().rank(patient, limit=400).candidates}
    for one in ranker().rank(patient, limit=400).candidates:
        conflicts = {
            c.finding
            for c in (alone[one.id].contributions if one.id in alone else ())
            if c.match in {MatchKind.OPPOSITE, MatchKind.DOCUMENTED_ABSENT}
        }
        for c in one.contributions:
            if c.kind is ContributionKind.FINDING and c.finding in conflicts and c.value > 0:
                assert c.match is MatchKind.PUBLISHED
                assert c.observed is not None and c.observed[0] > 0, "a case shows the finding itself"


def test_a_documented_absence_that_a_case_shows_is_weighed_and_quotes_the_case() -> None:
    alone = next(
        c
        for c in world.ranker().explain(profile("Global developmental delay"), "OMIM:100002").candidate.contributions
        if c.finding == term("Global developmental delay")
    )
    both = of(profile("Global developmental delay"), "OMIM:100002", "Global developmental delay")
    assert alone.match is MatchKind.DOCUMENTED_ABSENT
    assert both.observed == (1, 1)
    assert both.match is MatchKind.PUBLISHED and both.value > 0 > alone.value


def test_a_disease_that_only_cases_know_is_ranked_named_and_explained() -> None:
    ranking = ranker().rank(PATIENTS[2])
    assert ranking.candidates[0].id == ONLY_IN_REPORTS
    assert ranking.candidates[0].name == "A disease"
    explained = ranker().explain(PATIENTS[2], ONLY_IN_REPORTS)
    assert [one.match for one in explained.explains] == [MatchKind.PUBLISHED] * 3
    assert {one.observed for one in explained.explains} == {(2, 2), (1, 2)}
    assert explained.disease.annotations == () and explained.expected == ()
    assert explained.candidate.rank == 1
    again = ranker().explain(PATIENTS[2], ONLY_ONCE).candidate
    assert [c.match for c in again.contributions if c.finding == term("Cataract")] == [MatchKind.PUBLISHED]


def test_a_case_whose_diagnosis_is_not_listed_speaks_for_nobody() -> None:
    assert WORLD.diseases.index(NOT_LISTED) is None
    named = {
        case for one in ranker().rank(PATIENTS[2], limit=400).candidates for c in one.contributions for case in c.cases
    }
    assert "nobodys" not in named and "report-1" in named


def test_a_case_without_a_present_finding_is_no_case_of_its_disease() -> None:
    found = candidate(profile("Brachydactyly"), "OMIM:100012").contributions
    assert all(c.observed is None and c.kind is not ContributionKind.SIMILAR for c in found)


def test_what_having_cases_is_worth_is_one_declared_constant(monkeypatch: pytest.MonkeyPatch) -> None:
    """It moves every disease with a case by the same, and no other; and it is shown."""
    plain = ranker().scores(PATIENTS[0])
    monkeypatch.setattr(summing, "HAS_CASES", -0.75)
    moved = ranker().scores(PATIENTS[0])
    having = {WORLD.diseases.index(name) for i in range(WORLD.bank.size) for name in WORLD.bank.diagnoses(i)[:1]}
    expected = [-0.75 if int(d) in having else 0.0 for d in WORLD.diseases.ranked]
    assert moved - plain == pytest.approx(expected, abs=1e-8)
    for one in ranker().rank(PATIENTS[0], limit=400).candidates:
        assert one.prior + sum(c.value for c in one.contributions) == pytest.approx(
            moved[WORLD.place(one.id)], abs=1e-8
        )


def test_without_findings_no_disease_gains_by_its_cases() -> None:
    assert len(set(ranker().rank(Profile()).scores.tolist())) == 1


# --- the whole profile, genes, prevalence -------------------------------------


def test_the_findings_together_count_once_and_are_named() -> None:
    found = contribution(profile("Arachnodactyly", "Ectopia lentis"), "OMIM:100001", ContributionKind.PROFILE)
    assert found.note == "profile"
    assert found.likeness is not None and 0 < found.likeness < 1
    assert found.value == pytest.approx(ranker().fitted.weights.profile * found.likeness)


def test_genes_speak_beside_the_findings_and_take_no_disease_off_the_list() -> None:
    plain, listed = ranker().rank(PATIENTS[0], limit=400), ranker().rank(with_genes(PATIENTS[0], ["CLEFT1"]), limit=400)
    assert {one.id for one in plain.candidates} == {one.id for one in listed.candidates}
    gene = contribution(with_genes(PATIENTS[0], ["CLEFT1"]), "OMIM:100006", ContributionKind.GENE)
    assert gene.gene == "CLEFT1" and gene.value > 0
    against = contribution(with_genes(PATIENTS[0], ["CLEFT1"]), "OMIM:100001", ContributionKind.GENE)
    assert against.gene is None and -3.1 < against.value < 0


def test_a_gene_that_only_a_case_shows_names_the_case() -> None:
    found = contribution(with_genes(PATIENTS[2], ["REPORT1"]), ONLY_IN_REPORTS, ContributionKind.GENE)
    assert (found.gene, found.cases) == ("REPORT1", ("report-1",))
    assert found.value > 0


def test_prevalence_counts_only_where_it_is_declared() -> None:
    without, declared = ranker(0.0).rank(PATIENTS[0], limit=400), ranker(DECLARED).rank(PATIENTS[0], limit=400)
    assert not [c for one in without.candidates for c in one.contributions if c.kind is ContributionKind.PREVALENCE]
    shown = {
        one.id: c.value
        for one in declared.candidates
        for c in one.contributions
        if c.kind is ContributionKind.PREVALENCE
    }
    logarithms = {name: math.log(float(np.float32(share))) for name, share in PREVALENCE.items()}
    middle = sorted(logarithms.values())[2]
    expected = {name: DECLARED * (logarithm - middle) for name, logarithm in logarithms.items()}
    assert shown == pytest.approx({name: value for name, value in expected.items() if abs(value) > 1e-9})
    assert shown["OMIM:200000"] > 0 > shown[ONLY_ONCE]
    moved = declared.scores - without.scores
    for at, index in enumerate(WORLD.diseases.ranked.tolist()):
        assert moved[at] == pytest.approx(expected.get(WORLD.diseases.ids[index], 0.0), abs=1e-8)


# --- what is told of a candidate ----------------------------------------------


@calmly
@given(patients)
def test_every_candidate_carries_a_probability_and_the_word_for_it(patient: Profile) -> None:
    ranking = ranker().rank(patient, limit=400)
    stated = [one.probability for one in ranking.candidates]
    assert all(p is not None and 0 <= p <= 1 for p in stated)
    probabilities = np.array(stated, dtype=np.float64)
    assert probabilities.sum() + ranking.none_of_these == pytest.approx(1.0)
    assert (np.diff(probabilities) <= 1e-12).all(), "a lower place is never more likely"
    assert ranking.none_leads == (ranking.none_of_these > probabilities.max())
    assert all(isinstance(one.strength, Strength) for one in ranking.candidates)


def test_equal_scores_are_equally_likely() -> None:
    ranking = ranker().rank(PATIENTS[4], limit=400)
    by_id = {one.id: one for one in ranking.candidates}
    deaf = [one.probability for name, one in by_id.items() if name.startswith("OMIM:2000")]
    scores = {one.score for name, one in by_id.items() if name.startswith("OMIM:2000")}
    assert len(scores) == 1 and len(set(deaf)) == 1


def test_a_disease_that_is_not_ranked_has_no_probability() -> None:
    one = candidate(PATIENTS[0], "ORPHA:1")
    assert (one.rank, one.probability, one.strength) == (0, None, None)
    assert one.prior + sum(c.value for c in one.contributions) == pytest.approx(one.score)


def test_the_json_carries_every_term_and_what_it_rests_on() -> None:
    patient = with_genes(profile("Short stature", "Arachnodactyly", excluded=("Seizure",)), ["HEAD1"])
    subject = ranker(DECLARED)
    ranking = subject.rank(patient, limit=400)
    text = json.dumps(ranking_json(WORLD.ontology, ranking, snapshot="abc", case="case-1"), allow_nan=False)
    read = json.loads(text)
    assert read["none_of_these"] == ranking.none_of_these
    assert read["none_leads"] is ranking.none_leads
    assert [one["id"] for one in read["candidates"]] == [one.id for one in ranking.candidates]
    for shown, one in zip(read["candidates"], ranking.candidates, strict=True):
        assert (shown["probability"], shown["strength"]) == (one.probability, one.strength)
        assert shown["prior"] + sum(c["value"] for c in shown["contributions"]) == pytest.approx(shown["score"])
    (small,) = (one for one in read["candidates"] if one["id"] == "OMIM:100003")
    by_kind = {one["kind"]: one for one in small["contributions"]}
    assert set(by_kind) == {"finding", "excluded", "profile", "similar", "gene", "prevalence"}
    assert by_kind["similar"]["cases"] == ["small-3"] and 0 < by_kind["similar"]["likeness"] < 1
    assert by_kind["similar"]["references"] == ["PMID:9003", "PMID:003"]
    assert 0 < by_kind["profile"]["likeness"] < 1 and by_kind["profile"]["observed"] is None
    assert by_kind["gene"]["gene"] == "HEAD1"
    published = next(one for one in small["contributions"] if one["match"] == "published")
    assert (published["observed"], published["matched"], published["frequency"]) == ([3, 3], None, None)
