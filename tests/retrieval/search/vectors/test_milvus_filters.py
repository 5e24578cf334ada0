"""A filter told to Milvus selects what the mask does, whatever form it takes. Evaluated here as plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.search.vectors import milvus_filters
from retrieval.search.vectors.milvus_filters import MOST_HITS, MOST_NAMED, MOST_RANGES, expressions, portions

SIZE = 40_000


def selected(expression: str, size: int = SIZE) -> np.ndarray:
    """The positions that an expression of ranges or lists lets in."""
    position = np.arange(size)
    if " in [" in expression:
        listed = np.array(expression.partition("[")[2].rstrip("]").split(","), dtype=np.int64)
        within = np.isin(position, listed)
        return np.flatnonzero(~within if " not in " in expression else within)
    asked = (
        expression.replace(" and ", ") & (")
        .replace(" or ", " | ")
        .replace("(position", "((position")
        .replace(")", "))")
    )
    return np.flatnonzero(eval(asked, {"position": position})) if expression else position  # noqa: S307 - ours


def few_ranges() -> np.ndarray:
    mask = np.zeros(SIZE, dtype=np.bool_)
    mask[0:10] = mask[500:30_000] = mask[SIZE - 1] = True
    return mask


def few_positions() -> np.ndarray:
    return np.arange(SIZE) % 17 == 3


def all_but_few() -> np.ndarray:
    return np.arange(SIZE) % 17 != 3


def half() -> np.ndarray:
    return np.random.default_rng(1).random(SIZE) < 0.5


@pytest.mark.parametrize("mask", [few_ranges(), few_positions(), all_but_few()], ids=["ranges", "few", "all but few"])
def test_one_expression_says_it_where_that_is_possible(mask: np.ndarray) -> None:
    (made,) = expressions(mask, SIZE, 10) or ()
    assert np.array_equal(selected(made), np.flatnonzero(mask))


def test_too_many_positions_to_be_named_are_not_named() -> None:
    assert expressions(half(), SIZE, 10) is None


def test_no_mask_is_no_expression() -> None:
    assert expressions(None, SIZE, 10) == [""]


@pytest.mark.parametrize("mask", [few_ranges(), few_positions(), half(), np.ones(SIZE, np.bool_)])
def test_portions_together_are_the_mask_and_each_can_be_answered_whole(mask: np.ndarray) -> None:
    made = [selected(one) for one in portions(mask)]
    assert np.array_equal(np.sort(np.concatenate(made)), np.flatnonzero(mask))
    assert max(map(len, made)) <= MOST_HITS


@pytest.mark.parametrize("mask", [None, half()])
def test_more_than_milvus_gives_at_once_is_asked_for_in_portions(mask: np.ndarray | None) -> None:
    made = expressions(mask, SIZE, MOST_HITS + 1)
    assert made is not None
    assert len(made) > 1
    together = np.sort(np.concatenate([selected(one) for one in made]))
    assert np.array_equal(together, np.arange(SIZE) if mask is None else np.flatnonzero(mask))


def test_an_expression_stays_far_below_what_a_server_takes() -> None:
    mask = np.zeros(10**7, dtype=np.bool_)
    mask[np.random.default_rng(2).choice(10**7, MOST_NAMED, replace=False)] = True
    (made,) = expressions(mask, len(mask), 10) or ()
    assert len(made) < 100_000
    assert milvus_filters.MOST_RANGES == MOST_RANGES == 100
