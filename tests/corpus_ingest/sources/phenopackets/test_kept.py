"""Published cases on the shelf."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from corpus_ingest import shelf
from corpus_ingest.source import Unparsable
from corpus_ingest.sources import of_kind
from corpus_ingest.sources.phenopackets import KIND, collection, kept, read_cases
from corpus_ingest.sources.phenopackets.collection import About
from retrieval.model import PublishedCase
from tests.corpus_ingest.sources.phenopackets.made import call, hgvs, interpretation, packet, write
from tests.corpus_ingest.sources.phenopackets.made import listed as entry

ABOUT = About("store", licence="BSD-3-Clause", citation="Somebody 2030")


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: object) -> Path:
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    return tmp_path / "var"


def cases(tmp_path: Path, *values: object) -> tuple[PublishedCase, ...]:
    return read_cases(write(tmp_path / "x.json", list(values)), source="store", licence="BSD-3-Clause").cases


def shelved() -> list[PublishedCase]:
    return [case for source in of_kind(KIND) for case in source.parse(source.fetch()).cases]


def test_cases_come_back_from_the_shelf_as_they_went_onto_it(tmp_path: Path) -> None:
    features = [
        {"type": {"id": "HP:0001250"}, "onset": {"age": {"iso8601duration": "P7M"}}},
        {"type": {"id": "HP:0002650"}, "excluded": True},
    ]
    calls = interpretation(call(**hgvs("NM_1:c.1A>T")), call(geneContext={}, label="deletion"))
    given = cases(
        tmp_path,
        packet("a", phenotypicFeatures=features, interpretations=[calls]),
        packet("b"),
        entry("c", sex="M", onset="HP:0003577"),
    )
    kept.add(ABOUT, given)
    assert sorted(shelved(), key=lambda case: case.id) == sorted(given, key=lambda case: case.id)


def test_the_same_cases_again_change_nothing_on_the_disk(tmp_path: Path) -> None:
    given = cases(tmp_path, packet("a"), packet("b"))
    assert kept.add(ABOUT, given) == kept.Added(new=2, known=0, replaced=0)
    before = shelf.files("cases")
    assert kept.add(ABOUT, given[::-1]) == kept.Added(new=0, known=2, replaced=0)
    assert shelf.files("cases") == before


def test_a_case_that_another_collection_has_is_not_there_twice(tmp_path: Path) -> None:
    given = cases(tmp_path, packet("a"), packet("b"))
    kept.add(ABOUT, given[:1])
    assert kept.add(About("other"), given) == kept.Added(new=1, known=1, replaced=0)
    assert len(shelved()) == 2
    assert [source.describe(source.fetch()).title for source in of_kind(KIND)] == [
        "Published cases: other",
        "Published cases: store",
    ]


def test_a_corrected_edition_of_a_patient_takes_the_place_of_the_older(tmp_path: Path) -> None:
    kept.add(ABOUT, cases(tmp_path, packet("a", "HP:0001250"), packet("b")))
    corrected = cases(tmp_path, packet("a", "HP:0007359"))
    assert kept.add(About("newer"), corrected) == kept.Added(new=0, known=0, replaced=1)
    assert {case.label: case.findings[0].term for case in shelved()} == {"a": "HP:0007359", "b": "HP:0001250"}


def test_patients_without_a_publication_never_replace_each_other(tmp_path: Path) -> None:
    kept.add(ABOUT, cases(tmp_path, entry("1", "HP:0001250")))
    assert kept.add(About("other"), cases(tmp_path, entry("1", "HP:0002650"))).replaced == 0
    assert len(shelved()) == 2


def test_what_a_collection_says_of_itself_stays_until_something_else_is_said(tmp_path: Path) -> None:
    given = cases(tmp_path, packet("a"))
    kept.add(ABOUT, given)
    kept.add(About("store"), given)
    (source,) = of_kind(KIND)
    record = source.describe(source.fetch())
    assert (record.licence, record.citation) == ("BSD-3-Clause", "Somebody 2030")
    kept.add(About("store", licence="CC0-1.0"), given)
    (source,) = of_kind(KIND)
    assert source.describe(source.fetch()).licence == "CC0-1.0"
    assert [case.licence for case in shelved()] == ["CC0-1.0"]


def test_an_altered_collection_is_refused(tmp_path: Path) -> None:
    kept.add(ABOUT, cases(tmp_path, packet("a")))
    (file,) = shelf.files("cases")
    file.path.write_bytes(file.path.read_bytes().replace(b"HP:0001250", b"HP:0001251"))
    with pytest.raises(shelf.ShelfProblem, match="was altered"):
        shelved()


def test_a_line_that_is_not_as_it_was_written_is_named(tmp_path: Path) -> None:
    (case,) = cases(tmp_path, packet("a"))
    path = tmp_path / "x.jsonl"
    for content in (
        collection.write(ABOUT, [replace(case, id="0" * 16)]),
        collection.write(ABOUT, [case])[:-20],
        collection.write(ABOUT, [case]) + b"[]\n",
    ):
        path.write_bytes(content)
        with pytest.raises(Unparsable, match=r"x\.jsonl line [23]"):
            collection.read(path)
    path.write_bytes(b'{"format":9}\n')
    with pytest.raises(Unparsable, match="line 1"):
        collection.read(path)
