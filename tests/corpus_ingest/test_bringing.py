"""manage.py knowledge add | remove: what an administrator brings in, and what a build makes of it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from corpus_ingest import pipeline, shelf
from retrieval.snapshot import Snapshot, open_snapshot
from tests.corpus_ingest import small_sources as small
from tests.corpus_ingest import tiny

ORPHANET = small.orphanet_files(
    small.entry("3", "Third disease", omim=[("100001", "E")], findings=[("HP:0001250", "Frequent (79-30%)")]),
    small.entry("7", "Group", type="Clinical group"),
)
MONDO = small.mondo_files(omim=[("0000001", "100001")], orphanet=[("0000001", "3")])


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"  # type: ignore[attr-defined]
    tiny.travels(monkeypatch, tiny.write(tmp_path / "raw"))
    return tmp_path


def run(*words: str) -> str:
    out = StringIO()
    call_command("knowledge", *words, stdout=out)
    return out.getvalue()


def in_use(places: Path) -> Snapshot:
    directory = places / "knowledge"
    return open_snapshot(directory / (directory / "current").read_text().strip())


def test_what_is_brought_in_is_in_the_next_build(places: Path) -> None:
    said = run("add", "orphanet", str(small.packed(places / "o.zip", ORPHANET)))
    assert said.startswith("Orphanet 1.0 [2030-02-02] is on the shelf: 2 entries, 1 findings.")
    assert "2030-03-03 is on the shelf" in run("add", "mondo", str(small.packed(places / "m.zip", MONDO)))
    run("build")
    snapshot = in_use(places)
    assert [source.name for source in snapshot.manifest.sources] == ["hpo", "mondo", "orphanet"]
    assert list(snapshot.manifest.sources[2].files) == ["o.zip"]
    assert snapshot.diseases.disease("ORPHA:3").ids == ("OMIM:100001", "ORPHA:3", "MONDO:0000001")
    assert "On the shelf: orphanet" in run("list")


def test_a_directory_is_kept_as_one_zip_and_gives_the_same_knowledge(places: Path) -> None:
    run("add", "mondo", str(small.unpacked(places / "unpacked", MONDO)))
    run("add", "orphanet", str(small.unpacked(places / "packet", ORPHANET)))
    run("build")
    assert in_use(places).diseases.disease("MONDO:0000001").id == "OMIM:100001"
    (kept,) = shelf.files("mondo")
    assert kept.name == "unpacked.zip"


def test_adding_again_changes_nothing_and_says_so(places: Path) -> None:
    path = str(small.packed(places / "m.zip", MONDO))
    run("add", "mondo", path)
    assert "was on the shelf already" in run("add", "mondo", path)
    assert len(shelf.files("mondo")) == 1


def test_a_newer_release_takes_the_place_of_the_older(places: Path) -> None:
    run("add", "mondo", str(small.packed(places / "m.zip", MONDO)))
    run("add", "mondo", str(small.packed(places / "n.zip", small.mondo_files())))
    assert [kept.name for kept in shelf.files("mondo")] == ["n.zip"]


def test_what_cannot_be_read_is_refused_and_the_shelf_stays(places: Path) -> None:
    run("add", "mondo", str(small.packed(places / "m.zip", MONDO)))
    spoilt = {name: content.replace(b"skos:exactMatch", b"maybe") for name, content in MONDO.items()}
    with pytest.raises(CommandError, match=r"line 5: predicate_id is not skos:exactMatch\. Load an intact release"):
        run("add", "mondo", str(small.packed(places / "spoilt.zip", spoilt)))
    with pytest.raises(CommandError, match="leads outside the archive"):
        run("add", "mondo", str(small.packed(places / "evil.zip", {**MONDO, "../x": b"x"})))
    with pytest.raises(CommandError, match=r"There is no file or directory gone\.zip"):
        run("add", "mondo", str(places / "gone.zip"))
    with pytest.raises(CommandError, match="There is no file or directory null"):
        run("add", "mondo", "/dev/null")
    assert [kept.name for kept in shelf.files("mondo")] == ["m.zip"]


def test_removing_gives_the_snapshot_of_before_again(places: Path) -> None:
    run("build")
    plain = in_use(places).id
    run("add", "mondo", str(small.packed(places / "m.zip", MONDO)))
    run("build")
    assert in_use(places).id != plain
    assert run("remove", "mondo").startswith("1 file was taken off the shelf.")
    run("build")
    assert in_use(places).id == plain
    with pytest.raises(CommandError, match="Nothing of the kind mondo is on the shelf"):
        run("remove", "mondo")


def test_an_altered_file_on_the_shelf_stops_the_build_and_the_snapshot_in_use_stays(places: Path) -> None:
    run("build")
    before = in_use(places).id
    run("add", "mondo", str(small.packed(places / "m.zip", MONDO)))
    shelf.files("mondo")[0].path.write_bytes(b"other bytes")
    with pytest.raises(CommandError, match=r"m\.zip \(mondo\) on the shelf was altered.*knowledge remove mondo"):
        run("build")
    assert in_use(places).id == before


def test_a_build_of_named_sources_leaves_the_shelf_aside(places: Path) -> None:
    run("add", "mondo", str(small.packed(places / "m.zip", MONDO)))
    made = pipeline.build(places / "other", sources=[tiny.write(places / "raw")])
    assert [one.name for one in open_snapshot(places / "other" / made.id).manifest.sources] == ["hpo"]
