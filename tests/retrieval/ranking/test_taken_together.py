"""The nearest published case of every disease, and how much of a whole disease a patient shows: both by brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.cases import CaseBank
from retrieval.ranking import likelihood
from retrieval.ranking.documented import Documented
from retrieval.ranking.observed import CaseDiagnoses, Observed
from retrieval.ranking.taken_together import NearestCases, ProfileFit
from tests.retrieval.ranking import published_world, world
from tests.retrieval.ranking.test_observed import bank_of, made_cases, observed_of
from tests.retrieval.ranking.test_properties import FINDINGS

calmly = settings(deadline=None, max_examples=40)
WORLD = published_world.world()
ONTOLOGY, RANKED = WORLD.ontology, np.asarray(WORLD.diseases.ranked)
WEIGHT = WORLD.bank.terms.weight
DOCUMENTED = Documented(WORLD.arrays, WORLD.diseases.pooled)
found_in_patient = st.lists(st.sampled_from(FINDINGS), max_size=6, unique=True)


def indices(names: list[str]) -> np.ndarray:
    return np.array([ONTOLOGY.index(name) for name in names], dtype=np.int64)


# --- the nearest case ---------------------------------------------------------


def naive_nearest(bank: CaseBank, terms: set[int], known: set[int], case: int) -> float:
    """The similarity as its description says it, over sets."""
    weight = bank.terms.weight.astype(np.int64)
    theirs = {up for term in bank.present(case).tolist() for up in ONTOLOGY.ancestors(term).tolist() if weight[up]}

    def together(chosen: set[int]) -> int:
        return sum(int(weight[term]) for term in chosen)

    shared = together(terms & theirs)
    all_of_it = shared + together(theirs - terms) / 2 + together(terms - known - theirs)
    return shared / all_of_it if all_of_it else 0.0


def closure(names: list[str]) -> set[int]:
    return {up for name in names for up in ONTOLOGY.ancestors(ONTOLOGY.index(name) or 0).tolist()}


def known_of(at: int, observed: Observed) -> set[int]:
    """Findings that are documented of the disease, or that one of its cases shows."""
    return {
        term
        for term in range(ONTOLOGY.size)
        if at in DOCUMENTED.entries(term).position.tolist() or (observed.count(at, term) or (0, 0))[0] > 0
    }


@calmly
@given(made_cases, found_in_patient, st.randoms(use_true_random=False))
def test_the_nearest_case_of_a_disease_is_the_one_that_shares_most_of_what_either_shows(drawn, names, rng) -> None:  # type: ignore[no-untyped-def]
    bank = bank_of(drawn)
    hidden = np.array([rng.random() < 0.3 for _ in range(bank.size)], dtype=np.bool_)
    diagnoses = CaseDiagnoses(bank, WORLD.diseases, RANKED)
    observed, _ = observed_of(bank)
    fit = ProfileFit(ONTOLOGY, DOCUMENTED, bank.terms.weight, observed)(indices(names))
    nearest = NearestCases(bank, diagnoses.grouped())(indices(names), fit.known, hidden)
    seen = sorted({int(at) for at in diagnoses.position[~hidden] if at >= 0})
    assert nearest.position.tolist() == seen, "every disease of which a case may be seen, in order"
    for at, similarity, position in zip(
        nearest.position.tolist(), nearest.similarity.tolist(), nearest.case.tolist(), strict=True
    ):
        assert not hidden[position] and int(diagnoses.position[position]) == at
        mine = [case for case in np.flatnonzero(diagnoses.position == at).tolist() if not hidden[case]]
        known = known_of(at, observed)
        plain = {case: naive_nearest(bank, closure(names), known, case) for case in mine}
        assert similarity == pytest.approx(max(plain.values()), abs=1e-9)
        assert plain[position] == pytest.approx(similarity, abs=1e-9)


def test_of_equal_cases_the_lowest_id_is_nearest_and_of_hidden_ones_the_next() -> None:
    diagnoses = CaseDiagnoses(WORLD.bank, WORLD.diseases, RANKED)
    terms, at = indices(["HP:0002650", "HP:0000545"]), WORLD.place("OMIM:100009")
    known = ProfileFit(ONTOLOGY, DOCUMENTED, WORLD.bank.terms.weight)(terms).known

    def nearest(hidden: np.ndarray | None = None) -> str:
        found = NearestCases(WORLD.bank, diagnoses.grouped())(terms, known, hidden)
        return WORLD.bank.id(int(found.case[found.position.tolist().index(at)]))

    assert nearest() == "twin-a"
    assert nearest(WORLD.bank.citing(["PMID:9010"])) == "twin-b"


def test_no_bank_has_no_nearest_case() -> None:
    known = np.zeros(len(RANKED), dtype=np.int64)
    assert len(NearestCases.nothing(WORLD.bank)(indices(["HP:0001250"]), known).position) == 0


@calmly
@given(made_cases, found_in_patient, st.sampled_from(FINDINGS))
def test_a_finding_that_is_known_of_a_disease_never_lowers_its_nearest_case_or_its_fit(drawn, names, more) -> None:  # type: ignore[no-untyped-def]
    bank = bank_of(drawn)
    diagnoses = CaseDiagnoses(bank, WORLD.diseases, RANKED)
    observed, _ = observed_of(bank)
    fit = ProfileFit(ONTOLOGY, DOCUMENTED, bank.terms.weight, observed)
    nearest = NearestCases(bank, diagnoses.grouped())

    def asked(findings: list[str]) -> tuple[np.ndarray, dict[int, float]]:
        found = fit(indices(findings))
        near = nearest(indices(findings), found.known)
        return found.profile, dict(zip(near.position.tolist(), near.similarity.tolist(), strict=True))

    (profile, near), (profile_then, near_then) = asked(names), asked([*names, more])
    term = ONTOLOGY.index(more) or 0
    documented = set(DOCUMENTED.entries(term).position.tolist())
    for at in range(len(RANKED)):
        if at in documented or (observed.count(at, term) or (0, 0))[0] > 0:
            assert profile_then[at] >= profile[at] - 1e-9
            assert near_then.get(at, 0.0) >= near.get(at, 0.0) - 1e-9


# --- the whole profile --------------------------------------------------------


def naive_fit(names: list[str], at: int, with_cases: bool) -> float:
    """The cosine as its description says it, one finding at a time."""
    content = {i: float(ONTOLOGY.information_content[i]) for i in range(ONTOLOGY.size)}
    patient = {i for name in names for i in ONTOLOGY.ancestors(ONTOLOGY.index(name) or 0).tolist() if content[i] > 0}
    observed, _ = observed_of(WORLD.bank)
    known: dict[int, float] = {}
    for term in (i for i in range(ONTOLOGY.size) if content[i] > 0 and ONTOLOGY.is_finding(i)):
        entries = DOCUMENTED.entries(term)
        here = np.flatnonzero(entries.position == at)
        frequency = float(entries.frequency[here[0]]) if len(here) else 0.0
        seen = observed.count(at, term) if with_cases else None
        if seen is not None:
            share = seen[1] / (seen[1] + likelihood.CASES_AGAINST_DOCUMENTED)
            frequency = (1 - share) * frequency + share * seen[0] / seen[1]
        if frequency > 0:
            known[term] = frequency
    counted = {t: min(1.0, 2 * math.sqrt(known[t])) if t in known else 1.0 for t in patient}
    mine = math.sqrt(sum(counted[t] * content[t] ** 2 for t in patient))
    theirs = math.sqrt(sum(frequency * content[t] ** 2 for t, frequency in known.items()))
    if not mine or not theirs:
        return 0.0
    shared = sum(math.sqrt(known[t]) * content[t] ** 2 for t in patient & known.keys())
    return min(1.0, shared / (mine * theirs))


PLACES = [WORLD.place(name) for name in ("OMIM:100001", "OMIM:100003", "OMIM:100011", "OMIM:200007", "OMIM:300001")]


@pytest.mark.parametrize("with_cases", [False, True], ids=["annotations", "with cases"])
@settings(deadline=None, max_examples=25)
@given(names=found_in_patient)
def test_the_fit_is_the_cosine_it_says_it_is(names: list[str], with_cases: bool) -> None:
    observed, _ = observed_of(WORLD.bank)
    fit = ProfileFit(ONTOLOGY, DOCUMENTED, WEIGHT, observed if with_cases else None)(indices(names)).profile
    assert fit[PLACES] == pytest.approx([naive_fit(names, at, with_cases) for at in PLACES], abs=1e-6)


@calmly
@given(found_in_patient)
def test_the_fit_lies_between_0_and_1_and_a_repeated_or_implied_finding_changes_nothing(names: list[str]) -> None:
    observed, _ = observed_of(WORLD.bank)
    fit = ProfileFit(ONTOLOGY, DOCUMENTED, WEIGHT, observed)
    found = fit(indices(names)).profile
    assert (found >= 0).all() and (found <= 1 + 1e-9).all()
    above = [ONTOLOGY.ids[i] for name in names for i in ONTOLOGY.ancestors(ONTOLOGY.index(name) or 0).tolist()]
    again = fit(indices([*names, *(one for one in above if ONTOLOGY.is_finding(ONTOLOGY.index(one) or 0))]))
    assert again.profile == pytest.approx(found, abs=1e-12)


def test_nobody_without_findings_resembles_anything() -> None:
    assert not ProfileFit(ONTOLOGY, DOCUMENTED, WEIGHT)(indices([])).profile.any()


def test_a_disease_of_which_little_else_is_known_fits_better() -> None:
    """Both have the finding as often; one is documented to show much that this patient does not."""
    fit = ProfileFit(ONTOLOGY, DOCUMENTED, WEIGHT)(indices(["HP:0001156"])).profile  # of the unremarkable disease
    everything = [world.term(row[0]) for row in world.DISEASES["OMIM:100012"][1]]
    whole = ProfileFit(ONTOLOGY, DOCUMENTED, WEIGHT)(indices(everything)).profile
    at = WORLD.place("OMIM:100012")
    assert 0 < fit[at] < whole[at] <= 1
