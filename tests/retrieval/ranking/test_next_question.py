"""What is worth asking: its gain, its effect, and what is never asked."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.model import CandidateGene, ContributionKind, Finding, Profile, Sex, Status
from retrieval.ranking import Ranker, eligibility, hints, summing
from retrieval.ranking.chances import Chances
from retrieval.ranking.next_question import Question, choose, information, softmax
from retrieval.ranking.reading import read_profile
from retrieval.snapshot import Snapshot
from tests.retrieval.ranking import published_world
from tests.retrieval.ranking.test_properties import profiles, with_finding
from tests.retrieval.ranking.test_real_knowledge import profiles as real_profiles
from tests.retrieval.ranking.world import ontology_and_diseases, profile, ranker, term

calmly = settings(deadline=None, max_examples=60)
ONTOLOGY, DISEASES = ontology_and_diseases()
# In so small a world nearly every finding is rare: the bound on generality is that of the real one.


def index(name: str) -> int:
    found = ONTOLOGY.index(term(name))
    assert found is not None
    return found


def asked(patient: Profile, **more: object) -> dict[str, Question]:
    return {one.label: one for one in ranker().next_questions(patient, limit=30, **more).questions}  # type: ignore[arg-type]


def answers(patient: Profile, question: Question) -> Iterator[tuple[bool, Profile]]:
    yield True, with_finding(patient, Finding(question.term, Status.PRESENT))
    yield False, with_finding(patient, Finding(question.term, Status.EXCLUDED))


def entropy(weights: list[float]) -> float:
    return -sum(w * math.log2(w) for w in weights if w > 0)


def expected_fall(weights: list[float], yes: list[float]) -> float:
    """By brute force: both answers, both posteriors."""
    left = 0.0
    for chances in (yes, [1 - one for one in yes]):
        joint = [w * c for w, c in zip(weights, chances, strict=True)]
        left += sum(joint) * entropy([one / sum(joint) for one in joint])
    return entropy(weights) - left


@calmly
@given(
    st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.001, 0.995)), min_size=1, max_size=8),
)
def test_the_gain_is_the_expected_fall_of_entropy(drawn: list[tuple[float, float]]) -> None:
    total = sum(weight for weight, _ in drawn)
    weights, yes = [weight / total for weight, _ in drawn], [chance for _, chance in drawn]
    gain = information(np.array(weights), np.array(yes)[:, None])[0]
    assert gain == pytest.approx(max(expected_fall(weights, yes), 0.0), abs=1e-9)


def test_the_best_of_all_findings_that_may_be_asked_comes_first() -> None:
    patient = profile("Seizure", "Hypotonia", "Scoliosis")
    reading = read_profile(ONTOLOGY, patient)
    scores = ranker().scores(patient)
    leading = np.argsort(-scores, kind="stable")[:100]
    weights = softmax(scores)[leading]
    scorer = ranker()._scorer
    chances = Chances(ONTOLOGY, scorer, reading, leading)
    allowed = eligibility.may_be_asked(ONTOLOGY, scorer, reading)
    chosen = choose(ONTOLOGY, chances, weights, allowed, limit=5)
    shares = (weights / weights.sum()).tolist()
    everything = [t for t in set(chances.own.tolist()) if allowed[t]]
    gains = {t: expected_fall(shares, chances.exact(np.array([t]))[:, 0].tolist()) for t in everything}
    assert chosen[0][0] == max(everything, key=lambda t: (gains[t], -t))
    for found, gain, chance in chosen:
        assert gain == pytest.approx(gains[found], abs=1e-9)
        assert chance == pytest.approx(float(np.dot(shares, chances.exact(np.array([found]))[:, 0])))
    assert [gain for _, gain, _ in chosen] == sorted((gain for _, gain, _ in chosen), reverse=True)


def effects_are_what_ranking_again_gives(patient: Profile, subject: Ranker, limit: int = 30) -> int:
    before = {one.id: one.score for one in subject.rank(patient, limit=10).candidates}
    questions = subject.next_questions(patient, limit=limit).questions
    for question in questions:
        for present, longer in answers(patient, question):
            ranking = subject.rank(longer, limit=10_000)
            after = {one.id: one for one in ranking.candidates}
            first = question.first_if_present if present else question.first_if_absent
            assert first == (ranking.candidates[0].id, ranking.candidates[0].name), question.label
            for leader in question.leaders:
                change = leader.if_present if present else leader.if_absent
                assert change == pytest.approx(after[leader.id].score - before[leader.id], abs=1e-7), question.label
    return len(questions)


@calmly
@given(profiles)
def test_the_effect_of_an_answer_is_what_ranking_again_gives(patient: Profile) -> None:
    effects_are_what_ranking_again_gives(patient, ranker(), limit=6)


@calmly
@given(profiles, st.sampled_from([(), ("HEAD1",), ("REPORT1", "LIMB1")]), st.sampled_from([0.0, 0.5]))
def test_also_with_published_cases_genes_and_prevalence(
    patient: Profile, genes: tuple[str, ...], prevalence: float
) -> None:
    listed = tuple(map(CandidateGene, genes))
    asked_of = Profile(patient.findings, patient.sex, patient.age, patient.onset, listed)
    effects_are_what_ranking_again_gives(asked_of, published_world.ranker(prevalence), limit=6)


@pytest.mark.parametrize("kind", [ContributionKind.SIMILAR, ContributionKind.PROFILE])
def test_an_answer_moves_what_the_findings_say_together(kind: ContributionKind) -> None:
    """The equality above would hold of a ranker in which these terms stood still."""
    subject, moved = published_world.ranker(), 0
    for patient in published_world.PATIENTS[:8]:
        for question in subject.next_questions(patient, limit=6).questions:
            longer = with_finding(patient, Finding(question.term))
            for leader in question.leaders:
                before, after = (
                    sum(c.value for c in subject.explain(one, leader.id).candidate.contributions if c.kind is kind)
                    for one in (patient, longer)
                )
                moved += abs(after - before) > 0.1
    assert moved > 5


def test_what_having_cases_is_worth_is_not_counted_again_by_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summing, "HAS_CASES", -0.7)
    assert effects_are_what_ranking_again_gives(published_world.PATIENTS[0], published_world.ranker(), limit=6)


def test_the_effect_is_exact_on_the_real_knowledge(snapshot: Snapshot) -> None:
    subject = snapshot.ranker
    assert sum(effects_are_what_ranking_again_gives(one, subject, 6) for _, one in real_profiles(snapshot, 12)) > 30


@calmly
@given(profiles)
def test_nothing_is_asked_that_is_known_contradicted_or_too_general(patient: Profile) -> None:
    """Judged by the remarks that the answers would provoke."""
    known = {(one.code, one.finding, one.other) for one in hints(ONTOLOGY, patient)}
    stated = {one.term for one in patient.findings if one.status is not Status.FAMILY}
    for question in asked(patient).values():
        assert question.term not in stated
        for present, longer in answers(patient, question):
            for hint in hints(ONTOLOGY, longer):
                fresh = (hint.code, hint.finding, hint.other) not in known
                assert not (fresh and hint.code in {"contradiction", "opposites", "duplicate"}), question.label
                if present and question.term in {hint.finding, hint.other}:
                    assert hint.code not in {"too_general"}, question.label
                    # A narrower finding than one present is news; one that a present finding includes is none.
                    assert not (hint.code == "redundant" and hint.finding == question.term), question.label


@calmly
@given(profiles)
def test_no_question_is_answered_by_another(patient: Profile) -> None:
    terms = [ONTOLOGY.index(one.term) for one in asked(patient).values()]
    for one in terms:
        assert one is not None
        assert not (set(ONTOLOGY.ancestors(one).tolist()) - {one}) & set(terms)


def test_an_opposite_of_what_is_present_is_never_asked() -> None:
    patient = profile("Microcephaly", "Global developmental delay", "Ectopia lentis")
    assert not {"Macrocephaly", "Relative macrocephaly"} & set(asked(patient))


def test_what_was_looked_for_in_vain_and_all_that_is_narrower_is_not_asked() -> None:
    patient = profile("Arachnodactyly", "Tall stature", "Myopia", excluded=("Orofacial cleft",))
    assert not {"Cleft palate", "Cleft upper lip", "Orofacial cleft"} & set(asked(patient))


def test_a_question_that_could_not_be_answered_gives_way_to_the_next() -> None:
    patient = profile("Arachnodactyly", "Tall stature")
    first = next(iter(asked(patient).values()))
    assert first.label not in asked(patient, skip=[first.term])


def test_a_relatives_finding_may_still_be_asked_of_the_patient() -> None:
    patient = profile("Arachnodactyly", "Tall stature")
    of_father = with_finding(patient, Finding(term("Aortic root aneurysm"), Status.FAMILY))
    uncertain = with_finding(patient, Finding(term("Aortic root aneurysm"), Status.UNCERTAIN))
    assert "Aortic root aneurysm" in asked(patient)
    assert "Aortic root aneurysm" in asked(of_father)
    assert "Aortic root aneurysm" not in asked(uncertain)


@pytest.mark.parametrize(
    ("sex", "name", "may"),
    [
        (Sex.MALE, "Premature ovarian insufficiency", False),
        (Sex.FEMALE, "Premature ovarian insufficiency", True),
        (Sex.UNKNOWN, "Premature ovarian insufficiency", True),
    ],
)
def test_organs_of_the_other_sex_are_not_asked_about(sex: Sex, name: str, may: bool) -> None:
    reading = read_profile(ONTOLOGY, profile("Obesity", sex=sex))
    assert bool(eligibility.may_be_asked(ONTOLOGY, ranker()._scorer, reading)[index(name)]) is may


def test_what_is_no_finding_yet_at_the_patients_age_is_not_asked(snapshot: Snapshot) -> None:
    ontology = snapshot.ontology
    speech, puberty = (ontology.index(one) for one in ("HP:0000750", "HP:0000823"))
    for age, spoken, grown in (("P3M", False, False), ("P4Y", True, False), ("P15Y", True, True)):
        reading = read_profile(ontology, Profile((Finding("HP:0001083"),), age=age))
        allowed = eligibility.may_be_asked(ontology, snapshot.ranker._scorer, reading)
        assert (bool(allowed[speech]), bool(allowed[puberty])) == (spoken, grown)


def test_every_branch_of_sex_and_age_is_a_finding_of_the_real_ontology(snapshot: Snapshot) -> None:
    branches = [*(b for of in eligibility.OF_ONE_SEX.values() for b in of), *(b for b, _ in eligibility.NOT_BEFORE)]
    for branch in branches:
        found = snapshot.ontology.index(branch)
        assert found is not None and snapshot.ontology.ids[found] == branch
        assert snapshot.ontology.is_finding(found)


def test_what_a_disease_shows_late_in_life_is_not_expected_of_a_child() -> None:
    at = [DISEASES.ids[int(d)] for d in DISEASES.ranked].index("OMIM:100007")
    ataxia = np.array([index("Ataxia")])
    chances = {}
    for age in ("P6Y", "P70Y"):
        reading = read_profile(ONTOLOGY, profile("Myopia", age=age))
        chances[age] = float(Chances(ONTOLOGY, ranker()._scorer, reading, np.array([at])).exact(ataxia)[0, 0])
    assert chances["P70Y"] > 0.9
    assert chances["P6Y"] == pytest.approx(float(ranker()._background[ataxia[0]]), abs=0.001)


def test_a_documented_absence_makes_a_yes_less_likely_than_chance() -> None:
    at = [DISEASES.ids[int(d)] for d in DISEASES.ranked].index("OMIM:100002")
    delay = np.array([index("Global developmental delay")])
    chances = Chances(ONTOLOGY, ranker()._scorer, read_profile(ONTOLOGY, profile("Myopia")), np.array([at]))
    assert float(chances.exact(delay)[0, 0]) < float(ranker()._background[delay[0]])


def test_the_probabilities_that_are_given_decide() -> None:
    patient = profile("Arachnodactyly", "Tall stature", "Ectopia lentis")
    sure = np.zeros(len(DISEASES.ranked))
    sure[[DISEASES.ids[int(d)] for d in DISEASES.ranked].index("OMIM:100001")] = 1.0
    found = ranker().next_questions(patient, probabilities=sure)
    assert found.uncertainty == pytest.approx(0.0)
    assert found.groups == ()  # nothing left to find out
    assert ranker().next_questions(patient).uncertainty > 0


def test_an_empty_profile_is_answered_too() -> None:
    assert ranker().next_questions(Profile()).uncertainty == pytest.approx(math.log2(100))


def test_genes_of_the_leaders_are_offered_as_one_test() -> None:
    found = ranker().next_questions(profile("Arachnodactyly", "Tall stature", "Ectopia lentis")).genes
    assert found is not None
    assert found.genes == ("LIMB1",)
    assert found.ranks == (1,)
