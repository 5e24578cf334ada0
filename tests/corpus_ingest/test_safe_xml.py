"""XML of strangers: read with its characters by name, refused with its entities, bounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_ingest.safe_xml import BadXml, Limits, Node, parse, pieces

DEFINED = b'<!DOCTYPE a PUBLIC "-//X//Y" "http://127.0.0.1:9/y.dtd">'


def test_elements_and_texts_stay_in_their_order() -> None:
    root = parse(b'<a>x<b k="1">y <c> z</c></b>&amp;w</a>')
    assert root.children == ["x", Node("b", {"k": "1"}, ["y ", Node("c", {}, [" z"])]), "&w"]
    assert (root.text(), root.line("b"), root.text("b", "c"), root.text("no")) == ("xy  z&w", "y z", " z", "")
    assert [one.tag for one in root.everywhere("b", "c")] == ["b", "c"]


def test_a_definition_is_passed_over_and_its_characters_are_known_by_name() -> None:
    assert parse(DEFINED + b"<a>&alpha;&nbsp;&nothing;</a>").text() == "\N{GREEK SMALL LETTER ALPHA}\xa0\ufffd"


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;">]><a>&m;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><a/>',
        b'<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>',
        b"<!DOCTYPE a [ ]><a/>",
    ],
)
def test_whatever_declares_something_is_refused(content: bytes) -> None:
    with pytest.raises(BadXml, match="declares"):
        parse(content)
    with pytest.raises(BadXml, match="declares"):
        list(pieces([content], ["a"]))


@pytest.mark.parametrize(
    "content", [b"", b"<a>", b"<a></b>", b"\xff\xfe\x00", b"text", b'<?xml version="1.0" encoding="none-such"?><a/>']
)
def test_what_is_no_xml_is_said_with_its_line(content: bytes) -> None:
    with pytest.raises(BadXml, match=r"line \d+: "):
        parse(content)


def test_depth_elements_and_characters_are_bounded() -> None:
    for content, limits in (
        (b"<a>" * 6 + b"</a>" * 6, Limits(depth=5)),
        (b"<a>" + b"<b/>" * 9 + b"</a>", Limits(nodes=5)),
        (b"<a>" + b"x" * 9 + b"</a>", Limits(characters=5)),
        (b'<a b="' + b"x" * 9 + b'"/>', Limits(characters=5)),
    ):
        with pytest.raises(BadXml):
            parse(content, limits)
    parse(b"<a><b/>xxx</a>", Limits(depth=2, nodes=2, characters=3))


def test_pieces_come_one_by_one_and_bounds_are_of_each(tmp_path: Path) -> None:
    def blocks():  # type: ignore[no-untyped-def]
        yield b"<set><p>on"
        yield b"e</p><q><p>two <p>inner</p></p></q>"
        raise OSError("the rest is never asked for")

    found = pieces(blocks(), ["p"], Limits(characters=12))
    assert [next(found).text(), next(found).text()] == ["one", "two inner"]
    with pytest.raises(OSError, match="never asked for"):
        next(found)
    assert [one.text() for one in pieces([b"<s>" + b"<p>12345678</p>" * 9 + b"</s>"], ["p"], Limits(characters=8))] == [
        "12345678"
    ] * 9
