"""Words that nobody sees who looks at the page are put aside, and honest uses of the same means stay text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus_ingest.documents import DEFAULT, read
from retrieval.passages.document import Unseen
from tests.corpus_ingest.documents.made import SCAN, Drawn, page, pdf

SEEN = Drawn("Text that everybody sees.", 780)
WORDS = "Words that nobody sees."
BLACK_FIELD = b"0 g 60 590 300 30 re f\n"
WHITE_FIELD = b"1 g 60 590 300 30 re f\n"


@pytest.mark.parametrize(
    ("drawn", "how"),
    [
        (Drawn(WORDS, 600, mode=3), "invisible"),
        (Drawn(WORDS, 600, grey=1.0), "white"),
        (Drawn(WORDS, 600, grey=0.99), "white"),
        (Drawn(WORDS, 600, size=0.6), "tiny"),
        (Drawn(WORDS, 600, x=2000), "outside"),
        (Drawn(WORDS, -300), "outside"),
    ],
)
def test_hidden_words_of_a_pdf_are_no_text(drawn: Drawn, how: str) -> None:
    text = read(pdf([page("One page."), page(SEEN, drawn)]), "a.pdf")
    assert [block.text for block in text.blocks] == ["One page.", "Text that everybody sees."]
    assert text.unseen == (Unseen(WORDS, how, 1, 2),)


def test_white_letters_on_a_dark_field_are_seen() -> None:
    text = read(pdf([page(SEEN, Drawn("White on black.", 600, grey=1.0), before=BLACK_FIELD)]), "a.pdf")
    assert "White on black." in [block.text for block in text.blocks]
    assert text.unseen == ()


def test_white_letters_on_a_white_field_are_not() -> None:
    text = read(pdf([page(SEEN, Drawn(WORDS, 600, grey=1.0), before=WHITE_FIELD)]), "a.pdf")
    assert text.unseen[0].text == WORDS


def test_the_invisible_text_under_a_scan_is_its_text() -> None:
    layer = page(Drawn("Recognised by the scanner.", 600, mode=3), before=SCAN)
    text = read(pdf([layer], image=True), "a.pdf", replace(DEFAULT, ocr=False))
    assert [block.text for block in text.blocks] == ["Recognised by the scanner."]
    assert text.unseen == ()


@pytest.mark.parametrize(
    "style",
    ["display:none", "visibility: hidden", "font-size:0", "opacity:0", "color:#ffffff", "color: white", "left:-9999px",
     "position:absolute;text-indent:-5000px", "color:transparent", "font-size:1px", "background:#fff;color:#fff"],
)  # fmt: skip
def test_hidden_words_of_a_page_are_no_text(style: str) -> None:
    content = f'<html><body><p>Seen.</p><div style="{style}"><p>{WORDS}</p></div><p>Seen too.</p></body></html>'
    text = read(content.encode(), "a.html")
    assert [block.text for block in text.blocks] == ["Seen.", "Seen too."]
    assert text.unseen == (Unseen(WORDS, "hidden", 1),)


@pytest.mark.parametrize("style", ["color:#fff;background:#003366", "font-size:10px", "left:-5px", "opacity:0.9"])
def test_ordinary_styles_hide_nothing(style: str) -> None:
    text = read(f'<html><body><div style="{style}">Seen.</div></body></html>'.encode(), "a.html")
    assert [block.text for block in text.blocks] == ["Seen."]
    assert text.unseen == ()
