"""Quotes are whole sentences at their place, with the most telling words, and the words are marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.passages.quote import LONGEST, MOST_READ, quote

TEXT = "Dr. Smith saw her. The lens was displaced. Nothing else was found! Was the aorta wide? Yes, the aorta was wide."


def test_the_sentence_with_the_words_is_shown_with_them_marked() -> None:
    found = quote(TEXT, 100, {"lens": 2.0})
    assert found.text == "The lens was displaced."
    assert found.start == 100 + TEXT.index("The lens")
    assert [found.text[a:b] for a, b in found.highlights] == ["lens"]


def test_the_rarer_word_decides_where_not_both_fit() -> None:
    long = f"The lens was displaced. {'Filler words stand here. ' * 30}The aorta was wide."
    assert quote(long, 0, {"lens": 2.0, "aorta": 1.0}).text == "The lens was displaced."
    assert quote(long, 0, {"lens": 1.0, "aorta": 2.0}).text == "The aorta was wide."


def test_without_a_word_of_the_question_the_beginning_is_shown() -> None:
    assert quote("One. Two. Three.", 7, {}).text == "One."
    assert quote("One. Two. Three.", 7, {"four": 1.0}).start == 7


def test_inflected_and_respelt_words_are_marked() -> None:
    found = quote("Two tumours grew.", 0, {"tumor": 1.0})
    assert [found.text[a:b] for a, b in found.highlights] == ["tumours"]


def test_a_text_of_blanks_or_one_endless_sentence_breaks_nothing() -> None:
    assert quote("", 0, {"a": 1.0}).text == ""
    assert quote("   \n ", 3, {"a": 1.0}).start == 3
    endless = "lens " * 10_000
    found = quote(endless, 0, {"lens": 1.0})
    assert len(found.text) <= MOST_READ
    assert len(found.highlights) <= 40


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=900),
    st.integers(0, 10**6),
    st.dictionaries(st.sampled_from(["lens", "aorta", "no", "x"]), st.floats(0.1, 9), max_size=3),
)
def test_a_quote_always_stands_where_it_says(text: str, at: int, telling: dict[str, float]) -> None:
    found = quote(text, at, telling)
    assert text[found.start - at : found.end - at] == found.text
    assert all(0 <= a < b <= len(found.text) for a, b in found.highlights)
    if "." not in text and "!" not in text and "?" not in text and "\n" not in text:
        assert len(found.text) <= max(len(text), LONGEST)
