"""Text of strangers on a page: every character that a reader could not see is shown, and nothing is markup."""

from __future__ import annotations

import pytest
from django.template import Context, Template

from frontend.foreign import pieces, unseen


def drawn(text: str) -> str:
    return str(Template("{% load clew %}{{ text|foreign }}").render(Context({"text": text})))


def test_markup_is_shown_and_not_carried_out() -> None:
    assert drawn("<script>alert(1)</script>") == "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.mark.parametrize(
    "letter",
    ["\u200b", "\u200f", "\u202e", "\u2066", "\ufeff", "\u00ad", "\U000e0041", "\x00", "\x1b", "\u3164", "\ufe0f"],
)
def test_what_draws_nothing_or_turns_the_direction_is_shown_by_its_number(letter: str) -> None:
    text = drawn(f"ignore{letter}this")
    assert letter not in text
    assert f"U+{ord(letter):04X}" in text


def test_a_run_of_one_unseen_character_is_one_mark_with_its_count() -> None:
    assert list(pieces("a\u200b\u200b\u200bb")) == [("a", ""), ("U+200B", "ZERO WIDTH SPACE ×3"), ("b", "")]


def test_hidden_tags_say_which_letter_they_hide() -> None:
    assert next(iter(pieces("\U000e0068"))) == ("U+E0068", "TAG h")


def test_letters_of_every_script_stay_as_they_are() -> None:
    text = "Ångström 東京 נשימה نفس\n\tµ-opioid 10\u202f000 a\u00a0b"
    assert drawn(text) == text
    assert not any(unseen(letter) for letter in text)
