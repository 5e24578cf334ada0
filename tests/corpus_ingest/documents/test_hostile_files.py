"""Files that are damaged, locked, enormous or malicious: each ends in its own state, and harms nothing."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from corpus_ingest.documents import DEFAULT, Limits, Unreadable, read, read_all
from tests.corpus_ingest.documents.made import SCAN, docx, page, paragraph, pdf, stream

TEXT = [page("Some text of the page.")]
ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w") as made:
    made.writestr("a.txt", "text")


def state(content: bytes, limits: Limits = DEFAULT, name: str = "file") -> str:
    with pytest.raises(Unreadable) as caught:
        read(content, name, limits)
    assert caught.value.message.endswith(".")
    assert caught.value.hint
    return caught.value.code.removeprefix("document.")


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{entities}]>'
    return docx(paragraph("&l9;"), head=head)


def outside() -> bytes:
    return docx(paragraph("&x;"), head='<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>')


def zip_bomb() -> bytes:
    """A word processor's file whose text is 300 MB of spaces in 300 KB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(300):
            entry.write(b" " * 1024**2)
    return out.getvalue()


def lying_zip(size: int) -> bytes:
    """The same, but its directory declares a small size."""
    content = docx("<w:p><w:r><w:t>" + "a" * size + "</w:t></w:r></w:p>")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        declared = archive.getinfo("word/document.xml").file_size
    assert declared > size
    return content.replace(struct.pack("<I", declared), struct.pack("<I", 100))


def pdf_bomb(layers: int = 1) -> bytes:
    """A page whose content expands to 300 MB."""
    packer = zlib.compressobj(6)
    packed = b"".join(packer.compress(b" " * 1024**2) for _ in range(300)) + packer.flush()
    for _ in range(layers - 1):
        packed = zlib.compress(packed, 9)
    whole = pdf([b"MARK"])
    filters = b"[" + b"/FlateDecode " * layers + b"]"
    return whole.replace(stream(b"MARK"), stream(packed, b"/Filter " + filters))


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n ", b"\xef\xbb\xbf", b"\x00\x00"], ids=range(4))
def test_an_empty_file(content: bytes) -> None:
    assert state(content) == "empty"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(range(256)) * 8, "binary data"),
        (b"\x7fELF" + bytes(200), "a program"),
        (b"MZ" + bytes(200), "a program"),
        (b"{\\rtf1 text}", "RTF"),
        (b"\x1f\x8b" + bytes(60), "an archive"),
        (ZIP.getvalue(), "an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old format of Office"),
        (b'<?xml version="1.0"?><records><one>1</one></records>', "XML of an unknown kind"),
    ],
)
def test_what_is_not_read_here_is_named(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(content, "guideline.pdf")
    assert caught.value.code == "document.unknown_type"
    assert said in caught.value.message


def test_a_file_is_what_is_in_it_whatever_it_is_called() -> None:
    text = read(pdf(TEXT), "notes.docx")
    assert text.kind == "pdf"
    assert text.warnings == ("The name ends in .docx, the content is pdf; it was read as pdf.",)
    assert read(b"<html><body><p>A page of text.</p></body></html>", "notes.pdf").kind == "html"
    assert read(b"Plain text, whatever it is called.", "notes.exe").kind == "text"


def test_an_encrypted_pdf() -> None:
    assert state(pdf(TEXT, encrypted=True)) == "encrypted"


def test_an_encrypted_word_processors_file() -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(64)
    assert state(content) == "encrypted"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_pdf_that_is_cut_short(share: float) -> None:
    whole = pdf([page(f"Text of page {n}.") for n in range(30)])
    assert state(whole[: int(len(whole) * share)]) == "damaged"


def test_a_pdf_that_was_being_changed_when_it_was_cut() -> None:
    assert state(pdf(TEXT) + b"\n9 0 obj\n<< /Length 100 >>\nstream\nhalf") == "damaged"


def test_a_pdf_of_nothing_but_noise() -> None:
    assert state(b"%PDF-1.7\n" + os.urandom(2000) + b"%%EOF") == "damaged"


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_word_processors_file_that_is_cut_short(share: float) -> None:
    whole = docx(paragraph("Text.") * 500)
    assert state(whole[: int(len(whole) * share)]) == "damaged"


def test_a_word_processors_file_whose_text_is_damaged() -> None:
    assert state(docx("<w:p><w:r><w:t>Text")) == "damaged"


def test_a_pdf_of_two_thousand_pages() -> None:
    whole = pdf([page(f"Text of page {n}.") for n in range(2000)])
    with pytest.raises(Unreadable) as caught:
        read(whole, "book.pdf")
    assert caught.value.code == "document.too_many_pages"
    assert "2\u202f000 pages" in caught.value.message
    text = read(whole, "book.pdf", replace(DEFAULT, pages=2000))
    assert (text.pages, text.blocks[-1].page) == (2000, 2000)


def test_a_pdf_of_300_megabytes_is_refused_before_anything_is_started() -> None:
    assert state(b"%PDF-1.7\n" + bytes(300 * 1024**2)) == "too_large"


@pytest.mark.parametrize("layers", [1, 2])
def test_a_pdf_bomb(layers: int) -> None:
    content = pdf_bomb(layers)
    assert len(content) < 1024**2
    assert state(content) == "bomb"


def test_a_pdf_bomb_that_hides_as_a_picture_ends_in_bounded_memory() -> None:
    content = pdf_bomb().replace(b"/Filter", b"/Subtype /Image /Filter")
    assert state(content, replace(DEFAULT, memory=256 * 1024**2)) in {
        "memory",
        "no_text",
        "damaged",
        "crashed",
        "timeout",
    }


def test_a_zip_bomb() -> None:
    assert state(zip_bomb()) == "bomb"


def test_a_zip_that_lies_about_its_size() -> None:
    assert state(lying_zip(3000)) in {"damaged", "bomb"}


def test_many_small_entries_are_a_bomb_too() -> None:
    assert state(docx(paragraph("x"), more={f"word/{n}": b"" for n in range(10_001)})) == "bomb"


def test_a_billion_laughs_and_entities_from_elsewhere() -> None:
    assert state(laughs()) == "external"
    assert state(outside()) == "external"


@pytest.mark.parametrize(
    "content",
    [
        b"<html>" + b"<div>" * 100_000 + b"text",
        docx("<w:sdt>" * 5000 + paragraph("x") + "</w:sdt>" * 5000),
        b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=["html", "docx", "json"],
)
def test_what_is_nested_too_deep(content: bytes) -> None:
    assert state(content) == "too_deep"


def test_elements_that_nobody_closes_are_not_depth() -> None:
    assert len(read(b"<html><body>" + b"<p>A paragraph of text." * 2000, "a.html").blocks) == 2000
    assert len(read(b"<html><ul>" + b"<li>An item." * 2000, "a.html").blocks[0].text.split("\n")) == 2000


def test_a_scan_without_ocr_says_what_to_install() -> None:
    with pytest.raises(Unreadable) as caught:
        read(pdf([SCAN], image=True), "scan.pdf", replace(DEFAULT, ocr=False))
    assert caught.value.code == "document.no_text"
    assert "tesseract" in caught.value.hint


def test_a_page_that_is_a_picture_among_pages_of_text_is_told() -> None:
    text = read(pdf([*TEXT, SCAN], image=True), "a.pdf", replace(DEFAULT, ocr=False))
    assert [block.page for block in text.blocks] == [1]
    assert "Page 2 without text" in text.warnings[0]


def test_what_takes_too_long_is_killed() -> None:
    slow = b"<html>" + b"<p>text " * 3_000_000
    started = time.monotonic()
    assert state(slow, replace(DEFAULT, seconds=0.01)) == "timeout"
    assert time.monotonic() - started < 30


def test_more_memory_than_allowed() -> None:
    little = replace(DEFAULT, memory=64 * 1024**2)
    assert read(b"Little text needs little memory.", "a.txt", little).blocks
    assert state(b"Much more text. " * 2_000_000, little) == "memory"


def test_more_text_than_allowed() -> None:
    assert state(b"word " * 1000, replace(DEFAULT, characters=1000)) == "too_much_text"


def test_more_records_than_allowed() -> None:
    assert state(b'{"text": "One."}\n' * 11, replace(DEFAULT, records=10)) == "too_many_records"


def test_scripts_do_not_run_and_are_no_text() -> None:
    content = (
        b"<html><body><p>Text.</p><script>document.write('x')</script><svg onload=x><text>y</text></svg></body></html>"
    )
    text = read(content, "a.html")
    assert [block.text for block in text.blocks] == ["Text."]
    assert text.warnings == ("A script was left out.",)


@pytest.mark.parametrize(
    ("content", "expected", "warned"),
    [
        ("Größe und α-Synuklein".encode(), "Größe und α-Synuklein", False),
        ("\ufeffGröße".encode(), "Größe", False),
        ("Größe und Länge".encode("utf-16"), "Größe und Länge", False),
        ("Größe und Länge".encode("utf-16-le"), "Größe und Länge", False),
        ("Größe und Länge".encode("utf-32"), "Größe und Länge", False),
        ("Größe und Länge".encode("latin-1"), "Größe und Länge", True),
        ("“quoted” – dash".encode("cp1252"), "“quoted” – dash", True),
        ("Größe\n\n".encode() + "Länge".encode("latin-1"), "Größe Länge", True),
    ],
)
def test_encodings_are_recognised_and_mixtures_are_told(content: bytes, expected: str, warned: bool) -> None:
    text = read(content, "a.txt")
    assert " ".join(block.text for block in text.blocks) == expected
    assert bool(text.warnings) == warned


def test_a_page_may_declare_its_encoding() -> None:
    content = '<html><head><meta charset="koi8-r"></head><body><p>Болезнь</p></body></html>'.encode("koi8-r")
    text = read(content, "a.html")
    assert text.blocks[0].text == "Болезнь"
    assert text.warnings == ("The text is not UTF-8; it was read as koi8-r.",)


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\x.txt", "/etc/shadow", "a\x00b", "", ".", "x" * 5000])
def test_a_name_is_never_a_path(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = read(b"Text that has no title of its own, whatever it is called.", name)
    assert "/" not in text.title and "\\" not in text.title and len(text.title) <= 200
    assert list(tmp_path.iterdir()) == []


def test_errors_never_repeat_the_file() -> None:
    secret = b"The patient is called Example and lives in Example Street."
    for content in (docx("<w:p><w:r><w:t>" + secret.decode()), b"%PDF-1.7 " + secret, b'{"x": "' + secret + b'"}'):
        with pytest.raises(Unreadable) as caught:
            read(content, "a")
        assert "Example" not in caught.value.message + caught.value.hint + repr(caught.value)


def test_what_a_row_says_is_data() -> None:
    (text,) = read_all(b'{"text": "=cmd()", "url": "javascript:alert(1)", "key": "../../x"}\n', "a.jsonl")
    assert text.blocks[0].text == "=cmd()"
