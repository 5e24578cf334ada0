"""Each format becomes blocks with headings, lists, tables and pages."""

from __future__ import annotations

import json

import pytest

from corpus_ingest.documents import ReadText, Unreadable, read, read_all
from retrieval.passages.document import Block, BlockKind
from tests.corpus_ingest.documents.made import Drawn, docx, page, paragraph, pdf, table

HEADING, LIST, TABLE = BlockKind.HEADING, BlockKind.LIST, BlockKind.TABLE


def shapes(text: ReadText) -> list[tuple[str, str]]:
    return [(str(block.kind), block.text) for block in text.blocks]


def test_a_text_has_paragraphs_headings_and_lists() -> None:
    content = (
        b"SIGNS\n\nThe thumbs are\nbroad.\n\nThey are:\n- broad thumbs\n- prop-\n  tosis\n\n"
        b"2.1 Course\n\nIt begins early.\n"
    )
    read_text = read(content, "a.txt")
    assert read_text.kind == "text"
    assert read_text.title == "SIGNS"
    assert read_text.blocks == (
        Block("SIGNS", (), HEADING),
        Block("The thumbs are broad.", ("SIGNS",)),
        Block("They are:", ("SIGNS",)),
        Block("- broad thumbs\n- prop- tosis", ("SIGNS",), LIST),
        Block("2.1 Course", ("SIGNS",), HEADING),
        Block("It begins early.", ("SIGNS", "2.1 Course")),
    )


def test_a_word_broken_at_the_end_of_a_line_is_whole_again() -> None:
    assert read(b"Craniosynos-\ntosis is typical of it.\n\nX-linked or X-\nlinked.", "a").blocks[0].text == (
        "Craniosynostosis is typical of it."
    )


def test_form_feeds_are_pages() -> None:
    text = read(b"One page of text.\n\fAnother page of text.\n", "a.txt")
    assert text.pages == 2
    assert [block.page for block in text.blocks] == [1, 2]


def test_markdown_has_headings_lists_tables_and_code() -> None:
    content = (
        b"---\ntitle: The guideline\n---\n# Signs\n\nBroad **thumbs** and [proptosis](https://example.org).\n\n"
        b"## Eyes\n\n1. proptosis\n2. strabismus\n\n| Finding | Share |\n|---|--:|\n| thumbs | 90 % |\n\n"
        b"```\nx = 1\n```\n\n"
        b"Course\n------\n\n> It begins early.\n<!-- nobody sees this comment here -->"
    )
    text = read(content, "a.md")
    assert (text.kind, text.title) == ("markdown", "The guideline")
    assert text.blocks == (
        Block("Signs", (), HEADING),
        Block("Broad thumbs and proptosis.", ("Signs",)),
        Block("Eyes", ("Signs",), HEADING),
        Block("1. proptosis\n2. strabismus", ("Signs", "Eyes"), LIST),
        Block("Finding | Share\nthumbs | 90 %", ("Signs", "Eyes"), TABLE),
        Block("x = 1", ("Signs", "Eyes")),
        Block("Course", ("Signs",), HEADING),
        Block("It begins early.", ("Signs", "Course")),
    )
    assert [(one.text, one.how) for one in text.unseen] == [("nobody sees this comment here", "comment")]


def test_a_page_is_read_as_it_is_seen() -> None:
    content = b"""<!doctype html><html lang="de"><head><title>Leitlinie</title><style>.x { display: none }</style>
      <script>steal()</script></head><body><nav>Start</nav><h1>Zeichen</h1><p>Breite <b>Daumen</b>.<p>Und mehr.
      <h2>Augen</h2><ul><li><p>Proptosis</p><li>Strabismus<ul><li>innen</ul></ul>
      <table><tr><th>Befund<th>Anteil<tr><td>Daumen<td>90&nbsp;%</table>
      <table><tr><td>Nur Gestaltung.</table>
      <div class="x">nobody sees this at all</div><span style="color:#fff">white on white</span>
      <div style="display:none"><p>nor <b>this</b></div><p>Ende.<footer>Impressum</footer></body></html>"""
    text = read(content, "a.html")
    assert (text.kind, text.title, text.language) == ("html", "Leitlinie", "de")
    assert text.blocks == (
        Block("Zeichen", (), HEADING),
        Block("Breite Daumen.", ("Zeichen",)),
        Block("Und mehr.", ("Zeichen",)),
        Block("Augen", ("Zeichen",), HEADING),
        Block("- Proptosis\n- Strabismus\n- innen", ("Zeichen", "Augen"), LIST),
        Block("Befund | Anteil\nDaumen | 90 %", ("Zeichen", "Augen"), TABLE),
        Block("Nur Gestaltung.", ("Zeichen", "Augen")),
        Block("Ende.", ("Zeichen", "Augen")),
    )
    assert text.warnings == ("A script was left out.",)
    assert [one.text for one in text.unseen] == ["nobody sees this at all white on white nor this"]
    assert text.unseen[0].before == 7


def test_a_word_processors_file_has_headings_lists_and_tables() -> None:
    body = (
        paragraph("The guideline", "T") + paragraph("Signs", "H1") + paragraph("Broad thumbs.")
        + paragraph("Eyes", "Mine") + paragraph("proptosis", listed=True) + paragraph("strabismus", listed=True)
        + table([["Finding", "Share"], ["thumbs", "90 %"]])
        + "<w:p><w:r><w:t>Kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        + "<w:r><w:tab/><w:t>and more.</w:t></w:r></w:p>"
        + paragraph("nobody sees this at all", run="<w:vanish/>") + paragraph("white", run='<w:color w:val="FFFFFF"/>')
        + paragraph("seen", run='<w:vanish w:val="0"/>')
    )  # fmt: skip
    text = read(docx(body, more={"word/vbaProject.bin": b"x"}), "a.docx")
    assert (text.kind, text.title) == ("docx", "The guideline")
    assert text.blocks == (
        Block("The guideline", (), HEADING),
        Block("Signs", (), HEADING),
        Block("Broad thumbs.", ("Signs",)),
        Block("Eyes", ("Signs",), HEADING),
        Block("- proptosis\n- strabismus", ("Signs", "Eyes"), LIST),
        Block("Finding | Share\nthumbs | 90 %", ("Signs", "Eyes"), TABLE),
        Block("Kept and more.", ("Signs", "Eyes")),
        Block("seen", ("Signs", "Eyes")),
    )
    assert [(one.text, one.how) for one in text.unseen] == [("nobody sees this at all", "hidden"), ("white", "white")]
    assert text.warnings == ("Macros were left out.",)


def test_a_pdf_has_headings_by_size_paragraphs_lists_and_pages() -> None:
    first = page(
        Drawn("A guideline", 780, size=20),
        Drawn("Signs", 740, size=15),
        Drawn("The thumbs are broad and the cranio-", 720),
        Drawn("synostosis is coronal.", 706),
        Drawn("It begins early.", 678),
        Drawn("\u2022 proptosis of both", 650),
        Drawn("eyes", 636, x=80),
        Drawn("\u2022 strabismus", 622),
        Drawn("The sentence goes on", 594),
    )
    second = page(
        Drawn("on the next page.", 780), Drawn("Treatment", 750, bold=True), Drawn("There is none that cures.", 734)
    )
    text = read(pdf([first, second]), "a.pdf")
    assert (text.kind, text.title, text.pages) == ("pdf", "A guideline", 2)
    assert text.blocks == (
        Block("A guideline", (), HEADING, 1),
        Block("Signs", ("A guideline",), HEADING, 1),
        Block("The thumbs are broad and the craniosynostosis is coronal.", ("A guideline", "Signs"), page=1),
        Block("It begins early.", ("A guideline", "Signs"), page=1),
        Block("- proptosis of both eyes\n- strabismus", ("A guideline", "Signs"), LIST, 1),
        Block("The sentence goes on on the next page.", ("A guideline", "Signs"), page=1),
        Block("Treatment", ("A guideline", "Signs"), HEADING, 2),
        Block("There is none that cures.", ("A guideline", "Signs", "Treatment"), page=2),
    )


def test_what_repeats_on_every_page_is_left_out() -> None:
    pages = [
        page(Drawn("Journal of Rare Things, 2024", 820), Drawn(f"Text of page {n} is its own.", 700), Drawn(str(n), 30))
        for n in range(1, 7)
    ]
    text = read(pdf(pages), "a.pdf")
    assert [block.text for block in text.blocks] == [f"Text of page {n} is its own." for n in range(1, 7)]
    assert "repeat" in text.warnings[0]


def test_the_title_that_a_pdf_gives_itself_is_taken_unless_a_program_wrote_it() -> None:
    content = [page("Some text of the page.")]
    assert read(pdf(content, title="A guideline on thumbs"), "x.pdf").title == "A guideline on thumbs"
    assert read(pdf(content, title="Microsoft Word - draft7.docx"), "thumbs.pdf").title == "thumbs"


def test_text_is_the_same_whether_packed_or_not() -> None:
    content = [page("Some text of the page.")]
    assert read(pdf(content, deflate=True), "a").blocks == read(pdf(content), "a").blocks


def test_jsonl_is_a_document_a_line() -> None:
    lines = [
        {"id": "a1", "title": "First", "text": "It is rare.\n\nIt is severe.", "url": "https://example.org/1",
         "diseases": ["OMIM:154700"], "language": "en", "date": "2024-05", "license": "CC0-1.0"},
        {"text": ""},
        {"body": "Another text.", "diseases": "ORPHA:558, OMIM:101600"},
    ]  # fmt: skip
    texts = read_all("\n".join(map(json.dumps, lines)).encode() + b"\nnot json\n", "many.jsonl")
    first, second = texts
    assert [block.text for block in first.blocks] == ["It is rare.", "It is severe."]
    assert (first.key, first.title, first.url, first.date, first.licence, first.language) == (
        "a1", "First", "https://example.org/1", "2024-05", "CC0-1.0", "en",
    )  # fmt: skip
    assert first.diseases == ("OMIM:154700",)
    assert (second.key, second.title, second.diseases) == ("3", "many, 3", ("ORPHA:558", "OMIM:101600"))
    assert first.warnings == ("2 records without a usable text were left out: 2, 4.",)


def test_jsonl_read_as_one_text_has_each_record_under_its_title() -> None:
    content = b'{"title": "First", "text": "It is rare."}\n{"title": "Second", "text": "It is not."}\n'
    text = read(content, "many.jsonl")
    assert text.blocks == (
        Block("First", (), HEADING),
        Block("It is rare.", ("First",)),
        Block("Second", (), HEADING),
        Block("It is not.", ("Second",)),
    )


def test_json_is_read_as_a_list_of_records_or_as_one() -> None:
    assert len(read_all(b'[{"text": "One."}, {"text": "Two."}]', "a.json")) == 2
    assert read_all(b'{"text": "One text."}', "a.json")[0].blocks[0].text == "One text."
    with pytest.raises(Unreadable) as caught:
        read(b'{"value": 7}', "a.json")
    assert caught.value.code == "document.no_records"


CSV = b'Name;Summary;Signs;Source\nFirst;It is rare.;"Broad; thumbs";https://example.org\nSecond;;Proptosis.;\nThird;;;x\n'


def test_a_table_with_named_columns_is_a_document_a_row() -> None:
    columns = {"Name": "title", "Summary": "text", "Signs": "text", "Source": "url"}
    first, second = read_all(CSV, "a.csv", columns=columns)
    assert (first.title, first.url, first.key) == ("First", "https://example.org", "2")
    assert [block.text for block in first.blocks] == ["It is rare.", "Broad; thumbs"]
    assert [block.text for block in second.blocks] == ["Proptosis."]
    assert first.warnings == ("1 records without a usable text were left out: 4.",)


def test_a_table_without_names_is_one_table() -> None:
    text = read(CSV, "a.csv")
    (block,) = text.blocks
    assert (text.kind, block.kind) == ("csv", TABLE)
    assert block.text.split("\n")[0] == "Name | Summary | Signs | Source"


def test_a_column_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(Unreadable) as caught:
        read_all(CSV, "a.csv", columns={"Text": "text"})
    assert caught.value.code == "document.column"
    assert "“Text”" in caught.value.message
    assert "Name, Summary, Signs, Source" in caught.value.message


def test_a_long_table_comes_in_parts_with_their_header() -> None:
    rows = "".join(f"Finding number {n},{n} %\n" for n in range(100))
    text = read(f"Finding,Share\n{rows}".encode(), "a.csv")
    assert len(text.blocks) > 1
    assert all(block.text.startswith("Finding | Share\n") for block in text.blocks)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The disease is rare and the signs of it are not known to all of those who see them.", "en"),
        ("Die Erkrankung ist selten, und die Zeichen sind nicht allen bekannt, die sie sehen.", "de"),
        ("La maladie est rare et les signes ne sont pas connus de tous ceux qui les voient.", "fr"),
        ("La enfermedad es rara y los signos no se conocen por todos los que la ven en el hospital.", "es"),
        ("这种疾病很罕见，并非所有医生都认识它。", "zh"),
        ("Болезнь редкая, и не все врачи её знают.", "ru"),
        ("12 34 56", "und"),
    ],
)
def test_the_language_is_guessed_or_left_open(text: str, language: str) -> None:
    assert read(text.encode(), "a.txt").language == language
