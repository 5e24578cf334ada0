"""Every kind of index keeps the same promises; plain arithmetic is the measure of them all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from retrieval.search.vectors import NOTHING, VectorIndex
from tests.retrieval.search.vectors.offers import DIMENSION, Offer, recall, truth, vectors

Build = Callable[[np.ndarray], VectorIndex]


def test_it_finds_what_arithmetic_finds(build: Build, offer: Offer) -> None:
    held, asked = vectors(4000, 1), vectors(50, 2)
    found = build(held).search(asked, 10)
    assert recall(found.scores, truth(held, asked, 10)) >= offer.recall


def test_scores_are_cosines_best_first_and_no_position_twice(build: Build) -> None:
    held, asked = vectors(500, 3), vectors(7, 4)
    found = build(held).search(asked, 20)
    assert found.positions.shape == found.scores.shape == (7, 20)
    assert (found.positions.dtype, found.scores.dtype) == (np.int64, np.float32)
    for question, positions, scores in zip(asked, found.positions, found.scores, strict=True):
        assert len(set(positions.tolist())) == 20
        assert (np.diff(scores) <= 0).all()
        assert np.allclose(held[positions] @ question, scores, atol=1e-5)


def test_a_vector_is_its_own_nearest(build: Build) -> None:
    held = vectors(300, 5)
    found = build(held).search(held[[17]], 1)
    assert found.positions[0, 0] == 17
    assert found.scores[0, 0] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_list_that_is_too_short_is_filled_up_with_nothing(build: Build, size: int) -> None:
    found = build(vectors(size, 6)).search(vectors(2, 7), 5)
    assert (found.positions[:, size:] == NOTHING).all()
    assert np.isneginf(found.scores[:, size:]).all()
    assert sorted(found.positions[0, :size].tolist()) == list(range(size))


def test_more_than_there_is_gives_all_that_there_is(build: Build) -> None:
    held, asked = vectors(700, 30), vectors(2, 31)
    found = build(held).search(asked, 20_000)
    assert found.positions.shape == (2, 20_000)
    assert sorted(found.positions[0, :700].tolist()) == list(range(700))
    assert (found.positions[:, 700:] == NOTHING).all()
    assert np.allclose(found.scores[:, :700], truth(held, asked, 700), atol=1e-5)


def test_no_question_and_no_limit_give_nothing(build: Build) -> None:
    made = build(vectors(10, 8))
    assert made.search(np.zeros((0, DIMENSION), dtype=np.float32), 5).positions.shape == (0, 5)
    assert made.search(vectors(2, 9), 0).positions.shape == (2, 0)
    assert made.search(vectors(2, 9), -3).positions.shape == (2, 0)


def test_it_says_what_it_is(build: Build, offer: Offer) -> None:
    made = build(vectors(11, 10))
    assert (made.kind, made.size, made.dimension) == (offer.kind, 11, DIMENSION)


def test_questions_of_another_width_are_refused(build: Build) -> None:
    made = build(vectors(11, 10))
    for wrong in (np.zeros((1, DIMENSION - 1), np.float32), np.zeros(DIMENSION, np.float32)):
        with pytest.raises(ValueError, match="24 columns"):
            made.search(wrong, 1)


def test_several_threads_get_what_one_gets(build: Build) -> None:
    made, asked = build(vectors(2000, 11)), vectors(40, 12)
    alone = [made.search(asked[[i]], 5).positions for i in range(40)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda i: made.search(asked[[i]], 5).positions, range(40)))
    assert np.array_equal(np.stack(alone), np.stack(together))


def test_threads_with_filters_of_their_own_do_not_get_into_each_others_way(build: Build) -> None:
    held, asked = vectors(2000, 11), vectors(1, 12)
    made = build(held)
    masks = [np.arange(2000) % 16 == i for i in range(16)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda mask: made.search(asked, 5, mask).positions[0], masks))
    assert all(mask[positions].all() for mask, positions in zip(masks, found, strict=True))


def test_asked_again_it_answers_the_same(build: Build) -> None:
    made, asked = build(vectors(3000, 40)), vectors(20, 41)
    mask = np.arange(3000) % 3 == 0
    for among in (None, mask):
        first, again = made.search(asked, 10, among), made.search(asked, 10, among)
        assert np.array_equal(first.positions, again.positions)
        assert np.array_equal(first.scores, again.scores)


def test_of_equals_each_is_found_once(build: Build) -> None:
    held = np.concatenate([np.tile(vectors(1, 13), (9, 1)), vectors(3, 14)])
    found = build(held).search(held[[0]], 9)
    assert sorted(found.positions[0].tolist()) == list(range(9))
    assert np.allclose(found.scores, 1.0, atol=1e-5)


def test_in_the_exact_one_the_first_of_equals_are_taken() -> None:
    from retrieval.search.vectors import build

    held = np.tile(vectors(1, 13), (9, 1))
    assert build(held, "exact").search(held[[0]], 4).positions.tolist() == [[0, 1, 2, 3]]
    assert build(held, "exact").search(held[[0]], 2, np.array([8, 3, 5])).positions.tolist() == [[3, 5]]


def test_vectors_on_disk_do_as_well(build: Build, tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", vectors(600, 15))
    held = np.load(tmp_path / "v.npy", mmap_mode="r")
    assert build(held).search(np.array(held[[5]]), 1).positions.tolist() == [[5]]


@pytest.mark.parametrize("share", [0.98, 0.5, 0.05, 0.002])
def test_a_filter_bounds_the_answer_and_hides_nothing_that_is_in_it(build: Build, offer: Offer, share: float) -> None:
    held, asked = vectors(4000, 20), vectors(30, 21)
    mask = np.random.default_rng(22).random(4000) < share
    best = truth(held, asked, 10, mask)
    made = build(held)
    found = made.search(asked, 10, mask)
    assert mask[found.positions[found.positions != NOTHING]].all()
    assert recall(found.scores, best) >= offer.recall
    by_position = made.search(asked, 10, np.flatnonzero(mask)[::-1])
    assert np.array_equal(by_position.positions, found.positions)


def test_a_filter_of_a_few_ranges_is_heeded(build: Build, offer: Offer) -> None:
    """As passages of one source are: they lie side by side."""
    held, asked = vectors(3000, 50), vectors(10, 51)
    mask = np.zeros(3000, dtype=np.bool_)
    mask[100:900] = mask[2000:2001] = mask[2999] = True
    found = build(held).search(asked, 10, mask)
    assert mask[found.positions].all()
    assert recall(found.scores, truth(held, asked, 10, mask)) >= offer.recall


def test_within_a_filter_more_than_there_is_gives_all_of_it(build: Build, offer: Offer) -> None:
    made = build(vectors(1000, 52))
    wanted = [3, 500, 998]
    found = made.search(vectors(2, 53), 10, np.array(wanted))
    assert sorted(found.positions[0, :3].tolist()) == wanted
    assert (found.positions[:, 3:] == NOTHING).all()


def test_a_filter_that_lets_everything_through_changes_nothing(build: Build) -> None:
    made, asked = build(vectors(1000, 54)), vectors(5, 55)
    everything = made.search(asked, 7, np.ones(1000, dtype=np.bool_))
    assert np.array_equal(everything.positions, made.search(asked, 7).positions)


def test_a_filter_that_lets_nothing_through_answers_nothing(build: Build) -> None:
    made = build(vectors(100, 23))
    for empty in (np.zeros(100, dtype=np.bool_), np.zeros(0, dtype=np.int64)):
        found = made.search(vectors(2, 24), 5, empty)
        assert (found.positions == NOTHING).all()
        assert found.positions.shape == (2, 5)


def test_a_filter_that_does_not_fit_is_refused(build: Build) -> None:
    made = build(vectors(100, 25))
    for wrong in (np.ones(99, dtype=np.bool_), np.array([100]), np.array([-1]), np.ones(100), np.ones((1, 100), bool)):
        with pytest.raises(ValueError, match=r"mask|among|positions"):
            made.search(vectors(1, 26), 5, wrong)
