"""A document in context: marks lie exactly where the offsets say, and no letter is changed."""

from __future__ import annotations

from diagnosis_app.knowledge.document_page import shown
from retrieval.passages.document import Block, BlockKind, Document

DOCUMENT = Document(
    "made:1",
    "made",
    "On broad thumbs",
    (
        Block("Findings", (), BlockKind.HEADING),
        Block("Broad thumbs are seen. Great toes are broad.", ("Findings",)),
        Block("Sign | How often\nBroad thumb | 20/20", ("Findings",), BlockKind.TABLE),
        Block("one\ntwo", ("Genes", "FGFR2"), BlockKind.LIST),
    ),
)


def marked(document: Document, *words: str) -> str:
    """The marked text of the page for these words of the document."""
    marks = [(document.text.index(one), document.text.index(one) + len(one)) for one in words]
    return "".join(
        piece.text
        for block in shown(document, marks)
        for row in block.rows
        for cell in row
        for piece in cell
        if piece.marked
    )


def test_the_marked_words_are_the_quoted_ones() -> None:
    assert marked(DOCUMENT, "Great toes are broad.") == "Great toes are broad."


def test_marks_reach_into_cells_of_tables_and_lines_of_lists() -> None:
    assert marked(DOCUMENT, "20/20") == "20/20"
    assert marked(DOCUMENT, "Broad thumb | 20/20") == "Broad thumb20/20"
    assert marked(DOCUMENT, "two") == "two"


def test_a_mark_over_two_blocks_marks_both() -> None:
    start = DOCUMENT.text.index("Great toes")
    end = DOCUMENT.text.index("Sign") + 4
    pieces = [
        p for block in shown(DOCUMENT, [(start, end)]) for row in block.rows for cell in row for p in cell if p.marked
    ]
    assert [piece.text for piece in pieces] == ["Great toes are broad.", "Sign"]
    assert [piece.first for piece in pieces] == [True, False]


def test_no_letter_is_lost_or_changed() -> None:
    for marks in ([], [(0, 5), (3, 60)], [(10, 10**6)], [(-5, 3)]):
        said = "\n".join(
            " | ".join("".join(piece.text for piece in cell) for cell in row)
            for block in shown(DOCUMENT, marks)
            for row in block.rows
        )
        assert said.replace("\n", "") == DOCUMENT.text.replace("\n", "")


def test_the_path_of_a_section_stands_once_and_not_below_its_own_heading() -> None:
    assert [block.section for block in shown(DOCUMENT, [])] == [(), (), (), ("Genes", "FGFR2")]
