"""How a finding meets what a disease documents: one test for every kind of match."""

from __future__ import annotations

import math

import pytest

from retrieval.model import Contribution, ContributionKind, MatchKind, Profile, Sex
from retrieval.ranking import likelihood
from retrieval.ranking.fusion import EXCLUDED
from tests.retrieval.ranking.world import profile, ranker, term

BY_SEX = "OMIM:100013"


def contributions(asked: Profile, disease: str) -> dict[tuple[str, str | None], Contribution]:
    found = ranker().explain(asked, disease).candidate.contributions
    return {(one.kind.value, one.finding): one for one in found}


def of(asked: Profile, disease: str, finding: str) -> Contribution:
    return contributions(asked, disease)["finding", term(finding)]


def test_the_documented_term_itself_is_exact() -> None:
    one = of(profile("Arachnodactyly"), "OMIM:100001", "Arachnodactyly")
    assert one.match is MatchKind.EXACT
    assert one.matched == term("Arachnodactyly")
    assert one.frequency is not None and (one.frequency.n, one.frequency.m) == (9, 10)
    assert one.references == ("PMID:001",)
    assert one.evidence == "PCS"
    assert one.background is not None
    expected = math.log(0.5 + 0.5 * one.frequency.value / one.background)
    assert one.value == pytest.approx(expected, abs=1e-6), "a reader can compute it from what is shown"


def test_presence_passes_up_to_the_general_finding() -> None:
    one = of(profile("Seizure"), "OMIM:100002", "Seizure")
    assert one.match is MatchKind.NARROWER_DOCUMENTED
    assert one.matched == term("Focal-onset seizure")
    assert one.value > 1.5


def test_a_more_specific_finding_than_documented_earns_a_part() -> None:
    general = of(profile("Seizure"), "OMIM:100004", "Seizure")
    specific = of(profile("Focal motor seizure"), "OMIM:100004", "Focal motor seizure")
    assert specific.match is MatchKind.BROADER_DOCUMENTED
    assert specific.matched == specific.through == term("Seizure")
    assert specific.value == pytest.approx(likelihood.THROUGH_ANCESTOR * general.value)


def test_a_sibling_earns_little_and_names_the_shared_ancestor() -> None:
    one = of(profile("Cleft upper lip"), "OMIM:100006", "Cleft upper lip")
    assert one.match is MatchKind.SIBLING
    assert (one.matched, one.through) == (term("Cleft palate"), term("Orofacial cleft"))
    exact = of(profile("Cleft palate"), "OMIM:100006", "Cleft palate")
    assert 0 < one.value < exact.value / 2


@pytest.mark.parametrize("finding", ["Microcephaly", "Primary microcephaly"])
def test_the_opposite_is_never_positive(finding: str) -> None:
    one = of(profile(finding), "OMIM:100004", finding)
    assert one.match is MatchKind.OPPOSITE
    assert one.matched == term("Macrocephaly")
    assert one.value < likelihood.UNEXPLAINED


def test_a_narrower_opposite_is_still_one() -> None:
    one = of(profile("Relative macrocephaly"), "OMIM:100003", "Relative macrocephaly")
    assert one.match is MatchKind.OPPOSITE


def test_nothing_near_is_unexplained_and_nearly_neutral() -> None:
    one = of(profile("Cataract"), "OMIM:100001", "Cataract")
    assert one.match is MatchKind.UNEXPLAINED
    assert -1 < one.value < 0
    assert one.matched is None


def test_a_documented_absence_counts_against() -> None:
    counted = of(profile("Global developmental delay"), "OMIM:100002", "Global developmental delay")
    assert counted.match is MatchKind.DOCUMENTED_ABSENT
    assert counted.frequency is not None and (counted.frequency.n, counted.frequency.m) == (0, 12)
    assert counted.value == pytest.approx(likelihood.MOST_AGAINST)
    stated = of(profile("Focal-onset seizure"), "OMIM:100011", "Focal-onset seizure")
    assert stated.match is MatchKind.DOCUMENTED_ABSENT
    assert stated.value == pytest.approx(likelihood.MOST_AGAINST)


def test_a_documented_absence_passes_down() -> None:
    one = of(profile("Focal motor seizure"), "OMIM:100011", "Focal motor seizure")
    assert one.match is MatchKind.DOCUMENTED_ABSENT


def test_a_blank_frequency_is_unknown_and_never_always() -> None:
    one = of(profile("Seizure"), "OMIM:100004", "Seizure")
    assert one.frequency is not None
    assert one.frequency.kind.value == "unknown"
    assert one.frequency.value == 0.5


def test_one_patient_of_one_is_weak() -> None:
    one = of(profile("Cleft palate"), "OMIM:100006", "Cleft palate")
    assert one.frequency is not None and one.frequency.value < 0.75


def test_an_excluded_finding_counts_against_in_proportion() -> None:
    always = contributions(profile(excluded=("Seizure",)), "OMIM:100002")["excluded", term("Seizure")]
    sometimes = contributions(profile(excluded=("Seizure",)), "OMIM:100003")["excluded", term("Seizure")]
    assert always.value < sometimes.value < 0
    assert always.value >= EXCLUDED * math.log(1 - likelihood.EXCLUSION_WEIGHT)
    assert always.frequency is not None
    expected = EXCLUDED * math.log(1 - likelihood.EXCLUSION_WEIGHT * always.frequency.value)
    assert always.value == pytest.approx(expected, abs=1e-6), "a reader can compute it from what is shown"
    assert always.matched == term("Focal-onset seizure"), "what lies below an excluded finding is excluded too"
    assert ("excluded", term("Focal motor seizure")) not in contributions(
        profile(excluded=("Focal motor seizure",)), "OMIM:100005"
    ), "a broader documented finding says nothing"


def test_exclusions_are_bounded_together() -> None:
    everything = ("Arachnodactyly", "Ectopia lentis", "Aortic root aneurysm", "Tall stature")
    found = contributions(profile(excluded=everything), "OMIM:100001")
    assert len(found) == 4
    assert sum(one.value for one in found.values()) == pytest.approx(-EXCLUDED * likelihood.EXCLUSIONS_MOST)


def test_what_cannot_have_appeared_yet_does_not_count() -> None:
    young = contributions(profile(excluded=("Ataxia",), age="P5Y"), "OMIM:100007")["excluded", term("Ataxia")]
    old = contributions(profile(excluded=("Ataxia",), age="P80Y"), "OMIM:100007")["excluded", term("Ataxia")]
    assert (young.value, young.note) == (0.0, "too_young")
    assert old.value < 0
    by_disease = contributions(profile(excluded=("Cataract",), age="P5Y"), "OMIM:100007")
    assert by_disease["excluded", term("Cataract")].value == 0, "the illness itself begins late"


def test_what_is_absent_in_both_is_neutral() -> None:
    assert contributions(profile(excluded=("Global developmental delay",)), "OMIM:100002") == {}


def test_a_row_of_the_other_sex_explains_nothing() -> None:
    boy = contributions(profile("Cryptorchidism", sex=Sex.MALE), "OMIM:100008")
    girl = contributions(profile("Cryptorchidism", sex=Sex.FEMALE), "OMIM:100008")
    assert ("sex", term("Cryptorchidism")) not in boy
    assert girl["sex", term("Cryptorchidism")].value == -girl["finding", term("Cryptorchidism")].value < 0


def test_of_a_row_for_each_sex_the_patients_own_is_quoted() -> None:
    girl = contributions(profile("Hypertonia", sex=Sex.FEMALE), BY_SEX)
    boy = contributions(profile("Hypertonia", sex=Sex.MALE), BY_SEX)
    assert ("sex", term("Hypertonia")) not in girl | boy
    quoted = [one["finding", term("Hypertonia")] for one in (girl, boy)]
    assert [(one.frequency.n, one.frequency.m, one.sex) for one in quoted if one.frequency] == [
        (2, 10, Sex.FEMALE),
        (9, 10, Sex.MALE),
    ]
    assert 0 < quoted[0].value < quoted[1].value


def test_a_general_finding_is_read_from_a_row_that_applies_to_the_patient() -> None:
    girl = contributions(profile("Orofacial cleft", sex=Sex.FEMALE), BY_SEX)
    assert ("sex", term("Orofacial cleft")) not in girl
    assert girl["finding", term("Orofacial cleft")].matched == term("Cleft palate")


def test_an_absence_in_the_other_sex_says_nothing_and_in_the_own_sex_speaks_against() -> None:
    girl = contributions(profile("Ectopia lentis", sex=Sex.FEMALE), BY_SEX)
    boy = contributions(profile("Ectopia lentis", sex=Sex.MALE), BY_SEX)
    assert girl["finding", term("Ectopia lentis")].match is MatchKind.DOCUMENTED_ABSENT
    assert boy["finding", term("Ectopia lentis")].match is MatchKind.EXACT


def test_an_exclusion_counts_only_against_rows_of_the_patients_sex() -> None:
    excluded = ("Cryptorchidism",)
    assert ("excluded", term("Cryptorchidism")) in contributions(
        profile("Obesity", excluded=excluded, sex=Sex.MALE), "OMIM:100008"
    )
    assert ("excluded", term("Cryptorchidism")) not in contributions(
        profile("Obesity", excluded=excluded, sex=Sex.FEMALE), "OMIM:100008"
    )


def test_nothing_is_expected_of_a_patient_that_is_documented_for_the_other_sex() -> None:
    def expected(sex: Sex) -> set[str]:
        return {one.term for one in ranker().explain(profile("Obesity", sex=sex), "OMIM:100008").expected}

    assert term("Cryptorchidism") in expected(Sex.MALE)
    assert term("Cryptorchidism") in expected(Sex.UNKNOWN)
    assert term("Cryptorchidism") not in expected(Sex.FEMALE)


def test_an_onset_that_does_not_fit_is_soft_and_bounded() -> None:
    child = contributions(profile("Ataxia", onset="HP:0011463", age="P30Y"), "OMIM:100007")
    adult = contributions(profile("Ataxia", onset="P65Y", age="P70Y"), "OMIM:100007")
    assert -likelihood.ONSET_MOST <= child["onset", None].value < 0
    assert ("onset", None) not in adult


def test_age_at_examination_is_not_onset() -> None:
    """An adult may have had a childhood illness for years; a child cannot have one of old age."""
    assert ("onset", None) not in contributions(profile("Seizure", age="P40Y"), "OMIM:100002")
    assert contributions(profile("Ataxia", age="P5Y"), "OMIM:100007")["onset", None].value < 0


def test_the_onset_of_a_finding_is_compared_with_its_row() -> None:
    from retrieval.model import Finding

    asked = Profile((Finding(term("Ataxia"), onset="P3Y"),))
    found = [one for one in ranker().explain(asked, "OMIM:100007").candidate.contributions if one.finding]
    onset = next(one for one in found if one.kind is ContributionKind.ONSET)
    assert -likelihood.FINDING_ONSET_MOST <= onset.value < 0
    assert onset.references
