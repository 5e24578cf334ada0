"""A source is held against what its kind promises and against its version before: counts, and columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from corpus_ingest import shelf, sources, verification
from corpus_ingest.bringing import bring
from corpus_ingest.source import Parsed, Reject
from corpus_ingest.sources import mondo
from corpus_ingest.verification import Problem, SourceRefused, measure, verify
from retrieval.passages.document import Block, Document
from retrieval.vocabularies import MondoTerm
from tests.corpus_ingest import small_sources as small
from tests.corpus_ingest import tiny


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    tiny.travels(monkeypatch, tiny.write(tmp_path / "raw"))
    return tmp_path


def classes(n: int, *, named: int | None = None) -> Parsed:
    return Parsed(
        mondo=[MondoTerm(f"MONDO:{i:07}", "x" if i < (n if named is None else named) else "") for i in range(n)]
    )


def test_records_are_counted_and_in_how_many_each_column_says_something() -> None:
    parsed = Parsed(
        mondo=[MondoTerm("MONDO:0000001", "one", (("OMIM:1", ""),)), MondoTerm("MONDO:0000002", "")],
        documents=[Document("a:1", "a", "T", (Block("x"),))],
        rejects=[Reject("a", "b")],
    )
    counts = measure(parsed)
    assert {name: n for name, n in counts.items() if name.startswith("mondo")} == {
        "mondo": 2,
        "mondo.id": 2,
        "mondo.name": 1,
        "mondo.exact": 1,
    }
    assert counts["documents"] == counts["documents.blocks"] == 1
    assert not any(name.startswith("rejects") for name in counts)


@pytest.mark.parametrize(("now", "fine"), [(100, True), (80, True), (79, False), (0, False), (500, True)])
def test_a_fifth_may_go_and_no_more(now: int, fine: bool) -> None:
    problems = verify(classes(now), {}, measure(classes(100)))
    assert (not problems) is fine


def test_a_lost_column_is_named() -> None:
    problems = verify(classes(100, named=0), {}, measure(classes(100)))
    assert problems == (Problem("mondo.name", 0, 100, True),)
    assert str(problems[0]) == "mondo.name: 0, and 100 in the version before"


def test_of_few_records_nothing_is_concluded() -> None:
    assert verify(classes(1), {}, measure(classes(24))) == ()
    assert verify(classes(1), {}, measure(classes(25))) != ()


def test_what_a_kind_promises_is_held_even_at_first() -> None:
    assert verify(classes(1), {"mondo": 2, "mondo.exact": 1}) == (
        Problem("mondo", 1, 2, False),
        Problem("mondo.exact", 0, 1, False),
    )


def tables(place: Path, n: int, name: str = "m.zip") -> Path:
    pairs = [(f"{i:07}", f"{100_000 + i}") for i in range(1, n + 1)]
    return small.packed(place / name, small.mondo_files(omim=pairs))


def test_a_smaller_release_leaves_the_shelf_as_it_is_unless_a_curator_says_so(place: Path) -> None:
    bring("mondo", tables(place, 50))
    with pytest.raises(SourceRefused) as caught:
        bring("mondo", tables(place, 30, "smaller.zip"))
    assert "mondo: 30, and 50 in the version before" in caught.value.message
    assert "--accept-smaller" in caught.value.hint
    assert [one.name for one in shelf.files("mondo")] == ["m.zip"]
    bring("mondo", tables(place, 30, "smaller.zip"), accept_smaller=True)
    assert [one.name for one in shelf.files("mondo")] == ["smaller.zip"]
    bring("mondo", tables(place, 29, "next.zip"))  # against the one that is there now


def test_the_counts_of_before_are_remembered_and_nothing_without_the_note(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring("mondo", tables(place, 50))
    counted = verification.counts_before(mondo.KIND)
    assert counted is not None and counted["mondo"] == 50
    monkeypatch.setattr(mondo, "KIND", replace(mondo.KIND, source=lambda _: pytest.fail("it was read again")))
    assert verification.counts_before(mondo.KIND) == counted
    monkeypatch.undo()
    for note in (shelf.folder_of("mondo") / ".counts").iterdir():
        note.write_text("[]", "utf-8")
    assert verification.counts_before(mondo.KIND) == counted


def test_a_damaged_file_on_the_shelf_is_no_measure_for_what_replaces_it(place: Path) -> None:
    bring("mondo", tables(place, 50))
    shelf.files("mondo")[0].path.write_bytes(b"damaged")
    bring("mondo", tables(place, 3, "new.zip"))
    assert [one.name for one in shelf.files("mondo")] == ["new.zip"]


def test_every_kind_says_what_it_must_at_least_hold_in_counts_that_exist() -> None:
    names = set(Parsed.__dataclass_fields__)
    for kind in sources.kinds():
        assert all(name.partition(".")[0] in names for name in kind.at_least)
        assert kind.licence and kind.citation and kind.brings.endswith(".") and kind.title
