"""Which diseases a question names: by id, by name, by synonym; the longest name, and never a small word."""

from __future__ import annotations

import pytest

from retrieval.passages.names import MOST, without_ids
from retrieval.snapshot import Snapshot
from tests.retrieval.passages.conftest import MARFAN
from tests.retrieval.passages.made import Held


def ids(texts: Held, question: str) -> list[str]:
    diseases = texts.passages.diseases
    return [diseases.ids[one.position] for one in texts.passages.names.find(question, diseases)]


@pytest.mark.parametrize(
    "question",
    ["OMIM:154700", "mim 154700 and eyes", "OMIM#154700", "omim_154700", "Marfan syndrome", "is it MARFAN'S SYNDROME?"],
)
def test_an_id_or_a_name_in_any_writing_names_it(texts: Held, question: str) -> None:
    assert MARFAN in ids(texts, question)


def test_a_synonym_that_a_source_gave_names_it(texts: Held) -> None:
    assert ids(texts, "arachnodactyly of Marfan in a child") == [MARFAN]


def test_a_number_without_its_source_and_an_unknown_id_name_nothing(texts: Held) -> None:
    assert ids(texts, "154700") == []
    assert ids(texts, "OMIM:999999 ORPHA:0 MONDO:0000000") == []


def test_the_longest_name_wins(texts: Held, snapshot: Snapshot) -> None:
    diseases = snapshot.diseases
    for i in range(0, diseases.size, 97):
        name = diseases.name(i)
        assert diseases.ids[i] in ids(texts, name)[:MOST] or len(ids(texts, name)) == MOST or not name.strip(), name


@pytest.mark.parametrize("question", ["", "as it is", "the of and", "as", "is this all", "\x00\x01", "a" * 100_000])
def test_small_words_name_nothing(texts: Held, question: str) -> None:
    assert ids(texts, question) == []


def test_a_question_names_few_diseases_at_most(texts: Held, snapshot: Snapshot) -> None:
    every = " ".join(f"OMIM:{name.partition(':')[2]}" for name in snapshot.diseases.ids[:200])
    assert len(ids(texts, every)) == MOST


def test_ids_are_no_words_of_a_text() -> None:
    assert without_ids("OMIM:154700 eye").split() == ["eye"]


def test_a_whole_title_is_a_name_and_a_part_of_it_is_none(texts: Held, snapshot: Snapshot) -> None:
    names = texts.passages.names
    assert snapshot.diseases.index(MARFAN) in names.whole("Marfan syndrome")
    assert names.whole("Marfan syndrome in children") == ()
    assert names.whole("") == ()
