"""What must hold for every profile: drawn at random by hypothesis, over the small world."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.model import ContributionKind, Finding, MatchKind, Profile, Sex, Status
from tests.retrieval.ranking.world import ontology_and_diseases, ranker

calmly = settings(deadline=None)  # a slow machine is no defect
ONTOLOGY, DISEASES = ontology_and_diseases()
FINDINGS = [name for i, name in enumerate(ONTOLOGY.ids) if ONTOLOGY.is_finding(i) and name != "HP:0000118"]
MATCHES = {MatchKind.EXACT, MatchKind.NARROWER_DOCUMENTED, MatchKind.BROADER_DOCUMENTED, MatchKind.SIBLING}
CONFLICTS = {MatchKind.OPPOSITE, MatchKind.DOCUMENTED_ABSENT}
ONSETS = st.sampled_from([None, "HP:0011463", "HP:0003584", "P3Y", "P64Y"])

findings = st.builds(Finding, st.sampled_from(FINDINGS), st.sampled_from(Status), ONSETS)
profiles = st.builds(
    Profile,
    st.lists(findings, max_size=12).map(tuple),
    st.sampled_from(Sex),
    st.sampled_from([None, "P0D", "P6Y", "P70Y"]),
    ONSETS,
)


def with_finding(profile: Profile, finding: Finding) -> Profile:
    return replace(profile, findings=(*profile.findings, finding))


@calmly
@given(profiles, st.randoms(use_true_random=False))
def test_the_order_of_the_findings_is_irrelevant(profile: Profile, rng: random.Random) -> None:
    shuffled = list(profile.findings)
    rng.shuffle(shuffled)
    other = Profile(tuple(shuffled), profile.sex, profile.age, profile.onset)
    one, two = ranker().rank(profile), ranker().rank(other)
    assert np.array_equal(one.scores, two.scores)
    assert one.candidates == two.candidates
    assert one.reasons == two.reasons


@calmly
@given(profiles)
def test_contributions_add_up_to_the_score(profile: Profile) -> None:
    ranking = ranker().rank(profile, limit=20)
    _, diseases = ontology_and_diseases()
    positions = {diseases.ids[int(d)]: at for at, d in enumerate(diseases.ranked)}
    for candidate in ranking.candidates:
        total = candidate.prior + sum(one.value for one in candidate.contributions)
        assert abs(total - candidate.score) < 1e-9
        assert abs(total - ranking.scores[positions[candidate.id]]) < 1e-8, "what is shown is what was ranked by"
        assert math.isfinite(total)


@calmly
@given(profiles)
def test_every_number_is_finite(profile: Profile) -> None:
    ranking = ranker().rank(profile, limit=20)
    assert np.isfinite(ranking.scores).all()
    for candidate in ranking.candidates:
        for one in candidate.contributions:
            assert one.background is None or 0 < one.background <= 1
            assert one.frequency is None or 0 <= one.frequency.value <= 1


@calmly
@given(profiles)
def test_the_sign_of_a_contribution_follows_its_kind(profile: Profile) -> None:
    for candidate in ranker().rank(profile, limit=20).candidates:
        for one in candidate.contributions:
            if one.kind is not ContributionKind.FINDING or one.match in CONFLICTS:
                assert one.value <= 0
            elif one.match in MATCHES:
                assert one.value >= 0
            assert one.match is not MatchKind.UNEXPLAINED or one.value <= 0


@calmly
@given(profiles, st.sampled_from(FINDINGS))
def test_a_matching_finding_never_lowers_and_a_conflict_never_raises(profile: Profile, term: str) -> None:
    if any(finding.term == term for finding in profile.findings):
        return
    # A present finding can take an exclusion above it out of the sum (a contradiction); that is no match.
    index = ONTOLOGY.index(term) or 0
    above = {ONTOLOGY.ids[int(i)] for i in ONTOLOGY.ancestors(index)}
    plain = Profile(
        tuple(f for f in profile.findings if not (f.status is Status.EXCLUDED and f.term in above)),
        profile.sex,
        profile.age,
        profile.onset,
    )
    before, after = ranker().rank(plain, limit=0), ranker().rank(with_finding(plain, Finding(term)), limit=400)
    positions = {DISEASES.ids[int(d)]: at for at, d in enumerate(DISEASES.ranked)}
    for candidate in after.candidates[:20] + after.candidates[-20:]:
        own = next(c for c in candidate.contributions if c.finding == term and c.kind is ContributionKind.FINDING)
        change = after.scores[positions[candidate.id]] - before.scores[positions[candidate.id]]
        if own.match in MATCHES:
            assert change >= -1e-8
        else:
            assert change <= 1e-8


@calmly
@given(profiles, st.sampled_from(FINDINGS))
def test_excluding_a_finding_never_raises(profile: Profile, term: str) -> None:
    before = ranker().rank(profile, limit=0)
    after = ranker().rank(with_finding(profile, Finding(term, Status.EXCLUDED)), limit=0)
    assert (after.scores <= before.scores + 1e-8).all()


@calmly
@given(profiles)
def test_a_table_without_the_disease_removes_none(profile: Profile) -> None:
    """No finding, sex or onset takes a disease off the list, and none costs more than its bound."""
    ranking = ranker().rank(profile, limit=0)
    assert len(ranking.scores) == ranking.total
    count = len(profile.findings)
    assert ranking.scores.min() >= ranker().prior - 3.0 * count - 3.0
