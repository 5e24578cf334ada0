"""The state of the graph merges by union, in any order and any number of times."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.state import union

ids = st.lists(st.text("abc", min_size=1, max_size=3), max_size=6)


@given(ids, ids)
def test_merging_twice_is_merging_once(known: list[str], new: list[str]) -> None:
    once = union(known, new)
    assert union(once, new) == once and len(once) == len(set(once))


@given(ids, ids, ids)
def test_the_grouping_of_merges_does_not_matter(a: list[str], b: list[str], c: list[str]) -> None:
    assert union(union(a, b), c) == union(a, union(b, c))
    assert set(union(a, b)) == set(union(b, a))


def test_nothing_merges_with_something() -> None:
    assert union(None, ["a"]) == ["a"] and union(["a"], None) == ["a"] and union(None, None) == []
