"""What `diagnose` reads from a file before anything knows what it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from diagnosis_app.api.diagnose.kind import Kind, kind_of
from diagnosis_app.api.diagnose.source import LIMIT, read_source, shown
from diagnosis_app.errors import Invalid


def refused(path: Path) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read_source(str(path))
    assert caught.value.hint, "a refusal names its remedy"
    return caught.value


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "input.empty", "empty"),
        (b" \n\t\n", "input.empty", "empty"),
        (b"\xef\xbb\xbf", "input.empty", "empty"),
        (b"HP:0001250\nHP:00\x0001251\n", "input.binary", "line 2"),
        (b"%PDF-1.7 ...", "input.binary", "a PDF"),
        (b"PK\x03\x04rest", "input.binary", "ZIP"),
        (b"\x1f\x8b\x08", "input.binary", "gzip"),
        ("Krampfanfälle".encode("latin1"), "input.encoding", "line 1"),
        ("one\ntwo\nfiè".encode("latin1"), "input.encoding", "line 3"),
        ("seizures".encode("utf-16"), "input.encoding", "UTF-16"),
        (b"x" * (LIMIT + 1), "input.too_large", "5 MB"),
    ],
)
def test_a_file_that_is_not_text_is_refused_by_name(tmp_path: Path, data: bytes, code: str, words: str) -> None:
    file = tmp_path / "input"
    file.write_bytes(data)
    error = refused(file)
    assert error.code == code
    assert words in error.message


def test_a_missing_file_and_a_directory_are_told_apart(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "nothing").message
    assert "directory" in refused(tmp_path).message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "closed"
    file.write_text("HP:0001250")
    file.chmod(0)
    assert "may not be read" in refused(file).message


def test_a_name_too_long_for_the_system_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / ("x" * 5000)).code == "input.unreadable"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "bom.txt"
    file.write_bytes(b"\xef\xbb\xbfHP:0001250\n")
    assert read_source(str(file)).text == "HP:0001250\n"


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("plain name (1).json", "plain name (1).json"),
        ("患者.txt", "患者.txt"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("a\nb", "a\\x0ab"),
        ("evil\u202etxt.exe", "evil\\u202etxt.exe"),
        (os.fsdecode(b"caf\xe9"), "caf\\xe9"),
    ],
)
def test_a_hostile_file_name_is_written_out(name: str, printed: str) -> None:
    assert shown(name) == printed
    assert shown(name).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"id": "x"}', Kind.PHENOPACKET),
        ("\n\t [1]", Kind.PHENOPACKET),
        ("{broken", Kind.PHENOPACKET),
        ("HP:0001250", Kind.TERMS),
        ("# seizures\n- HP:0001250\nhp_0001251 ataxia\n", Kind.TERMS),
        ("-HP:0001250\nHP:12\n", Kind.TERMS),
        ("HP:000125\nHP:00012510\n", Kind.TERMS),
        ("http://purl.obolibrary.org/obo/HP_0001250\n", Kind.TERMS),
        ("A boy of six with seizures.", Kind.NOTE),
        ("Seizures (HP:0001250) since birth.\nNo ataxia.", Kind.NOTE),
        ("发作", Kind.NOTE),
        ("اختلاجات منذ الولادة", Kind.NOTE),
    ],
)
def test_the_content_says_what_a_text_is(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind
