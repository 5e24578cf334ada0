"""The open snapshots of a process."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus_ingest import library, pipeline, publish
from corpus_ingest.sources import medquad
from retrieval.errors import SnapshotMissing, SnapshotUnreadable
from retrieval.model import Finding, Profile, Status
from retrieval.snapshot import Snapshot, open_snapshot
from tests.corpus_ingest import texts_world, tiny


@pytest.fixture
def knowledge(tmp_path: Path, settings: object) -> Iterator[Path]:
    """An empty knowledge directory that the library reads."""
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"  # type: ignore[attr-defined]
    yield tmp_path / "knowledge"
    library.close_all()


def build(knowledge: Path, rows: int = len(tiny.ROWS)) -> str:
    source = tiny.write(knowledge.parent / f"raw{rows}", rows=tiny.ROWS[:rows])
    return pipeline.build(knowledge, sources=[source]).id


def test_without_a_snapshot_the_error_says_how_to_build_one(knowledge: Path) -> None:
    with pytest.raises(SnapshotMissing) as caught:
        library.current()
    assert "manage.py knowledge build" in caught.value.hint


def test_the_one_in_use_is_opened_once(knowledge: Path) -> None:
    name = build(knowledge)
    assert library.current().id == name
    assert library.current() is library.current() is library.snapshot(name)


def test_a_changed_pointer_is_noticed_at_the_next_call(knowledge: Path) -> None:
    first = build(knowledge)
    assert library.current().id == first
    second = build(knowledge, rows=8)
    assert library.current().id == second
    publish.use(knowledge, first)
    assert library.current().id == first


def test_an_older_snapshot_stays_readable_beside_the_one_in_use(knowledge: Path) -> None:
    first, second = build(knowledge), build(knowledge, rows=8)
    assert library.snapshot(first).diseases.size == 4
    assert library.snapshot(second).diseases.size == 3
    assert library.current().id == second


def test_only_a_few_stay_open_and_the_one_used_last_is_among_them(knowledge: Path) -> None:
    names = [build(knowledge, rows=n) for n in (11, 10, 8, 7, 6)]
    held = library.snapshot(names[0])
    for name in (*names[1:3], names[0], names[3]):
        library.snapshot(name)
    assert library.snapshot(names[0]) is held
    for name in names[1:]:
        library.snapshot(name)
    assert library.snapshot(names[0]) is not held
    assert held.diseases.size == 4, "who still holds it can still read it"


def test_threads_that_ask_at_once_get_the_same_one(knowledge: Path) -> None:
    build(knowledge)
    found: list[Snapshot] = []
    threads = [threading.Thread(target=lambda: found.append(library.current())) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1
    assert len(found) == 12


@pytest.mark.parametrize("name", ["", "../../etc", "0123456789abcdeF", "0" * 15, "0" * 16, "a/b"])
def test_an_id_that_is_none_is_missing_and_never_a_path(knowledge: Path, name: str) -> None:
    build(knowledge)
    with pytest.raises(SnapshotMissing):
        library.snapshot(name)


def test_an_id_never_leads_to_a_snapshot_outside_the_directory(knowledge: Path) -> None:
    source = tiny.write(knowledge.parent / "raw")
    name = pipeline.build(knowledge.parent / "elsewhere", sources=[source]).id
    build(knowledge, rows=8)
    with pytest.raises(SnapshotMissing):
        library.snapshot(f"../elsewhere/{name}")


@pytest.mark.parametrize("pointer", [b"", b"../..", b"\xff\xfe", b"0" * 16])
def test_a_damaged_pointer_is_an_error_with_a_remedy(knowledge: Path, pointer: bytes) -> None:
    build(knowledge)
    (knowledge / "current").write_bytes(pointer)
    with pytest.raises(SnapshotMissing) as caught:
        library.current()
    assert "manage.py knowledge" in caught.value.hint


def test_a_snapshot_under_another_name_is_refused(knowledge: Path) -> None:
    name = build(knowledge)
    other = "f" * 16
    shutil.copytree(knowledge / name, knowledge / other)
    with pytest.raises(SnapshotUnreadable, match=name):
        library.snapshot(other)


TEXT = Path("passages", "text_blob.npy")
PROFILE = Profile((Finding("HP:0001250"), Finding("HP:0002650", Status.EXCLUDED)))


def build_with_texts(knowledge: Path) -> Path:
    archive = knowledge.parent / "medquad.zip"
    if not archive.exists():  # packed again it would hold another time, and be another source
        texts_world.medquad(archive)
    sources = [tiny.write(knowledge.parent / "raw"), medquad.source(archive)]
    return knowledge / pipeline.build(knowledge, sources=sources).id


def test_a_snapshot_that_lost_texts_ranks_as_before_and_says_so_where_they_are_asked_for(knowledge: Path) -> None:
    built = build_with_texts(knowledge)
    before = library.current().ranker.rank(PROFILE).scores.tolist()
    library.close_all()
    (built / TEXT).unlink()
    current = library.current()
    assert current.id == built.name and current.ranker.rank(PROFILE).scores.tolist() == before
    assert set(current.lost) == {"passages"} and library.current() is current, "opened once all the same"
    with pytest.raises(SnapshotUnreadable, match=f"{TEXT}: is missing") as caught:
        _ = current.passages
    assert "knowledge build" in caught.value.hint
    assert current.lexical.scores({}).total is not None, "what is there is read"


def test_lost_texts_that_are_there_again_are_read_without_a_restart(knowledge: Path) -> None:
    built = build_with_texts(knowledge)
    kept = (built / TEXT).read_bytes()
    (built / TEXT).unlink()
    assert library.current().lost
    assert build_with_texts(knowledge) == built, "what the message advises"
    assert (built / TEXT).read_bytes() == kept
    assert not library.current().lost and library.current().passages.size > 0


@pytest.mark.parametrize("file", ["cases/finding.npy", "diseases/ranked.npy", "ranker/background.npy"])
def test_what_an_order_depends_on_is_never_gone_without(knowledge: Path, file: str) -> None:
    """The same id would otherwise give two orders."""
    built = (
        knowledge / pipeline.build(knowledge, sources=[tiny.write(knowledge.parent / "raw"), tiny.cases("CC0-1.0")]).id
    )
    (built / file).unlink()
    with pytest.raises(SnapshotUnreadable, match=file):
        library.current()


def test_whoever_measures_or_publishes_opens_whole_snapshots_only(knowledge: Path) -> None:
    built = build_with_texts(knowledge)
    (built / TEXT).unlink()
    with pytest.raises(SnapshotUnreadable, match=str(TEXT)):
        open_snapshot(built)
