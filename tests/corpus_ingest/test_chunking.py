"""Passages: exact spans of whole sentences, of one section, with nothing left out but headings."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_ingest.chunking import MOST, TARGET, chunk
from corpus_ingest.chunking.sentences import sentences
from corpus_ingest.documents.tables import tables_with_headers
from retrieval.passages.document import Block, BlockKind, Document, passage_id

_TEXT = (
    "thumbs are broad in Fig. 2 of the 0.5 % seen (e.g. FBN1, p53) by Dr. Weiss et al. at 3.5 years vs. controls "
    "approx. 10 mg i.v. z.B. bzw. E. coli No. 7 cf. Tab. 3 c.76A>T β-catenin syndrome"
)
_WORDS = st.sampled_from(_TEXT.split())
# A sentence that ends clearly: a long last word, so that no abbreviation stands before the mark.
_SENTENCE = st.lists(_WORDS, min_size=1, max_size=30).map(lambda words: "The " + " ".join(words) + " findings.")
_PARAGRAPH = st.lists(_SENTENCE, min_size=1, max_size=12).map(" ".join)
_LIST = st.lists(_SENTENCE, min_size=1, max_size=9).map(lambda items: "\n".join(f"- {item}" for item in items))
_TABLE = st.lists(st.tuples(_SENTENCE, _SENTENCE), min_size=1, max_size=9).map(
    lambda rows: "\n".join(" | ".join(row) for row in rows)
)
_SECTION = st.sampled_from([(), ("Signs",), ("Signs", "Eyes"), ("Course",)])
_BLOCK = st.one_of(
    st.builds(Block, _PARAGRAPH, _SECTION),
    st.builds(Block, _LIST, _SECTION, st.just(BlockKind.LIST)),
    st.builds(Block, _TABLE, _SECTION, st.just(BlockKind.TABLE)),
    st.builds(Block, st.sampled_from(["Signs", "Course of the disease"]), st.just(()), st.just(BlockKind.HEADING)),
)
_DOCUMENT = st.lists(_BLOCK, max_size=12).map(lambda blocks: Document("s:1", "s", "T", tuple(blocks)))
_PROPERTY = settings(deadline=None, max_examples=150)  # the machine may be busy


@_PROPERTY
@given(_DOCUMENT)
def test_a_passage_is_the_span_that_it_names(document: Document) -> None:
    for passage in chunk(document):
        assert passage.text == document.text[passage.start : passage.end]
        assert passage.text.strip() == passage.text != ""
        assert passage.id == passage_id(document.id, passage.section, passage.text)
        assert passage.document == document.id


@_PROPERTY
@given(_DOCUMENT)
def test_all_text_but_the_headings_is_in_exactly_one_passage(document: Document) -> None:
    covered = [0] * len(document.text)
    for passage in chunk(document):
        for at in range(passage.start, passage.end):
            covered[at] += 1
    for block, start in zip(document.blocks, document.starts(), strict=True):
        expected = 0 if block.kind is BlockKind.HEADING else 1
        for at, letter in enumerate(block.text, start):
            assert covered[at] == expected or letter.isspace()


@_PROPERTY
@given(_DOCUMENT)
def test_no_passage_begins_or_ends_within_a_sentence(document: Document) -> None:
    for passage in chunk(document):
        assert re.match(r"(?:- )?The ", passage.text)
        assert passage.text.endswith(" findings.")


@_PROPERTY
@given(_DOCUMENT)
def test_a_passage_is_of_one_section_and_a_table_stands_alone(document: Document) -> None:
    starts = document.starts()
    for passage in chunk(document):
        inside = [
            block
            for block, start in zip(document.blocks, starts, strict=True)
            if start < passage.end and start + len(block.text) > passage.start
        ]
        assert {block.section for block in inside} == {passage.section}
        assert BlockKind.HEADING not in {block.kind for block in inside}
        assert len(inside) == 1 or BlockKind.TABLE not in {block.kind for block in inside}


@_PROPERTY
@given(_DOCUMENT)
def test_only_what_cannot_be_cut_is_long(document: Document) -> None:
    for passage in chunk(document):
        if len(passage.text) > MOST:
            assert passage.text.count(" findings. The ") == 0
            assert passage.text.count("\n") == 0


@_PROPERTY
@given(_DOCUMENT)
def test_the_same_document_gives_the_same_passages(document: Document) -> None:
    assert chunk(document) == chunk(replace(document))


@_PROPERTY
@given(_DOCUMENT, _PARAGRAPH)
def test_a_passage_keeps_its_id_when_something_is_added_elsewhere(document: Document, more: str) -> None:
    added = replace(document, blocks=(*document.blocks, Block("End", kind=BlockKind.HEADING), Block(more, ("End",))))
    assert {passage.id for passage in chunk(document)} <= {passage.id for passage in chunk(added)}


def document(*blocks: Block) -> Document:
    return Document("s:1", "s", "T", blocks)


def test_small_neighbours_of_a_section_share_a_passage() -> None:
    (passage,) = chunk(document(Block("Signs are:"), Block("- broad thumbs\n- proptosis", kind=BlockKind.LIST)))
    assert passage.text == "Signs are:\n\n- broad thumbs\n- proptosis"


def test_a_long_paragraph_falls_into_even_parts() -> None:
    text = " ".join(f"This is sentence number {n} of a long paragraph about a rare disease." for n in range(20))
    lengths = [len(passage.text) for passage in chunk(document(Block(text)))]
    assert len(lengths) == 2
    assert max(lengths) <= TARGET
    assert min(lengths) > TARGET / 2


def test_one_endless_sentence_stays_whole() -> None:
    text = "and ".join(["The finding goes on "] * 300) + "ends."
    (passage,) = chunk(document(Block(text)))
    assert passage.text == text


def test_a_passage_has_the_page_and_the_section_of_its_beginning() -> None:
    first, second = chunk(
        document(
            Block("Course", kind=BlockKind.HEADING, page=3),
            Block("It begins early.", ("Course",), page=3),
            Block("It ends late.", ("Course", "End"), page=4),
        )
    )
    assert (first.page, first.section) == (3, ("Course",))
    assert (second.page, second.section) == (4, ("Course", "End"))


def test_each_part_of_a_long_table_has_the_header_row() -> None:
    rows = "\n".join(f"Finding {n} | {n} %" for n in range(200))
    table = Block(f"Finding | Frequency\n{rows}", ("Signs",), BlockKind.TABLE, 2)
    before, after = Block("Before."), Block("After.")
    blocks, moved = tables_with_headers([before, table, after])
    parts = blocks[1:-1]
    assert len(parts) > 2
    assert all(part.text.startswith("Finding | Frequency\n") and part.page == 2 for part in parts)
    assert moved == (0, 1, len(blocks) - 1, len(blocks))
    assert "\n".join(line for part in parts for line in part.text.split("\n")[1:]) == rows
    passages = chunk(document(*blocks))
    assert [passage.text for passage in passages if " | " in passage.text] == [part.text for part in parts]


def test_a_small_table_is_not_touched() -> None:
    blocks = (Block("A | B\n1 | 2", kind=BlockKind.TABLE),)
    assert tables_with_headers(blocks) == (blocks, (0, 1))


@pytest.mark.parametrize(
    ("text", "parts", "language"),
    [
        ("It is rare. It is severe.", 2, "en"),
        ("See Fig. 2 and Tab. 3 for details.", 1, "en"),
        ("This was shown by Smith et al. The cohort was small.", 1, "en"),  # in doubt no end
        ("Doses of 0.5 mg, i.e. 2.5 ml, are usual. Larger ones are not.", 2, "en"),
        ("E. coli and S. aureus were grown by Dr. J. Weiss. Both died.", 2, "en"),
        ("Variants of FBN1. Variants of TGFBR2.", 2, "en"),
        ("The variant c.76A>T (p.Arg26Ter) in the U.S. The end came.", 1, "en"),
        ("Is it rare? Yes! It is.", 3, "en"),
        ('He said "it hurts." Then he left.', 2, "en"),
        ("It is typical.[12,13] Others are not.", 2, "en"),
        ("It was type 1. The other was type 2.", 2, "en"),
        ("Am 3. Mai wurde operiert. Danach ging es gut.", 2, "de"),
        ("Das gilt z. B. für Kinder. Sonst nicht.", 2, "de"),
        ("Siehe Abb. 2 bzw. Tab. 3. Sonst nicht.", 2, "en"),
        ("Ce signe, p. ex. La fièvre, est rare. Il passe.", 2, "fr"),
        ("¿Es raro? Sí. Es grave.", 3, "es"),
        ("本病罕见。发病早！预后如何？", 3, "zh"),
        ("Treat with mTOR inhibitors. mTOR is a kinase.", 1, "en"),  # in doubt no end
        ("One.\n\nTwo", 2, "en"),
        ("", 0, "en"),
        ("   \n ", 0, "en"),
        ("no mark at all", 1, "en"),
    ],
)
def test_sentences_end_where_they_do(text: str, parts: int, language: str) -> None:
    found = [text[start:end] for start, end in sentences(text, language)]
    assert len(found) == parts, found
    assert "".join("".join(found).split()) == "".join(text.split())


@settings(deadline=None)
@given(st.text(alphabet=" .!?。\n\"')]aZ0é-", max_size=200))
def test_sentences_leave_nothing_out_and_never_overlap(text: str) -> None:
    end = 0
    for start, stop in sentences(text):
        assert not text[end:start].strip()
        assert text[start:stop].strip() == text[start:stop] != ""
        end = stop
    assert not text[end:].strip()


@pytest.mark.parametrize("letters", [".", "!?", ". . . ", " . A", "\u2026"])
def test_a_line_of_marks_costs_its_length_and_not_the_square_of_it(letters: str) -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        assert list(sentences(text))
        return time.process_time() - began

    few, many = (letters * (size // len(letters)) for size in (4_000, 64_000))
    seconds(few)
    assert seconds(many) < 60 * max(min(seconds(few) for _ in range(5)), 1e-4)  # 16 times the length; its square is 256
