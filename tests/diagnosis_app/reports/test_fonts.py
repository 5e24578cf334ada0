"""What the fonts of a PDF can set, measured on the fonts themselves."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

import pytest

from diagnosis_app.reports.fonts import BOLD, ID, ITALIC, TEXT, Setter, font_for


def shown(markup: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.mark.parametrize("font", [TEXT, BOLD, ITALIC, ID])
def test_every_letter_of_european_languages_can_be_set(font: str) -> None:
    blocks = [range(0x20, 0x7F), range(0xA1, 0x180), range(0x386, 0x3CF), range(0x410, 0x450)]
    wanted = [chr(code) for block in blocks for code in block if unicodedata.category(chr(code)) not in {"Cf", "Cn"}]
    assert [char for char in wanted if not font_for(char, font)] == []


def test_the_signs_of_our_own_sentences_can_be_set() -> None:
    setter = Setter()
    assert shown(setter("−0.4 “a” – b · ≥ 3 × µ ½ …")) == "−0.4 “a” – b · ≥ 3 × µ ½ …"
    assert setter.missing == 0


def test_markup_is_escaped() -> None:
    assert shown(Setter()("<b>&amp;</b>")) == "<b>&amp;</b>"
    assert "&lt;b&gt;" in Setter()("<b>")


def test_a_thin_space_stays_a_space_and_joiners_leave_nothing() -> None:
    assert shown(Setter()("1\u202f234 a\u200db\ufe0f")) == "1\u00a0234 ab"


def test_accents_that_stand_apart_are_joined_to_their_letters() -> None:
    assert shown(Setter()("cafe\u0301")) == "café"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("水頭症", "[3 characters not set: CJK]"),
        ("水", "[1 character not set: CJK]"),
        ("めまい", "[3 characters not set: Hiragana]"),
        ("두통", "[2 characters not set: Hangul]"),
        ("כאב ראש", "[6 characters not set: Hebrew]"),
        ("सिरदर्द", "[7 characters not set: Devanagari]"),
        ("ปวดหัว", "[6 characters not set: Thai]"),
        ("😀", "[1 character not set: other signs]"),
        ("a 水 頭 b", "a [2 characters not set: CJK] b"),
    ],
)
def test_what_cannot_be_set_is_counted_and_named(text: str, said: str) -> None:
    setter = Setter()
    assert shown(setter(text)) == said
    assert setter.missing == int(re.findall(r"\d+", said)[0])


def test_letters_that_need_shaping_are_not_set_although_the_font_holds_some() -> None:
    from diagnosis_app.reports.fonts import registered

    held = registered(TEXT).face.charToGlyph
    assert ord("ك") in held and ord("ส") in held
    assert font_for("ك", TEXT) == "" and font_for("ส", TEXT) == ""
