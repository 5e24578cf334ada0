"""The store gives back what was put in, opens a passage at its place, and refuses what does not fit together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.passages.build import PassagesUnfit, days
from retrieval.passages.document import Block, BlockKind, Document
from retrieval.passages.store import PassageStore, _sought
from retrieval.snapshot import Snapshot
from tests.retrieval.passages.conftest import DOCUMENTS, MARFAN
from tests.retrieval.passages.made import Held, cut, document, held


def test_a_document_comes_back_whole_and_equal(texts: Held) -> None:
    for one in DOCUMENTS:
        assert texts.passages.document(one.id) == one


def test_what_may_not_be_handed_on_stays_marked(snapshot: Snapshot) -> None:
    store = held([document("a", "Text.", redistributable=False), document("b", "Text.")], snapshot).passages
    assert [store.record(k).redistributable for k in (0, 1)] == [False, True]
    assert store.document_at(0).redistributable is False


def test_every_passage_stands_in_its_documents_text_where_it_says(texts: Held) -> None:
    store = texts.passages
    assert store.size == 7
    for i in range(store.size):
        passage = store.at(i)
        whole = store.document(passage.document)
        assert whole is not None
        assert whole.text[passage.start : passage.end] == passage.text
        assert store.passage(passage.id) == passage
        assert i in store.passages_of(store.document_index(passage.document))


def test_passages_are_those_that_were_given(texts: Held) -> None:
    given_ = [passage for one in DOCUMENTS for passage in cut(one)]
    assert [texts.passages.at(i) for i in range(texts.passages.size)] == given_


@pytest.mark.parametrize("name", ["", "x" * 16, "0" * 16, "made:Marfan syndrome", "-000000000000001"])
def test_an_id_that_is_not_here_is_nothing(texts: Held, name: str) -> None:
    assert texts.passages.passage(name) is None
    assert texts.passages.document("made:nothing") is None


@given(st.lists(st.integers(0, 60), max_size=40), st.lists(st.integers(0, 63), max_size=20))
@settings(deadline=None)
def test_many_ids_are_found_at_once_where_each_stands_first(keys: list[int], sought: list[int]) -> None:
    """Keys beyond 2**63, too: ids are hashes."""
    held_ = np.array([2**64 - 1 - key for key in keys], dtype=np.uint64)
    found = _sought(held_, np.argsort(held_, kind="stable"), np.array([2**64 - 1 - one for one in sought], dtype="u8"))
    assert found.tolist() == [keys.index(one) if one in keys else -1 for one in sought]


def test_ids_of_passages_and_other_words_are_told_apart(texts: Held) -> None:
    store = texts.passages
    asked = ["x" * 16, store.id(3), "", "0" * 16, store.id(0), store.id(0).upper() + " "]
    assert store.positions(asked).tolist() == [-1, 3, -1, -1, 0, -1]
    assert store.positions([]).tolist() == []
    assert PassageStore.empty(store.diseases).positions(asked).tolist() == [-1] * 6


def test_a_disease_is_found_by_each_of_its_ids(texts: Held, snapshot: Snapshot) -> None:
    store = texts.passages
    first = store.document_index("made:Marfan syndrome")
    assert first is not None
    assert store.diseases_of(first) == (snapshot.diseases.index(MARFAN),)
    assert store.record(first).diseases == (MARFAN,)


def test_a_text_that_states_no_disease_is_linked_by_its_whole_title_and_says_so(snapshot: Snapshot) -> None:
    by_title = document("Marfan syndrome", "Text.")
    longer = document("Marfan syndrome in children", "Text.", id="made:2")
    stated = document("Marfan syndrome", "Text.", id="made:3", diseases=("OMIM:219700",))
    store = held([by_title, longer, stated], snapshot).passages
    marfan, fibrosis = snapshot.diseases.index(MARFAN), snapshot.diseases.index("OMIM:219700")
    assert marfan in store.diseases_of(0)
    assert store.record(0).by_title
    assert (store.diseases_of(1), store.record(1).by_title) == ((), False)
    assert (store.diseases_of(2), store.record(2).by_title) == ((fibrosis,), False)


def test_copies_have_one_hash_whatever_their_blanks_and_capitals(texts: Held) -> None:
    hashes = texts.passages.text_hash.tolist()
    copies = [i for i in range(texts.passages.size) if texts.passages.text(i).startswith("Beta")]
    assert len(copies) == 2
    assert hashes[copies[0]] == hashes[copies[1]]
    assert len(set(hashes)) == texts.passages.size - 1


def test_an_empty_store_has_nothing_and_breaks_nothing(snapshot: Snapshot) -> None:
    store = PassageStore.empty(snapshot.diseases)
    assert (store.size, store.document_count, store.sources, store.languages) == (0, 0, (), ())
    assert store.passage("0" * 16) is None


def test_a_snapshot_without_texts_has_an_empty_store(snapshot: Snapshot) -> None:
    assert not any(name.startswith("passages/") for name in snapshot.manifest.files), (
        "the tests' snapshot has texts now"
    )
    assert snapshot.passages.size == 0
    assert not snapshot.lexical.scores({"aorta": 1.0}).total.size


def test_two_documents_of_one_id_are_refused(snapshot: Snapshot) -> None:
    with pytest.raises(PassagesUnfit, match="made:a"):
        held([document("a", "One."), document("a", "Two.")], snapshot)


def test_a_passage_that_is_not_at_its_place_is_refused(snapshot: Snapshot) -> None:
    one = document("a", "One sentence.")
    (passage,) = cut(one)
    for wrong in (replace(passage, start=1, end=14), replace(passage, text="Another"), replace(passage, end=99)):
        with pytest.raises(PassagesUnfit, match="place"):
            PassageStore.build([one], [wrong], snapshot.diseases)
    with pytest.raises(PassagesUnfit, match="not there"):
        PassageStore.build([], [passage], snapshot.diseases)


def test_half_a_character_is_replaced_and_moves_nothing(snapshot: Snapshot) -> None:
    broken = document("a\ud800", "Before \udc00 after.", "And then.")
    store = held([broken], snapshot).passages
    assert store.at(0).text == "Before \ufffd after."
    assert store.at(1).text == "And then."


@pytest.mark.parametrize(
    ("date", "meant"),
    [
        ("2024", (20240101, 20241231)),
        ("2024-05", (20240501, 20240531)),
        ("2024-05-17", (20240517, 20240517)),
        ("2024-05-17T10:00:00Z", (20240517, 20240517)),
        ("", (0, 0)),
        ("May 2024", (0, 0)),
        ("2024-13", (0, 0)),
        ("2024-00-10", (0, 0)),
    ],
)
def test_a_date_means_its_first_and_last_day(date: str, meant: tuple[int, int]) -> None:
    assert days(date) == meant


blocks = st.builds(
    Block,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1f"), min_size=1), max_size=3).map(
        tuple
    ),
    st.sampled_from(BlockKind),
    st.one_of(st.none(), st.integers(1, 9999)),
)


@given(st.lists(st.lists(blocks, max_size=5), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_as_it_was(tiny_snapshot: Snapshot, made: list[list[Block]]) -> None:
    documents = [Document(f"made:{k}", "made", f"№ {k}", tuple(found)) for k, found in enumerate(made)]
    store = held(documents, tiny_snapshot).passages
    assert [store.document(one.id) for one in documents] == documents
    for i in range(store.size):
        passage = store.at(i)
        assert documents[int(store.document_of[i])].text[passage.start : passage.end] == passage.text
