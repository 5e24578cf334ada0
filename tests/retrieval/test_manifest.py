"""What a snapshot says of itself cannot be altered, and cannot point outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from retrieval.errors import SnapshotUnreadable
from retrieval.manifest import FORMAT, FileRecord, Manifest, SourceRecord, content_id, read_manifest

SOURCE = SourceRecord("hpo", "Human Phenotype Ontology", "2030-01-01", "https://l", "Someone 2030", "https://u", {})


def manifest(files: dict[str, FileRecord] | None = None, created: str = "2030-01-01T00:00:00+00:00") -> Manifest:
    content = Manifest(FORMAT, "", created, (SOURCE,), {"terms": 3}, files or {})
    return replace(content, id=content_id(content))


def test_a_manifest_reads_back_as_it_was_written() -> None:
    written = manifest({"ontology/term.npy": FileRecord("a" * 64, 12)})
    assert read_manifest(written.as_json()) == written
    assert written.bytes == 12


def test_the_id_does_not_depend_on_the_date() -> None:
    assert manifest(created="1999-01-01T00:00:00+00:00").id == manifest().id


def test_the_id_depends_on_every_file_source_and_count() -> None:
    plain = manifest()
    others = [
        manifest({"ontology/term.npy": FileRecord("a" * 64, 12)}),
        manifest({"ontology/term.npy": FileRecord("b" * 64, 12)}),
        replace(plain, sources=(replace(SOURCE, licence="another"),)),
        replace(plain, counts={"terms": 4}),
    ]
    assert len({content_id(one) for one in (plain, *others)}) == 5


def altered(change: Callable[[dict[str, Any]], None]) -> str:
    raw = json.loads(manifest({"ontology/term.npy": FileRecord("a" * 64, 12)}).as_json())
    change(raw)
    return json.dumps(raw)


def test_an_altered_manifest_is_noticed() -> None:
    with pytest.raises(SnapshotUnreadable, match="altered"):
        read_manifest(altered(lambda raw: raw["counts"].update(terms=99)))


def test_a_format_newer_than_the_code_says_so() -> None:
    with pytest.raises(SnapshotUnreadable, match=rf"format {FORMAT + 1}.*reads up to {FORMAT}") as caught:
        read_manifest(altered(lambda raw: raw.update(format=FORMAT + 1)))
    assert "Update Clew" in caught.value.hint


@pytest.mark.parametrize(
    "name",
    [
        "../secrets.npy",
        "ontology/../../secrets.npy",
        "/etc/passwd",
        "ontology/term.pkl",
        "ontology//term.npy",
        "ontology/term.npy\n",
        "ontology\\term.npy",
        "term.npy",
        "a/b/term.npy",
        "",
    ],
)
def test_a_file_name_never_leads_out_of_the_directory(name: str) -> None:
    hostile = manifest({name: FileRecord("a" * 64, 12)})  # its id is right: only the name is wrong
    with pytest.raises(SnapshotUnreadable, match="damaged"):
        read_manifest(hostile.as_json())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "1",
        "{}",
        '{"format": "1"}',
        '{"format": true}',
        '{"format": 1}',
        '{"format": 1, "id": 1}',
    ],
)
def test_what_is_no_manifest_is_one_clear_error(text: str) -> None:
    with pytest.raises(SnapshotUnreadable) as caught:
        read_manifest(text)
    assert "knowledge build" in caught.value.hint


@pytest.mark.parametrize(
    "record", [{"sha256": "z" * 64, "bytes": 1}, {"sha256": "a" * 64, "bytes": -1}, {"bytes": 1}, 3]
)
def test_a_file_record_that_makes_no_sense_is_refused(record: object) -> None:
    with pytest.raises(SnapshotUnreadable):
        read_manifest(altered(lambda raw: raw["files"].update({"ontology/term.npy": record})))


def test_the_citation_is_one_line_that_names_source_and_version() -> None:
    assert manifest().citation == "Human Phenotype Ontology 2030-01-01: Someone 2030"
