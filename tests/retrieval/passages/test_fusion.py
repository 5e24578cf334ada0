"""The arrays of the fusion give the order that adding up passage by passage gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.passages import fusion
from retrieval.passages.fusion import DEPTH, Ranked
from retrieval.passages.lexical import best

SIZE = 40
weights = st.sampled_from([0.0, 0.25, 0.5, 1.0])


@st.composite
def totals(draw: st.DrawFn) -> Ranked:
    kind = draw(st.sampled_from([np.int32, np.float32]))
    total = np.frombuffer(draw(st.binary(min_size=SIZE, max_size=SIZE)), dtype=np.uint8).astype(kind) // 26
    return fusion.by_totals(total, best(total, draw(st.integers(1, SIZE))), 3.0, draw(weights))


@st.composite
def first_places(draw: st.DrawFn) -> Ranked:
    positions = draw(st.lists(st.integers(0, SIZE - 1), max_size=SIZE, unique=True))
    scores = sorted(draw(st.binary(min_size=len(positions), max_size=len(positions))), reverse=True)
    made = fusion.evenly if draw(st.booleans()) else fusion.by_scores
    return made(np.array(positions, dtype=np.int64), np.array(scores, dtype=np.float64) / 255, draw(weights))


def plain(lists: list[Ranked]) -> list[int]:
    worth: dict[int, float] = {}
    every = [one for one in lists if len(one.positions) and one.weight > 0]
    for i in {int(i) for one in every for i in one.positions}:
        worth[i] = 0.0
        for one in every:
            inside = isinstance(one.shares, np.ndarray) or i in one.shares
            worth[i] += one.weight * float(one.shares[i] / one.top if inside else 0)
    return sorted(worth, key=lambda i: (-worth[i], i))


@given(st.lists(st.one_of(totals(), first_places()), max_size=4))
@settings(deadline=None)
def test_the_order_is_that_of_the_plain_sums(lists: list[Ranked]) -> None:
    assert fusion.fused(lists) == plain(lists)


def test_the_best_of_each_list_is_worth_its_weight() -> None:
    total = np.arange(DEPTH, dtype=np.int32)
    one = fusion.by_totals(total, best(total, 5), 1.0, 0.5)
    assert one.shares_of(one.positions)[0] == 1.0
    assert fusion.evenly(np.array([3]), np.array([0.1]), 1.0).shares_of(np.array([2, 3])).tolist() == [0.0, 1.0]
