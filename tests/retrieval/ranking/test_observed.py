"""What published cases show of a finding, and how it is weighed against what is documented."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.cases import CaseBank
from retrieval.model import PublishedCase
from retrieval.ranking import likelihood
from retrieval.ranking.observed import CaseDiagnoses, Observed
from tests.retrieval.ranking import published_world
from tests.retrieval.ranking.published_world import NOT_LISTED, ONLY_IN_REPORTS, case
from tests.retrieval.ranking.test_properties import FINDINGS

calmly = settings(deadline=None, max_examples=40)
WORLD = published_world.world()
ONTOLOGY, RANKED = WORLD.ontology, np.asarray(WORLD.diseases.ranked)
DIAGNOSES = ["OMIM:100001", "OMIM:100003", "OMIM:100011", "ORPHA:1", NOT_LISTED, ONLY_IN_REPORTS]

made_cases = st.lists(
    st.tuples(
        st.lists(st.sampled_from(FINDINGS), min_size=1, max_size=5),
        st.lists(st.sampled_from(DIAGNOSES), min_size=1, max_size=2, unique=True),
        st.lists(st.sampled_from(FINDINGS), max_size=2),
    ),
    max_size=15,
)


def bank_of(drawn: list[tuple[list[str], list[str], list[str]]]) -> CaseBank:
    cases = [
        case(f"case-{number:03d}", tuple(diagnoses), *present, excluded=tuple(set(absent) - set(present)))
        for number, (present, diagnoses, absent) in enumerate(drawn)
    ]
    return CaseBank(CaseBank.build(ONTOLOGY, cases), ONTOLOGY)


def place_of(one: PublishedCase) -> int:
    """By the plainest reading: the first of its diagnoses, in the bank's order, that is ranked; -1 for none."""
    ranked = RANKED.tolist()
    at = [WORLD.diseases.index(name) for name in one.diagnoses]
    return next((ranked.index(i) for i in at if i in ranked), -1)


def shows(one: PublishedCase, term: int) -> bool:
    present = [ONTOLOGY.index(f.term) for f in one.findings if f.status == "present"]
    return any(term in ONTOLOGY.ancestors(i).tolist() for i in present if i is not None)


def observed_of(bank: CaseBank) -> tuple[Observed, CaseDiagnoses]:
    diagnoses = CaseDiagnoses(bank, WORLD.diseases, RANKED)
    groups = diagnoses.groups()
    return Observed.of(ONTOLOGY, bank, list(groups.values()), np.array(list(groups), dtype=np.int64)), diagnoses


@calmly
@given(made_cases)
def test_the_counts_are_those_of_looking_at_every_case(drawn: list[tuple[list[str], list[str], list[str]]]) -> None:
    bank = bank_of(drawn)
    observed, diagnoses = observed_of(bank)
    cases = [bank.case(i) for i in range(bank.size)]
    places = [place_of(one) for one in cases]
    assert diagnoses.position.tolist() == places
    assert observed.position.tolist() == sorted({at for at in places if at >= 0})
    terms = [i for name in FINDINGS if (i := ONTOLOGY.index(name)) is not None]
    shares = {}
    for k, at in enumerate(observed.position.tolist()):
        mine = [one for one, place in zip(cases, places, strict=True) if place == at]
        assert observed.patients[k] == len(mine)
        assert diagnoses.cases(at).tolist() == [i for i, place in enumerate(places) if place == at]
        for term in terms:
            count = sum(shows(one, term) for one in mine)
            assert observed.counts(term)[k] == count
            assert observed.count(at, term) == (count, len(mine))
            if count:
                shares[term, at] = count / len(mine)
    every = {
        (int(term), int(at)): float(share) for term, at, share in zip(*observed.every(), strict=True) if term in terms
    }
    assert every == pytest.approx(shares)


def test_a_disease_without_cases_has_no_count() -> None:
    observed, _ = observed_of(WORLD.bank)
    term = ONTOLOGY.index("HP:0001250")
    assert term is not None
    assert observed.count(WORLD.place("OMIM:100011"), term) is None
    assert observed.count(len(RANKED) + 5, term) is None


def test_an_empty_bank_counts_nothing() -> None:
    observed, diagnoses = observed_of(CaseBank.empty(ONTOLOGY))
    assert len(observed.position) == len(observed.every()[0]) == 0
    assert diagnoses.groups() == {} and diagnoses.cases(0).tolist() == []
    assert observed.counts(1).tolist() == []


def test_an_excluded_finding_of_a_case_is_not_shown() -> None:
    observed, _ = observed_of(WORLD.bank)
    seizure = ONTOLOGY.index("HP:0001250")
    assert seizure is not None
    assert observed.count(WORLD.place("OMIM:100003"), seizure) == (1, 3)  # one has it, one has it excluded


# --- weighed against the documentation ----------------------------------------

log_odds = st.floats(-4, 7)
many = st.integers(0, 10_000)


def with_cases(documented: float, in_cases: float, patients: float) -> float:
    return float(likelihood.with_cases(np.array([documented]), np.array([in_cases]), np.array([patients]))[0])


@given(log_odds, log_odds)
def test_without_cases_the_documentation_speaks_alone(documented: float, in_cases: float) -> None:
    assert with_cases(documented, in_cases, 0) == pytest.approx(documented)


@given(log_odds, log_odds)
def test_with_very_many_cases_they_decide(documented: float, in_cases: float) -> None:
    expected = max(in_cases, 0.0) if documented >= 0 else in_cases
    assert with_cases(documented, in_cases, 1e12) == pytest.approx(expected, abs=1e-6)


@given(log_odds, log_odds, many)
def test_together_they_say_no_more_and_no_less_than_either(documented: float, in_cases: float, patients: int) -> None:
    together = with_cases(documented, in_cases, patients)
    low, high = sorted((documented, in_cases))
    assert (max(low, 0.0) if documented >= 0 else low) - 1e-9 <= together <= max(high, 0.0) + 1e-9


@given(st.floats(0, 7), log_odds, many)
def test_a_documented_match_is_never_against_however_seldom_cases_show_it(
    documented: float, in_cases: float, patients: int
) -> None:
    assert with_cases(documented, in_cases, patients) >= 0


@given(log_odds, log_odds, log_odds, many)
def test_what_cases_show_more_often_is_never_worth_less(documented: float, one: float, other: float, n: int) -> None:
    low, high = sorted((one, other))
    assert with_cases(documented, low, n) <= with_cases(documented, high, n) + 1e-9


def test_as_many_cases_as_the_documentation_is_worth_weigh_half() -> None:
    shares = likelihood.share_of_cases(np.array([0.0, likelihood.CASES_AGAINST_DOCUMENTED, 1e12]))
    assert shares == pytest.approx([0.0, 0.5, 1.0])


@given(st.floats(0, 1), st.floats(0.0005, 1))
def test_what_every_case_shows_counts_by_how_rare_it_is_and_what_none_shows_has_a_bound(
    frequency: float, background: float
) -> None:
    value = float(likelihood.seen_in_cases(np.array(frequency), background))
    assert value >= math.log(likelihood.UNRELATED_TO_CASES) - 1e-12
    assert value <= math.log(1 / background + 1)
    if frequency >= background:
        assert value >= -1e-12
    more = float(likelihood.seen_in_cases(np.array(min(frequency + 0.1, 1.0)), background))
    assert more >= value
