"""Pictures of text, where tesseract is installed; elsewhere the state says what to install."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from corpus_ingest.documents import DEFAULT, Unreadable, read
from tests.corpus_ingest.documents.made import SCAN, page, pdf, png

pytestmark = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")

WORDS = "Broad thumbs and proptosis"


@pytest.fixture(scope="module")
def picture() -> list[bytes]:
    """The rows of a letter as a scanner would see it: a page drawn by the reader of PDF."""
    pdfium = pytest.importorskip("pypdfium2")
    content = pdf([page(WORDS, "Seizures since infancy")])
    bitmap = pdfium.PdfDocument(content)[0].render(scale=150 / 72, grayscale=True)
    buffer, stride = bytes(bitmap.buffer), bitmap.stride
    return [buffer[at * stride : at * stride + bitmap.width] for at in range(bitmap.height)]


def scanned(rows: list[bytes], pages: int = 1) -> bytes:
    """A PDF whose pages are this picture."""
    content = pdf([SCAN] * pages, image=True)
    old = b"/Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 >>\nstream\n\x80"
    assert old in content
    data = b"".join(rows)
    new = b"/Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 >>\nstream\n" % (len(rows[0]), len(rows))
    return content.replace(old, new + data).replace(
        b"/Length 1 /Type /XObject", b"/Length %d /Type /XObject" % len(data)
    )


def test_a_picture_of_a_letter_is_read(picture: list[bytes]) -> None:
    text = read(png(picture), "letter.png")
    assert (text.kind, text.pages) == ("image", 1)
    assert WORDS in " ".join(block.text for block in text.blocks)
    assert "recognised" in text.warnings[0]


def test_a_scan_is_read_with_its_pages(picture: list[bytes]) -> None:
    text = read(scanned(picture, 2), "scan.pdf")
    assert {block.page for block in text.blocks} == {1, 2}
    assert WORDS in " ".join(block.text for block in text.blocks)
    assert "2 pages (1, 2) recognised by OCR" in text.warnings[0]


def test_pages_beyond_the_limit_are_named(picture: list[bytes]) -> None:
    text = read(scanned(picture, 2), "scan.pdf", replace(DEFAULT, recognised=1))
    assert {block.page for block in text.blocks} == {1}
    assert "Page 2 not read" in text.warnings[1]


def test_a_picture_without_words_is_told() -> None:
    with pytest.raises(Unreadable) as caught:
        read(png([b"\xff" * 200] * 200), "white.png")
    assert caught.value.code == "document.nothing_recognised"


def test_a_picture_that_is_cut_short_is_damaged(picture: list[bytes]) -> None:
    with pytest.raises(Unreadable) as caught:
        read(png(picture)[:3000], "letter.png")
    assert caught.value.code in {"document.damaged", "document.nothing_recognised"}


def test_recognition_can_be_forbidden(picture: list[bytes]) -> None:
    with pytest.raises(Unreadable) as caught:
        read(png(picture), "letter.png", replace(DEFAULT, ocr=False))
    assert caught.value.code == "document.no_text"
