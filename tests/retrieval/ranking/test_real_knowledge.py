"""The promises again, on the real knowledge: a profile taken from a disease finds the disease."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.model import ContributionKind, Finding, MatchKind, Profile, Status
from retrieval.snapshot import Snapshot
from tests.retrieval.ranking.world import plain

MATCHES = {MatchKind.EXACT, MatchKind.NARROWER_DOCUMENTED, MatchKind.BROADER_DOCUMENTED, MatchKind.SIBLING}


def profiles(snapshot: Snapshot, count: int) -> list[tuple[str, Profile]]:
    """Documented findings of a disease, some made more general, some foreign, some excluded."""
    ontology, diseases = snapshot.ontology, snapshot.diseases
    rng = np.random.default_rng(11)
    used = np.unique(diseases.pooled.term)
    made = []
    while len(made) < count:
        d = int(rng.choice(diseases.ranked))
        rows = np.arange(diseases.pooled.ptr[d], diseases.pooled.ptr[d + 1])
        rows = rows[~diseases.pooled.negative[rows]]
        if len(rows) < 6:
            continue
        own = diseases.pooled.term[rng.choice(rows, 6, replace=False)].tolist()
        general = [int(rng.choice(ontology.parents(term))) for term in own[:2]]
        foreign = rng.choice(used, 6).tolist()
        statuses = [Status.PRESENT] * 10 + [Status.EXCLUDED] * 4
        terms = [*own, *(g for g in general if ontology.is_finding(g)), *foreign][:14]
        findings = tuple(Finding(ontology.ids[t], s) for t, s in zip(terms, statuses, strict=False))
        made.append((diseases.ids[d], Profile(findings)))
    return made


def test_the_disease_a_profile_was_taken_from_is_among_the_first(snapshot: Snapshot) -> None:
    ranks = [snapshot.ranker.explain(profile, disease).candidate.rank for disease, profile in profiles(snapshot, 60)]
    assert np.mean(np.array(ranks) <= 10) > 0.9


def test_contributions_add_up_for_the_first_fifty(snapshot: Snapshot) -> None:
    for _, profile in profiles(snapshot, 20):
        ranking = snapshot.ranker.rank(profile)
        assert len(ranking.candidates) == 50
        for candidate in ranking.candidates:
            total = candidate.prior + sum(one.value for one in candidate.contributions)
            assert total == pytest.approx(candidate.score, abs=1e-9)
        scores = [candidate.score for candidate in ranking.candidates]
        assert scores == pytest.approx(sorted(scores, reverse=True), abs=1e-8)


def test_a_matching_finding_never_lowers_and_a_conflict_never_raises(snapshot: Snapshot) -> None:
    """In the likelihood; what the findings say together may fall with a finding that most do not have."""
    ranker, diseases = plain(snapshot), snapshot.diseases
    position = {diseases.ids[int(d)]: at for at, d in enumerate(diseases.ranked)}
    for _, profile in profiles(snapshot, 40):
        whole = ranker.rank(profile, limit=200)
        for finding in profile.findings:
            if finding.status is not Status.PRESENT:
                continue
            rest = Profile(tuple(f for f in profile.findings if f is not finding))
            without = ranker.scores(rest)
            for candidate in whole.candidates:
                own = [c for c in candidate.contributions if c.finding == finding.term]
                own = [c for c in own if c.kind is ContributionKind.FINDING]
                change = whole.scores[position[candidate.id]] - without[position[candidate.id]]
                if own and own[0].match in MATCHES:
                    assert change >= -1e-8, (candidate.id, finding.term)
                elif own:
                    assert change <= 1e-8, (candidate.id, finding.term)


def test_every_reference_of_an_explanation_can_be_opened(snapshot: Snapshot) -> None:
    for disease, profile in profiles(snapshot, 10):
        for one in snapshot.ranker.explain(profile, disease).explains:
            assert one.references
            assert all(ref.partition(":")[0] in {"PMID", "OMIM", "ORPHA", "ISBN", "DECIPHER"} for ref in one.references)
