"""Words are read in runs of letters; they are the words that reading letter by letter gives."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.passages.words import Word, form, forms, raw_words, words

_LETTER = r"(?:[^\W_]|[\u0300-\u036f])"
PLAIN = re.compile(rf"[^\W_]{_LETTER}*(?:['’ʼ][^\W_]{_LETTER}*)?")
texts = st.text(st.sampled_from("aAsä9_中 \u0301\u0308'’ʼ-.,\n"), max_size=40) | st.text(max_size=60)


@given(texts)
@settings(deadline=None)
def test_a_word_is_its_letters_and_marks_and_one_inner_apostrophe(text: str) -> None:
    assert raw_words(text) == PLAIN.findall(text)


@given(texts)
@settings(deadline=None)
def test_the_words_wanted_stand_where_they_say(text: str) -> None:
    plain = [Word(one.start(), one.end(), form(one.group())) for one in PLAIN.finditer(text)]
    wanted = set(forms(text)[::2])
    assert words(text, wanted) == [one for one in plain if one.form in wanted]
