"""What one snapshot has that another has not, in numbers and in examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus_ingest import pipeline
from corpus_ingest.difference import Difference, difference
from corpus_ingest.source import Fetched, Parsed, Source
from corpus_ingest.sources import mondo, orphanet
from retrieval.manifest import SourceRecord
from retrieval.passages.document import Block, Document
from retrieval.snapshot import Snapshot, open_snapshot
from tests.corpus_ingest import small_sources as small
from tests.corpus_ingest import tiny

Build = Callable[..., Snapshot]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def made(*more: Source, rows: list[Any] = tiny.ROWS, obo: str = tiny.OBO) -> Snapshot:
        raw = tmp_path / f"raw{len(list(tmp_path.glob('raw*')))}"
        source = tiny.write(raw, rows=rows, obo=obo)
        name = pipeline.build(tmp_path / "knowledge", sources=[source, *more]).id
        return open_snapshot(tmp_path / "knowledge" / name)

    return made


def texts(**of: str) -> Source:
    """A source of texts: a document for each name."""
    documents = [Document(f"letters:{name}", "letters", name, (Block(text),)) for name, text in of.items()]
    record = SourceRecord("letters", "Letters", repr(sorted(of.items())), "CC0-1.0", "", "", {})
    return Source("letters", lambda: Fetched({}, {}), lambda _: record, lambda _: Parsed(documents=documents))


def cases(*published: Any) -> Source:
    record = SourceRecord("cases", "Published cases: x", repr([one.id for one in published]), "CC0-1.0", "", "", {})
    return Source("cases", lambda: Fetched({}, {}), lambda _: record, lambda _: Parsed(cases=published))


def numbers(found: Difference, name: str) -> tuple[int, int, int]:
    part = found.part(name)
    assert part is not None
    return part.added, part.changed, part.gone


def test_a_snapshot_does_not_differ_from_itself(build: Build) -> None:
    one = build(texts(a="It is a text."))
    found = difference(one, one)
    assert found.same and {part.name for part in found.parts} >= {"sources", "terms", "diseases", "documents"}


def test_a_row_more_a_row_less_and_another_frequency(build: Build) -> None:
    rows = list(tiny.ROWS)
    before = build(rows=rows)
    rows[0] = (*rows[0][:7], "1/4", *rows[0][8:])
    rows[7] = (*rows[7][:3], "HP:0007359", *rows[7][4:])
    found = difference(before, build(rows=rows))
    assert numbers(found, "annotations") == (1, 1, 1)
    part = found.part("annotations")
    assert part is not None
    (changed,) = part.examples["changed"]
    assert (changed.id, changed.name) == ("OMIM:100001", "Fit syndrome: Focal-onset seizure")
    assert (changed.before.split(" (")[0], changed.after.split(" (")[0]) == ("5/10", "3/10")
    (added,) = part.examples["added"]
    assert added.name == "Third disease: Focal-onset seizure"
    assert numbers(found, "diseases") == (0, 0, 0)


def test_a_disease_that_is_new_gone_or_has_another_name(build: Build) -> None:
    renamed = [(one[0], "Fits", *one[2:]) if one[0] == "OMIM:100001" else one for one in tiny.ROWS]
    found = difference(build(rows=tiny.ROWS[:7]), build(rows=renamed))
    assert numbers(found, "diseases") == (2, 1, 0)
    back = difference(build(rows=renamed), build(rows=tiny.ROWS[:7]))
    assert numbers(back, "diseases") == (0, 1, 2)
    part = back.part("diseases")
    assert part is not None
    assert [(one.before, one.after) for one in part.examples["changed"]] == [("Fits", "Fit syndrome")]


def test_entries_that_become_one_disease_are_merged_and_neither_gone_nor_new(build: Build, tmp_path: Path) -> None:
    files = small.orphanet_files(small.entry("3", "Third disease", omim=[("100001", "E")]))
    matches = small.mondo_files(omim=[("0000001", "100001")], orphanet=[("0000001", "3")])
    plain, more = (
        build(),
        [
            orphanet.source(small.packed(tmp_path / "o.zip", files)),
            mondo.source(small.packed(tmp_path / "m.zip", matches)),
        ],
    )
    merged = build(*more)
    found = difference(plain, merged)
    assert numbers(found, "mappings") == (1, 0, 0)
    assert numbers(found, "diseases")[2] == 0
    part = found.part("mappings")
    assert part is not None
    (example,) = part.examples["added"]
    assert example.before == "OMIM:100001 + ORPHA:3" and example.after.startswith("OMIM:100001 + ORPHA:3")
    assert numbers(difference(merged, plain), "mappings") == (0, 0, 1)
    assert numbers(found, "sources") == (2, 0, 0)


def test_texts_are_told_apart_by_their_words(build: Build) -> None:
    before = build(texts(a="The first text stays as it is.", b="The second text is altered.", c="The third goes."))
    after = build(texts(a="The first text stays as it is.", b="The second text was altered.", d="The fourth comes."))
    found = difference(before, after)
    assert numbers(found, "documents") == (1, 1, 1)
    assert numbers(found, "passages") == (2, 0, 2)
    assert numbers(found, "sources") == (0, 1, 0)
    part = found.part("passages")
    assert part is not None
    assert {one.after for one in part.examples["added"]} == {"The second text was altered.", "The fourth comes."}


def test_cases_are_new_gone_or_corrected(build: Build) -> None:
    one, two, three = tiny.CASES
    edited = replace(one, id="edited", age="P9Y")
    found = difference(build(cases(one, two)), build(cases(edited, three)))
    assert numbers(found, "cases") == (1, 1, 1)


def test_a_term_of_another_name_is_changed(build: Build) -> None:
    found = difference(build(), build(obo=tiny.OBO.replace("name: Scoliosis", "name: Bent back")))
    part = found.part("terms")
    assert part is not None
    assert [(one.id, one.before, one.after) for one in part.examples["changed"]] == [
        ("HP:0002650", "Scoliosis", "Bent back")
    ]


def test_it_can_be_written_as_json(build: Build) -> None:
    import json

    found = difference(build(rows=tiny.ROWS[:7]), build())
    assert json.loads(json.dumps(found.as_json()))["parts"][0]["name"] == "sources"
