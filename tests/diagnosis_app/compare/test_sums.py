"""Two sums, term by term: whatever came, went or changed, the changes add up to the difference of the scores."""

from __future__ import annotations

from math import fsum

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnosis_app.compare.sums import PRIOR, REST, Sum, Term, changes, total

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a slow machine is no defect
VALUES = st.floats(-12, 12, allow_nan=False, width=32)
KINDS = (
    "finding",
    "excluded",
    "onset",
    "sex",
    "profile",
    "similar",
    "gene",
    "prevalence",
    "objection",
    "model",
    "of a later version",
)
TERMS = st.builds(
    Term,
    kind=st.sampled_from(KINDS),
    value=VALUES,
    finding=st.sampled_from(("", "HP:0000001", "HP:0000002", "HP:0000003")),
    body=st.fixed_dictionaries(
        {"label": st.sampled_from(("", "FGFR2", "TWIST1")), "type": st.sampled_from(("age", "mimic"))}
    ),
)


@st.composite
def sums(draw: st.DrawFn) -> Sum:
    terms, prior = tuple(draw(st.lists(TERMS, max_size=12))), draw(VALUES)
    unsaid = draw(st.sampled_from((0.0, 0.0, 0.25, -3.0)))  # a sum that does not add up, as damaged rows would not
    score = round(prior + fsum(term.value for term in terms) + unsaid, 9)
    return Sum(1, "OMIM:1", ("OMIM:1",), "One", score, prior, terms)


@calmly
@given(sums(), sums())
def test_the_changes_add_up_to_the_difference_of_the_scores(before: Sum, after: Sum) -> None:
    assert total(changes(before, after)) == pytest.approx(after.score - before.score, abs=1e-5)


@calmly
@given(sums(), sums())
def test_the_way_back_is_the_same_with_the_other_sign(before: Sum, after: Sum) -> None:
    there = {one.one.key: one.amount for one in changes(before, after)}
    back = {one.one.key: one.amount for one in changes(after, before)}
    assert there.keys() == back.keys()
    assert all(there[key] == pytest.approx(-back[key]) for key in there)


@calmly
@given(sums())
def test_a_sum_differs_in_nothing_from_itself(one: Sum) -> None:
    assert all(change.amount == 0 for change in changes(one, one))


def sum_of(*terms: Term, score: float | None = None) -> Sum:
    values = fsum(term.value for term in terms)
    return Sum(1, "OMIM:1", ("OMIM:1",), "One", values - 5 if score is None else score, -5.0, terms)


def test_a_finding_that_becomes_absent_is_one_change() -> None:
    present, absent = Term("finding", 2.0, "HP:0000001"), Term("excluded", -0.5, "HP:0000001")
    (change, prior) = changes(sum_of(present), sum_of(absent))
    assert change.amount == -2.5 and (change.before, change.after) == (present, absent)
    assert prior.one.kind == PRIOR and prior.amount == 0


def test_genes_and_objections_are_told_apart_by_what_they_are_about() -> None:
    gene, other = Term("gene", 1.0, body={"label": "FGFR2"}), Term("gene", 1.0, body={"label": "TWIST1"})
    age = Term("objection", -1.0, body={"type": "age"})
    mimic = Term("objection", -1.0, body={"type": "mimic", "other": "Apert syndrome"})
    found = {one.one.key: one.amount for one in changes(sum_of(gene, age), sum_of(other, mimic))}
    assert sorted(found.values()) == [-1.0, -1.0, 0.0, 1.0, 1.0]


def test_by_what_a_run_kept_a_candidate_holds_neither_objections_nor_what_a_model_found() -> None:
    terms = (Term("finding", 2.0, "HP:0000001"), Term("objection", -1.5), Term("model", 0.6))
    assert Sum(1, "OMIM:1", ("OMIM:1",), "One", 1.1, 0.0, terms).bare == pytest.approx(2.0)


def test_what_the_stored_terms_leave_unsaid_is_a_term_of_its_own() -> None:
    whole, damaged = sum_of(Term("profile", 1.0)), sum_of(Term("profile", 1.0), score=-2.0)
    rest = next(one for one in changes(whole, damaged) if one.one.kind == REST)
    assert rest.before is None and rest.amount == pytest.approx(2.0)
