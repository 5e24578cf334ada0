"""What the sceptic holds against a candidate: never in its favour, bounded, counted once, and the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.contract import CandidateRecord, ContributionRecord
from agents.environment import Environment
from agents.influence import BOUND, MODEL, placed
from agents.ledger import candidate_record
from agents.memory import MemoryRecord
from agents.objections import (
    AGE,
    LOOKED_AT,
    MIMIC,
    OBJECTION,
    TOGETHER,
    TRUST,
    Type,
    is_cardinal,
    objections_to,
    without_objections,
)
from retrieval.model import Finding, Profile, Status
from retrieval.pooling import shrink
from retrieval.snapshot import Snapshot
from tests.agents.investigating import NOT_APERT, Investigation, asked_of

TERMS = [f"HP:000000{n}" for n in range(8)]
VALUES = st.floats(-4.0, 4.0).map(lambda value: round(value, 3))


@st.composite
def frequencies(draw: st.DrawFn) -> dict[str, object]:
    m = draw(st.integers(1, 60))
    n = draw(st.integers(0, m))
    kinds = [
        {"kind": "counted", "n": n, "m": m, "term": None, "value": n / m, "percent": None},
        {"kind": "class", "n": None, "m": None, "term": "HP:0040280", "value": 1.0, "percent": None},
        {"kind": "class", "n": None, "m": None, "term": "HP:0040281", "value": 0.9, "percent": None},
        {"kind": "unknown", "n": None, "m": None, "term": None, "value": 0.5, "percent": None},
    ]
    return dict(draw(st.sampled_from(kinds)))


@st.composite
def terms(draw: st.DrawFn, finding: str) -> ContributionRecord:
    kind = draw(st.sampled_from(["finding", "excluded", "onset", "prevalence"]))
    body: dict[str, object] = {"label": finding, "frequency": draw(frequencies()), "note": None, "match": "exact"}
    if kind == "onset":
        return ContributionRecord(kind, draw(VALUES), "", "", {**body, "apart": draw(st.floats(0.0, 8.0))})
    value = draw(VALUES)
    return ContributionRecord(kind, min(value, 0.0) if kind == "excluded" else value, finding, "e" * 64, body)


@st.composite
def candidates(draw: st.DrawFn, excluded: bool = True) -> list[CandidateRecord]:
    found = []
    for place in range(draw(st.integers(1, 9))):
        said = [draw(terms(one)) for one in draw(st.lists(st.sampled_from(TERMS), unique=True, max_size=6))]
        said = said if excluded else [term for term in said if term.kind != "excluded"]
        prior = draw(VALUES)
        score = prior + sum(term.value for term in said)
        found.append(CandidateRecord(0, f"OMIM:{place}", (), f"Disease {place}", (), score, prior, tuple(said)))
    by_score = sorted(found, key=lambda one: (-round(one.score, 7), one.disease))
    return [replace(one, rank=rank) for rank, one in enumerate(by_score, 1)]


def challenged(order: Sequence[CandidateRecord], times: int = 1) -> list[CandidateRecord]:
    record = MemoryRecord()
    record.keep_candidates(order)
    for _ in range(times):
        environment = Environment(asked_of(Profile(())), None, record)  # type: ignore[arg-type]
        environment.challenge("challenge", environment.standing("challenge"))
    return record.candidates()


@given(candidates())
def test_an_objection_is_never_in_favour_and_all_together_are_bounded(order: list[CandidateRecord]) -> None:
    for one in order:
        held = objections_to(one, order)
        assert all(objection.value < 0 for objection in held)
        assert sum(objection.value for objection in held) >= -TOGETHER - 1e-9
        assert len([objection for objection in held if objection.type is Type.MIMIC]) <= 1


@given(candidates(excluded=False))
def test_without_an_absent_finding_no_sign_is_contradicted(order: list[CandidateRecord]) -> None:
    held = [objection for one in order for objection in objections_to(one, order)]
    assert Type.CONTRADICTED not in {objection.type for objection in held}


@given(candidates())
def test_what_the_sum_holds_already_is_not_counted_again(order: list[CandidateRecord]) -> None:
    for one in order:
        in_sum = {term.finding: term for term in one.contributions if term.kind == "excluded"}
        for objection in objections_to(one, []):
            if objection.type is Type.CONTRADICTED:
                share = float(in_sum[objection.finding].body["frequency"]["value"])
                whole = log(1 - TRUST * share)
                assert in_sum[objection.finding].value + objection.value >= whole - 1e-9
                assert in_sum[objection.finding].value > whole, "what weighs enough is not objected to"
            if objection.type is Type.AGE:
                term = next(term for term in one.contributions if term.kind == "onset")
                assert min(term.value, 0.0) + objection.value >= -AGE - 1e-9


@given(candidates())
def test_the_order_is_that_of_the_scores_and_every_score_is_the_sum_of_its_terms(order: list[CandidateRecord]) -> None:
    after = challenged(order)
    assert {one.disease for one in after} == {one.disease for one in order}
    assert [one.rank for one in after] == list(range(1, len(after) + 1))
    scores = [round(one.score, 7) for one in after]
    assert scores == sorted(scores, reverse=True)
    plain = {one.disease: one for one in order}
    for one in after:
        assert one.score == pytest.approx(one.prior + sum(term.value for term in one.contributions), abs=1e-9)
        assert without_objections(one) == plain[one.disease].contributions
        held = sum(term.value for term in one.contributions if term.kind == OBJECTION)
        assert -TOGETHER - 1e-9 <= held <= 0


@given(candidates())
def test_challenging_twice_is_challenging_once(order: list[CandidateRecord]) -> None:
    assert challenged(order, times=2) == challenged(order)


@given(candidates(), st.lists(st.floats(-BOUND, BOUND), min_size=9, max_size=9))
def test_whom_a_model_moved_decides_nothing_about_objections(order: list[CandidateRecord], moves: list[float]) -> None:
    """Among the first five is whoever arithmetic puts there; an objection may weigh more than all a model may move."""
    terms = {one.disease: ContributionRecord(MODEL, move) for one, move in zip(order, moves, strict=False)}
    assert challenged(placed(order, terms)) == challenged(placed(order, {}))


def test_a_sign_that_nearly_everybody_has_and_this_patient_lacks_costs_the_leader_its_place(
    snapshot: Snapshot,
) -> None:
    """Apert syndrome: finger syndactyly was seen in 36 of 36 patients, and is absent here."""
    first = snapshot.ranker.rank(NOT_APERT, limit=1).candidates[0]
    assert first.name == "Apert syndrome"
    one = Investigation(snapshot, asked_of(NOT_APERT))
    one.through()
    apert = next(candidate for candidate in one.record.candidates() if candidate.disease == first.id)
    assert apert.rank > 1
    [held] = [term for term in apert.contributions if term.kind == OBJECTION and term.finding == "HP:0006101"]
    assert held.body["type"] == "contradicted_sign" and held.body["label"] == "Finger syndactyly"
    assert held.body["frequency"]["n"] == held.body["frequency"]["m"] == 36
    assert held.evidence_key in one.record.evidence() or not held.evidence_key
    challenge = one.of("challenge")[0]
    assert "Apert syndrome" in challenge.got["felled"] and challenge.got["sent_back"]


def test_a_sign_that_was_seen_in_few_patients_is_not_cardinal(snapshot: Snapshot) -> None:
    """Toe syndactyly: absent as well, and counted in too few."""
    profile = replace(NOT_APERT, findings=(*NOT_APERT.findings, Finding("HP:0001770", Status.EXCLUDED)))
    ranked = [candidate_record(snapshot, one) for one in snapshot.ranker.rank(profile, limit=10).candidates]
    apert = next(one for one in ranked if one.name == "Apert syndrome")
    assert {held.finding for held in objections_to(apert, [])} == {"HP:0006101"}


@pytest.mark.parametrize(
    ("second", "order", "caught"),
    [(1.0, "AB", True), (-1.0, "AB", False), (2.0, "BA", False), (1.2, "AB", True)],
)
def test_a_leader_is_caught_where_an_objection_alone_takes_its_clear_lead(
    second: float, order: str, caught: bool
) -> None:
    frequency = {"kind": "counted", "n": 36, "m": 36, "value": 0.954, "term": None}
    absent = ContributionRecord("excluded", -0.2, "HP:0006101", "", {"label": "x", "frequency": frequency})
    leader = CandidateRecord(1, "A", (), "A", (), 3.0, 3.2, (absent,))
    other = CandidateRecord(2, "B", (), "B", (), second, second, ())
    record = MemoryRecord()
    record.keep_candidates([leader, other])
    environment = Environment(asked_of(Profile(())), None, record)  # type: ignore[arg-type]
    found = environment.challenge("challenge", environment.standing("challenge"))
    assert "".join(one.disease for one in record.candidates()) == order
    assert found.caught == (("A", "B") if caught else ()) and bool(found.felled) is (order == "BA")
    assert environment.challenge("challenge-2", environment.standing("challenge-2")).caught == (), "once"


def candidate(disease: str, score: float, *explained: str, against: Sequence[str] = ()) -> CandidateRecord:
    said = [
        *(ContributionRecord("finding", 1.0, one, "", {"match": "exact"}) for one in explained),
        *(ContributionRecord("excluded", -0.3, one, "", {"frequency": {"kind": "unknown"}}) for one in against),
    ]
    return CandidateRecord(1, disease, (), f"Disease {disease}", (), score, 0.0, tuple(said))


@pytest.mark.parametrize(
    ("n", "m", "cardinal"), [(36, 36, True), (20, 20, False), (31, 34, False), (1, 1, False), (200, 204, True)]
)
def test_a_series_that_was_chosen_for_a_sign_does_not_make_it_cardinal(n: int, m: int, cardinal: bool) -> None:
    frequency = {"kind": "counted", "n": n, "m": m, "value": float(shrink(n, m)), "term": None}
    assert is_cardinal(frequency) is cardinal
    assert not is_cardinal({**frequency, "kind": "unknown"}) and not is_cardinal(None)


def test_four_patients_make_no_sign_cardinal_whatever_is_usual_for_it() -> None:
    """Hypotonia is common wherever it is listed, so that 4 of 4 is drawn to 0.955."""
    few = {"kind": "counted", "n": 4, "m": 4, "value": 0.955, "term": None}
    assert not is_cardinal(few) and is_cardinal({**few, "n": LOOKED_AT, "m": LOOKED_AT})
    assert is_cardinal({"kind": "class", "n": None, "m": None, "value": 0.99, "term": "HP:0040280"}), "obligate"
    assert not is_cardinal({"kind": "percent", "n": None, "m": None, "value": 0.99, "percent": 100.0}), "of how many?"


def test_a_mimic_stands_further_down_and_explains_all_and_more() -> None:
    leader = candidate("A", 3.0, "1", "2")
    more = candidate("B", 2.0, "1", "2", "3", "4")
    [held] = objections_to(leader, [leader, more])
    assert (held.type, held.value) == (Type.MIMIC, -MIMIC)
    assert held.body is not None and held.body["other"] == "Disease B" and held.body["more"] == ["3", "4"]
    assert objections_to(more, [leader, more]) == [], "the one further down is not mimicked by the one above"
    above = replace(more, score=4.0)
    assert objections_to(leader, [leader, above]) == [], "what stands above already is no mimic"
    assert objections_to(leader, [candidate("C", 2.0, "1", "3", "4", "5")]) == [], "it must explain all of it"
    assert objections_to(leader, [candidate("D", 2.0, "1", "2", "3")]) == [], "and two more"
    spoken_against = candidate("E", 2.0, "1", "2", "3", "4", against=["9"])
    assert objections_to(leader, [spoken_against]) == [], "and nothing more may speak against it"


def test_an_age_that_does_not_fit_is_said_where_it_is_far_apart_and_counts_once() -> None:
    def onset(value: float, apart: float | None) -> CandidateRecord:
        term = ContributionRecord("onset", value, "", "e" * 64, {"label": "Adult onset", "apart": apart})
        return replace(candidate("A", 1.0), contributions=(term,))

    [held] = objections_to(onset(-0.4, 3.3), [])
    assert held.type is Type.AGE and held.value == pytest.approx(-AGE + 0.4) and held.evidence == "e" * 64
    assert objections_to(onset(-0.4, 1.9), []) == [], "below two doublings the windows are too coarse"
    assert objections_to(onset(-0.4, None), []) == []
    assert objections_to(onset(-1.6, 4.0), []) == [], "the sum says it already"


LATE = tuple(Finding(term) for term in ("HP:0000518", "HP:0000973", "HP:0001138", "HP:0001149", "HP:0001278"))


@pytest.mark.parametrize(("age", "apart"), [("P14M", True), ("P50Y", False)])
def test_a_disease_of_adults_in_a_young_child_weighs_what_the_bound_says_in_all(
    snapshot: Snapshot, age: str, apart: bool
) -> None:
    """Amyloidosis, Finnish type, as it is described: it begins in adults."""
    ranked = snapshot.ranker.rank(Profile(LATE, age=age), limit=1).candidates[0]
    assert ranked.id == "OMIM:105120"
    one = candidate_record(snapshot, ranked)
    in_sum = sum(term.value for term in one.contributions if term.kind == "onset")
    held = sum(objection.value for objection in objections_to(one, []) if objection.type is Type.AGE)
    assert (in_sum + held <= -AGE + 1e-9) is apart
    lighter = tuple(replace(term, value=term.value / 10) for term in one.contributions if term.kind == "onset")
    again = objections_to(replace(one, contributions=lighter), [])
    assert [objection.type for objection in again] == ([Type.AGE] if apart else [])
