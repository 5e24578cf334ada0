"""Several statements about one finding become one documented frequency."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import betaln

from retrieval.annotation_rows import AnnotationRow
from retrieval.pooling import PERCENT_PATIENTS, PRIOR_POINT, PRIOR_WEIGHT, percent_stated, shrink
from retrieval.snapshot import Snapshot
from retrieval.statements import CLASS, COUNTED, PERCENT, UNKNOWN, Statements
from tests.retrieval.annotations import pooled, row


def test_counts_of_several_publications_add_up() -> None:
    found = pooled(row("3/4"), row("2/6", reference="PMID:2"))
    assert (found.n[0], found.m[0], found.kind[0]) == (5, 10, COUNTED)
    assert found.source.tolist() == [0, 1]


def test_absent_in_one_paper_and_present_in_another_is_present() -> None:
    found = pooled(row("0/3"), row("5/8", reference="PMID:2"))
    assert (found.n[0], found.m[0], bool(found.negative[0])) == (5, 11, False)


def test_absent_in_every_paper_is_documented_absence() -> None:
    found = pooled(row("0/3"), row("0/8", reference="PMID:2"))
    assert (found.n[0], found.m[0], bool(found.negative[0])) == (0, 11, True)


def test_not_is_documented_absence_without_a_number() -> None:
    found = pooled(row("", qualifier="NOT"))
    assert found.negative[0]
    assert math.isnan(found.frequency[0])


def test_a_frequency_beside_not_is_no_count_of_affected_patients() -> None:
    found = pooled(row("3/4", qualifier="NOT"))
    assert (bool(found.negative[0]), found.n[0]) == (True, -1)


@pytest.mark.parametrize("present", ["", "HP:0040284", "5%", "1/9"])
def test_absence_beside_any_statement_of_presence_is_no_documented_absence(present: str) -> None:
    assert not pooled(row("", qualifier="NOT"), row(present, reference="PMID:2")).negative[0]


def test_one_of_one_is_weak_and_many_of_many_is_strong() -> None:
    one, five, fifty = (float(pooled(row(f"{n}/{n}")).frequency[0]) for n in (1, 5, 50))
    assert one == pytest.approx((1 + PRIOR_WEIGHT * PRIOR_POINT) / (1 + PRIOR_WEIGHT))
    assert one < 0.6
    assert one < five < 0.8
    assert 0.95 < fifty < 1


def test_a_blank_frequency_stays_unknown() -> None:
    found = pooled(row(""))
    assert found.kind[0] == UNKNOWN
    assert math.isnan(found.frequency[0])
    assert (found.n[0], found.m[0]) == (-1, -1)


def test_a_blank_beside_a_count_changes_nothing_but_is_kept_as_a_source() -> None:
    alone, both = pooled(row("3/4")), pooled(row("3/4"), row("", reference="OMIM:100001"))
    assert alone.frequency[0] == both.frequency[0]
    assert both.source.tolist() == [0, 1]


def test_a_class_beside_a_count_is_what_the_count_is_shrunk_towards() -> None:
    count = float(pooled(row("1/2")).frequency[0])
    rare = pooled(row("1/2"), row("HP:0040284", reference="ORPHA:3"))
    often = pooled(row("1/2"), row("HP:0040281", reference="ORPHA:3"))
    assert rare.kind[0] == often.kind[0] == COUNTED
    assert rare.frequency[0] < count < often.frequency[0]


def test_a_percentage_beats_a_class_and_is_shrunk_a_little() -> None:
    found = pooled(row("100%"), row("HP:0040283", reference="ORPHA:3"))
    assert found.kind[0] == PERCENT
    assert found.frequency[0] > 0.5, "the class says 5 to 29 %"
    assert found.frequency[0] == pytest.approx(
        (PERCENT_PATIENTS + PRIOR_WEIGHT * PRIOR_POINT) / (PERCENT_PATIENTS + PRIOR_WEIGHT)
    )
    assert percent_stated(float(found.frequency[0])) == 100


@pytest.mark.parametrize("stated", ["0.5", "14", "32.3", "37.5", "66.67", "95"])
def test_the_percentage_a_reader_is_shown_is_the_one_the_source_states(stated: str) -> None:
    found = pooled(row(f"{stated}%"))
    assert percent_stated(float(found.frequency[0])) == float(stated)


def test_several_classes_give_the_middle_one_and_of_two_the_rarer() -> None:
    two = pooled(row("HP:0040281"), row("HP:0040283", reference="PMID:2"))
    three = pooled(row("HP:0040281"), row("HP:0040282", reference="PMID:2"), row("HP:0040284", reference="PMID:3"))
    assert two.frequency[0] == pytest.approx(0.17)
    assert (three.kind[0], three.frequency[0]) == (CLASS, pytest.approx(0.545))


def test_a_row_of_one_sex_stays_apart() -> None:
    found = pooled(row("3/4", sex="MALE"), row("0/4", sex="FEMALE"), row("9/10"))
    assert found.sex.tolist() == [0, 1, 2]
    assert found.n.tolist() == [9, 0, 3]
    assert found.negative.tolist() == [False, True, False]


def test_the_onset_spans_what_the_rows_say() -> None:
    found = pooled(row("1/1", onset="HP:0003577"), row("1/1", onset="HP:0011463"))
    assert (found.onset_low[0], found.onset_high[0]) == (0.0, 5.0)


def test_a_disease_without_findings_has_an_empty_stretch() -> None:
    found = pooled(row("1/2"), row("", term="HP:0000005", aspect="I", disease="OMIM:2"), row("1/2", disease="OMIM:3"))
    assert found.ptr.tolist() == [0, 1, 1, 2]


def test_nothing_pools_to_nothing() -> None:
    found = pooled(row("", aspect="I"))
    assert found.ptr.tolist() == [0, 0]
    assert len(found.term) == len(found.source) == 0


COUNTS = st.integers(1, 40).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m)))


@given(st.lists(COUNTS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_irrelevant(counts: list[tuple[int, int]], random: object) -> None:
    rows = [row(f"{n}/{m}", reference=f"PMID:{i}") for i, (n, m) in enumerate(counts)]
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = pooled(*rows), pooled(*shuffled)
    assert (first.n[0], first.m[0], first.frequency[0]) == (second.n[0], second.m[0], second.frequency[0])


@given(st.lists(COUNTS, min_size=1, max_size=8))
def test_a_pooled_frequency_lies_inside_0_and_1_and_between_prior_and_count(counts: list[tuple[int, int]]) -> None:
    rows = [row(f"{n}/{m}", reference=f"PMID:{i}") for i, (n, m) in enumerate(counts)]
    found = pooled(*rows)
    n, m = sum(n for n, _ in counts), sum(m for _, m in counts)
    low, high = sorted((n / m, PRIOR_POINT))
    assert low - 1e-6 <= found.frequency[0] <= high + 1e-6
    assert bool(found.negative[0]) == (n == 0)


@given(COUNTS)
def test_one_more_affected_patient_never_lowers_the_frequency(count: tuple[int, int]) -> None:
    n, m = count
    assert shrink(n + 1, m + 1) >= shrink(n, m)


@given(COUNTS)
def test_the_prior_weighs_like_so_many_patients_more(count: tuple[int, int]) -> None:
    """Examined together with the patients that were counted, and of them that share with the finding."""
    n, m = count
    assert float(shrink(n, m)) == pytest.approx((n + PRIOR_WEIGHT * PRIOR_POINT) / (m + PRIOR_WEIGHT))
    assert float(shrink(0, 0)) == pytest.approx(PRIOR_POINT), "all there is before anybody was examined"
    assert float(shrink(n, m, n / m)) == pytest.approx(n / m), "what agrees with the counts changes nothing"


def test_the_counted_rows_alone_ask_for_half_the_weight_of_the_prior(snapshot: Snapshot) -> None:
    """Beta-binomial maximum likelihood over the counted rows with n >= 1 and m >= 5.

    Those rows exist because somebody had the finding: they know nothing of findings that nobody had.
    """
    statements = Statements.of(snapshot.diseases._arrays)
    keep = (statements.form == COUNTED) & (statements.n >= 1) & (statements.m >= 5)
    n, m = statements.n[keep].astype(float), statements.m[keep].astype(float)

    def loss(log_shape: np.ndarray) -> float:
        a, b = np.exp(log_shape)
        return -float((betaln(n + a, m - n + b) - betaln(a, b)).mean())

    a, b = np.exp(minimize(loss, [0.0, 0.0], method="Nelder-Mead").x)
    assert a + b == pytest.approx(PRIOR_WEIGHT / 2, rel=0.1)
    assert a / (a + b) > PRIOR_POINT, "the prior leans to what those rows leave out"


def test_the_findings_that_nobody_had_pull_the_prior_to_its_point(snapshot: Snapshot) -> None:
    """With the rows 0/m the mean of the counts falls, and stays above the point: most absences are never written."""
    statements = Statements.of(snapshot.diseases._arrays)
    counted = (statements.form == COUNTED) & (statements.m >= 5)
    shares = statements.n[counted] / statements.m[counted]
    assert shares[shares > 0].mean() > shares.mean() > PRIOR_POINT


def test_rows_are_remembered_with_every_word_of_the_source() -> None:
    from retrieval.annotation_rows import RowTable

    rows: list[AnnotationRow] = [row("3/4", onset="HP:0003577", modifier="HP:0012828"), row("", qualifier="NOT")]
    table = RowTable(RowTable.build(rows))
    assert [table[k] for k in range(len(table))] == rows


def test_a_class_for_both_sexes_adds_nothing_where_each_sex_is_counted() -> None:
    """Fabry disease: Orphanet's class for everybody would be read before the counts of women and of men."""
    female, male, anybody = row("2/6", sex="FEMALE"), row("3/6", sex="MALE"), row("HP:0040281", reference="ORPHA:1")
    found = pooled(female, male, anybody)
    assert list(zip(found.sex.tolist(), found.n.tolist(), strict=True)) == [(1, 2), (2, 3)]
    assert pooled(female, anybody).sex.tolist() == [0, 1], "where one sex is counted the other has only the class"
