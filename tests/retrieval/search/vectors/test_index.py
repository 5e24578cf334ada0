"""Every kind of index keeps the same promises; the exact one is the measure of the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from retrieval.search.errors import IndexUnknown
from retrieval.search.vectors import NOTHING, Kind, VectorIndex, build, stores

# Kind -> how many of the exact ten it has to find.
PROMISED = {Kind.EXACT: 1.0, Kind.FLAT: 1.0, Kind.IVF: 0.8, Kind.HNSW: 0.9}


def vectors(count: int, seed: int, dimension: int = 24) -> np.ndarray:
    """Points in loose groups, as meanings are."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(40, dimension))
    made = centres[random.integers(0, 40, count)] + 0.7 * random.normal(size=(count, dimension))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(params=list(Kind))
def kind(request: pytest.FixtureRequest) -> Kind:
    if request.param is not Kind.EXACT:
        pytest.importorskip("faiss", reason="needs faiss-cpu: ./run and ./test install it with search by meaning")
    return Kind(request.param)


def test_it_finds_what_arithmetic_finds(kind: Kind) -> None:
    held, asked = vectors(4000, 1), vectors(50, 2)
    truth = np.argsort(-(asked.astype(np.float64) @ held.T.astype(np.float64)), axis=1, kind="stable")[:, :10]
    found = build(held, kind).search(asked, 10).positions
    hits = [len(set(one) & set(true)) / 10 for one, true in zip(found.tolist(), truth.tolist(), strict=True)]
    assert np.mean(hits) >= PROMISED[kind]


def test_scores_are_cosines_best_first_and_no_position_twice(kind: Kind) -> None:
    held, asked = vectors(500, 3), vectors(7, 4)
    found = build(held, kind).search(asked, 20)
    assert found.positions.shape == found.scores.shape == (7, 20)
    for question, positions, scores in zip(asked, found.positions, found.scores, strict=True):
        assert len(set(positions.tolist())) == 20
        assert (np.diff(scores) <= 1e-6).all()
        assert np.allclose(held[positions] @ question, scores, atol=1e-5)


def test_a_vector_is_its_own_nearest(kind: Kind) -> None:
    held = vectors(300, 5)
    found = build(held, kind).search(held[[17]], 1)
    assert found.positions[0, 0] == 17
    assert found.scores[0, 0] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("held", [0, 1, 3])
def test_a_list_that_is_too_short_is_filled_up_with_nothing(kind: Kind, held: int) -> None:
    found = build(vectors(held, 6).reshape(held, 24), kind).search(vectors(2, 7), 5)
    assert (found.positions[:, held:] == NOTHING).all()
    assert np.isneginf(found.scores[:, held:]).all()
    assert sorted(found.positions[0, :held].tolist()) == list(range(held))


def test_no_question_and_no_limit_give_nothing(kind: Kind) -> None:
    made = build(vectors(10, 8), kind)
    assert made.search(np.zeros((0, 24), dtype=np.float32), 5).positions.shape == (0, 5)
    assert made.search(vectors(2, 9), 0).positions.shape == (2, 0)


def test_it_says_what_it_is(kind: Kind) -> None:
    made: VectorIndex = build(vectors(11, 10), kind)
    assert (made.kind, made.size, made.dimension) == (kind, 11, 24)


def test_questions_of_another_width_are_refused(kind: Kind) -> None:
    with pytest.raises(ValueError, match="24 columns"):
        build(vectors(11, 10), kind).search(np.zeros((1, 23), dtype=np.float32), 1)


def test_several_threads_get_what_one_gets(kind: Kind) -> None:
    made, asked = build(vectors(2000, 11), kind), vectors(40, 12)
    alone = [made.search(asked[[i]], 5).positions for i in range(40)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda i: made.search(asked[[i]], 5).positions, range(40)))
    assert np.array_equal(np.stack(alone), np.stack(together))


@pytest.mark.parametrize("share", [0.9, 0.5, 0.05, 0.002])
def test_a_filter_bounds_the_answer_and_hides_nothing_that_is_in_it(kind: Kind, share: float) -> None:
    held, asked = vectors(4000, 20), vectors(30, 21)
    mask = np.random.default_rng(22).random(4000) < share
    truth = build(held, "exact").search(asked, 10, mask)
    made = build(held, kind)
    found = made.search(asked, 10, mask)
    assert mask[found.positions[found.positions != NOTHING]].all()
    assert np.allclose(found.scores, truth.scores, atol=1e-5)
    by_position = made.search(asked, 10, np.flatnonzero(mask))
    assert np.array_equal(by_position.positions, found.positions)


def test_a_filter_that_lets_nothing_through_answers_nothing(kind: Kind) -> None:
    made = build(vectors(100, 23), kind)
    for nothing in (np.zeros(100, dtype=np.bool_), np.zeros(0, dtype=np.int64)):
        found = made.search(vectors(2, 24), 5, nothing)
        assert (found.positions == NOTHING).all()
        assert found.positions.shape == (2, 5)


def test_a_filter_that_does_not_fit_is_refused(kind: Kind) -> None:
    made = build(vectors(100, 25), kind)
    for wrong in (np.ones(99, dtype=np.bool_), np.array([100]), np.array([-1]), np.ones(100), np.ones((1, 100), bool)):
        with pytest.raises(ValueError, match=r"mask|among|positions"):
            made.search(vectors(1, 26), 5, wrong)


def test_in_the_exact_one_ties_stand_in_order_of_position() -> None:
    held = np.tile(vectors(1, 13), (9, 1))
    assert build(held, "exact").search(held[[0]], 4).positions.tolist() == [[0, 1, 2, 3]]


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(IndexUnknown) as refused:
        build(vectors(3, 1), "quantum")
    assert "flat" in refused.value.hint


def test_without_faiss_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "find_spec", lambda name: None)
    with pytest.raises(IndexUnknown) as refused:
        build(vectors(3, 1), "flat")
    assert "faiss-cpu" in refused.value.hint
    assert build(vectors(3, 1), "exact").size == 3
