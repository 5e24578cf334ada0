"""Many strings in two arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.strings import Codes, StringTable


@given(st.lists(st.text()))
def test_every_string_comes_back_as_it_was(strings: list[str]) -> None:
    table = StringTable(StringTable.build(strings))
    assert [table[i] for i in range(len(table))] == strings
    assert list(table) == strings


def test_slices_and_negative_positions_work_as_in_a_list() -> None:
    table = StringTable(StringTable.build(["a", "", "γ", "d"]))
    assert table[-1] == "d"
    assert table[1:3] == ["", "γ"]


@pytest.mark.parametrize("position", [2, -3, 99])
def test_a_position_outside_raises_and_never_reads_a_neighbour(position: int) -> None:
    table = StringTable(StringTable.build(["a", "b"]))
    with pytest.raises(IndexError):
        table[position]


def test_several_tables_share_one_mapping_by_prefix() -> None:
    arrays = {**StringTable.build(["x"], "id_"), **StringTable.build(["y", "z"], "name_")}
    assert list(StringTable(arrays, "name_")) == ["y", "z"]


def test_an_empty_table_has_no_strings() -> None:
    arrays = StringTable.build([])
    assert len(StringTable(arrays)) == 0
    assert arrays["blob"].dtype == np.uint8


def test_repeated_texts_share_one_code_in_first_seen_order() -> None:
    codes = Codes()
    assert [codes.code(text) for text in ("b", "a", "b")] == [0, 1, 0]
    assert codes.strings() == ["b", "a"]
