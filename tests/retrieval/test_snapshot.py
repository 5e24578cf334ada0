"""A snapshot opens whole or says which file is not."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corpus_ingest import pipeline
from retrieval import snapshot as opening
from retrieval.errors import SnapshotMissing, SnapshotUnreadable
from retrieval.knowledge import Knowledge
from retrieval.manifest import FileRecord, Manifest, content_id
from retrieval.snapshot import Snapshot, open_snapshot, verify_snapshot
from tests.corpus_ingest import tiny

TERMS = "ontology/is_finding.npy"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    built = pipeline.build(folder / "knowledge", sources=[tiny.write(folder / "raw")])
    return folder / "knowledge" / built.id


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    """A snapshot that a test may damage."""
    return Path(shutil.copytree(finished, tmp_path / finished.name))


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def link(path: Path) -> None:
    """The right bytes, but behind a link that could lead anywhere."""
    elsewhere = path.with_name("elsewhere")
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)


def test_a_whole_snapshot_has_no_problems(finished: Path) -> None:
    assert verify_snapshot(finished) == []


def test_everything_in_it_opens_and_works(finished: Path) -> None:
    knowledge: Knowledge = open_snapshot(finished)
    assert knowledge.id == finished.name
    assert knowledge.ontology.version == "2030-01-01"
    assert knowledge.diseases.disease("ORPHA:3").name == "Third disease"
    assert knowledge.autocomplete.suggest("seiz")[0].id == "HP:0001250"
    assert [mention.term for mention in knowledge.reader.read("There were fits.")] == ["HP:0001250"]
    assert knowledge.ranker is knowledge.ranker


@pytest.mark.parametrize(("damage", "words"), [(truncate, "bytes"), (grow, "bytes"), (Path.unlink, "missing")])
def test_opening_names_the_file_that_is_missing_or_of_another_size(
    copy: Path, damage: Callable[[Path], None], words: str
) -> None:
    damage(copy / TERMS)
    with pytest.raises(SnapshotUnreadable, match=rf"{TERMS}.*{words}") as caught:
        open_snapshot(copy)
    assert "knowledge build" in caught.value.hint


def test_a_link_in_place_of_a_file_is_refused(copy: Path) -> None:
    link(copy / TERMS)
    with pytest.raises(SnapshotUnreadable, match="not a plain file"):
        open_snapshot(copy)


@pytest.mark.parametrize(
    ("damage", "words"),
    [(truncate, "bytes"), (grow, "bytes"), (Path.unlink, "missing"), (flip, "altered"), (link, "plain file")],
)
def test_verifying_names_the_file_and_what_is_wrong_with_it(
    copy: Path, damage: Callable[[Path], None], words: str
) -> None:
    damage(copy / TERMS)
    problems = {problem.file: problem.message for problem in verify_snapshot(copy)}
    assert words in problems[TERMS]


def test_verifying_names_every_damaged_file(copy: Path) -> None:
    flip(copy / TERMS)
    truncate(copy / "diseases/ranked.npy")
    assert [problem.file for problem in verify_snapshot(copy)] == ["diseases/ranked.npy", TERMS]


@pytest.mark.parametrize("name", ["ontology/extra.npy", "notes.txt", ".hidden", "deep/er/file"])
def test_verifying_names_a_file_that_does_not_belong(copy: Path, name: str) -> None:
    (copy / name).parent.mkdir(parents=True, exist_ok=True)
    (copy / name).write_text("x")
    problems = verify_snapshot(copy)
    assert [(problem.file, problem.message) for problem in problems] == [(name, "does not belong to the snapshot")]


def test_verifying_notices_an_altered_manifest(copy: Path) -> None:
    raw = json.loads((copy / "manifest.json").read_text())
    raw["sources"][0]["version"] = "2031-01-01"
    (copy / "manifest.json").write_text(json.dumps(raw))
    assert "altered" in verify_snapshot(copy)[0].message
    with pytest.raises(SnapshotUnreadable, match="altered"):
        open_snapshot(copy)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"{" * 100, b" " * 5_000_000])
def test_a_manifest_that_is_rubbish_is_one_clear_error(copy: Path, content: bytes) -> None:
    (copy / "manifest.json").write_bytes(content)
    with pytest.raises(SnapshotUnreadable):
        open_snapshot(copy)


def test_a_directory_without_a_manifest_was_never_finished(copy: Path) -> None:
    (copy / "manifest.json").unlink()
    for directory in (copy, copy.parent / "nowhere", copy / TERMS):
        with pytest.raises(SnapshotMissing) as caught:
            open_snapshot(directory)
        assert "knowledge build" in caught.value.hint


def test_an_array_of_objects_is_never_unpickled(copy: Path) -> None:
    """Even with a manifest that vouches for it."""

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (os.mkdir, (str(copy / "sprung"),))

    np.save(copy / TERMS, np.array([Trap()], dtype=object), allow_pickle=True)
    vouch_for(copy, TERMS)
    with pytest.raises(SnapshotUnreadable, match=TERMS):
        _ = open_snapshot(copy).ontology
    assert not (copy / "sprung").exists()


def vouch_for(directory: Path, name: str) -> None:
    from dataclasses import replace

    from retrieval.manifest import read_manifest

    manifest: Manifest = read_manifest((directory / "manifest.json").read_text())
    path = directory / name
    record = FileRecord(opening._sha256(path), path.stat().st_size)
    changed = replace(manifest, files={**manifest.files, name: record})
    (directory / "manifest.json").write_text(replace(changed, id=content_id(changed)).as_json())


def test_a_snapshot_of_another_version_of_the_code_says_what_it_lacks(copy: Path) -> None:
    from dataclasses import replace

    whole = open_snapshot(copy)
    files = {name: record for name, record in whole.manifest.files.items() if not name.startswith("ranker/")}
    older = Snapshot(copy, replace(whole.manifest, files=files))
    with pytest.raises(SnapshotUnreadable, match=r"ranker/.*another version of Clew"):
        _ = older.ranker


def test_large_arrays_are_mapped_and_not_read(snapshot: Snapshot) -> None:
    """The bytes stay the operating system's: several processes share them, and opening costs nothing."""
    term = snapshot.diseases.pooled.term
    assert isinstance(term.base, np.memmap)
    assert not term.flags.writeable


def test_the_real_snapshot_fits_its_bounds(snapshot: Snapshot) -> None:
    assert snapshot.manifest.bytes < 400_000_000
    assert verify_snapshot(snapshot.directory) == []


def test_the_real_manifest_credits_its_source(snapshot: Snapshot) -> None:
    source = snapshot.manifest.sources[0]
    assert source.version == "2025-01-16"
    assert source.licence == "https://hpo.jax.org/app/license"
    assert "10.1093/nar/gkad1005" in source.citation
    assert set(source.files) == {"hp.obo", "phenotype.hpoa", "genes_to_phenotype.txt"}
    assert all(len(digest) == 64 for digest in source.files.values())
    assert "biocuration" in source.note
    assert "2025-01-16" in snapshot.manifest.citation
